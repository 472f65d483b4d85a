/**
 * A picture with masks laid over it: drawn by pointer or from the cross in the middle, moved by their corners. Knows nothing
 * of saving, nor what the picture is laid out on.
 */
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Corner, Mask, Shown } from "../api/masks.ts";
import type { Point } from "../studio/project.ts";
import { t } from "../texts.ts";
import { FlatHost } from "./flat-host.tsx";
import { isInside } from "./project.ts";
import type { Sight, Step } from "./sight.ts";
import { SphereHost } from "./sphere-host.tsx";

export type Mode = "look" | "corners" | "rectangle";

interface Props {
  shown: Shown;
  title: string;
  masks: Mask[];
  outline: Corner[];
  mode: Mode;
  selected: string | null;
  sight: RefObject<Sight | null>;
  readOnly: boolean;
  onCorner: (at: Corner) => void;
  onClose: () => void;
  onRectangle: (corners: Corner[]) => void;
  onSelect: (id: string | null) => void;
  onMove: (id: string, index: number, at: Corner) => void;
  onRemoveCorner: (id: string, index: number) => void;
}

/** A tap moves less than this, pixels. */
const TAP = 5;
/** A tap this near to the first corner closes the shape, pixels. */
const CATCH = 14;

const text = (points: Point[]): string => points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");

export function Stage(props: Props) {
  const { shown, sight, mode } = props;
  const layer = useRef<HTMLDivElement>(null);
  const down = useRef<Point | null>(null);
  const now = useRef(props);
  now.current = props;
  const rectangle = useSignal<{ from: Point; to: Point } | null>(null);
  const chosen = props.masks.find((mask) => mask.id === props.selected);

  useEffect(() => {
    let frame = 0;
    const draw = (): void => {
      frame = requestAnimationFrame(draw);
      const [box, seen] = [layer.current, sight.current];
      if (!box || !seen) return;
      const { masks, outline } = now.current;
      for (const shape of box.querySelectorAll<SVGElement>("[data-mask]")) {
        const mask = masks.find((one) => one.id === shape.dataset.mask);
        shape.setAttribute("points", mask ? text(seen.outline(mask.corners)) : "");
      }
      const open = box.querySelector("[data-outline]");
      open?.setAttribute("points", text(seen.outline(outline, false)));
      for (const handle of box.querySelectorAll<HTMLElement>("[data-corner]")) {
        const corners = masks.find((one) => one.id === handle.dataset.of)?.corners ?? outline;
        const corner = corners[Number(handle.dataset.corner)];
        const at = corner && seen.corner(corner);
        handle.classList.toggle("away", !at);
        if (at) handle.style.transform = `translate(${at.x}px, ${at.y}px)`;
      }
    };
    draw();
    return () => cancelAnimationFrame(frame);
  }, [sight]);

  const cornerAt = (x: number, y: number): Corner | undefined => sight.current?.at(x, y);
  /** A point of the page in pixels of the layer. */
  const inLayer = (x: number, y: number): Point => {
    const box = layer.current?.getBoundingClientRect();
    return { x: x - (box?.left ?? 0), y: y - (box?.top ?? 0) };
  };
  const tap = (x: number, y: number): void => {
    const seen = sight.current;
    if (!seen) return;
    const point = inLayer(x, y);
    if (mode === "corners") {
      const first = props.outline[0] && seen.corner(props.outline[0]);
      const closes = first && props.outline.length >= 3 && Math.hypot(first.x - point.x, first.y - point.y) < CATCH;
      const at = seen.at(x, y);
      if (closes) props.onClose();
      else if (at) props.onCorner(at);
      return;
    }
    const hit = props.masks.filter((mask) => isInside(seen.outline(mask.corners), point)).pop();
    props.onSelect(hit?.id ?? null);
  };
  const finishRectangle = (): void => {
    const drawn = rectangle.value;
    rectangle.value = null;
    if (!drawn || Math.abs(drawn.from.x - drawn.to.x) < 6 || Math.abs(drawn.from.y - drawn.to.y) < 6) return;
    const { from, to } = drawn;
    const corners = [cornerAt(from.x, from.y), cornerAt(to.x, from.y), cornerAt(to.x, to.y), cornerAt(from.x, to.y)];
    if (corners.every((corner) => corner !== undefined)) props.onRectangle(corners);
    // The keys go on with the picture.
    sight.current?.focus();
  };
  const box = rectangle.value && [
    inLayer(rectangle.value.from.x, rectangle.value.from.y),
    inLayer(rectangle.value.to.x, rectangle.value.to.y),
  ];

  return (
    <div
      class={`mask-stage ${mode}`}
      onPointerDownCapture={(event) => {
        down.current = { x: event.clientX, y: event.clientY };
      }}
      onPointerUpCapture={(event) => {
        const from = down.current;
        down.current = null;
        const onPart = event.target instanceof Element && event.target.closest("[data-corner], .mask-draft, button");
        if (!from || onPart || Math.hypot(event.clientX - from.x, event.clientY - from.y) > TAP) return;
        tap(event.clientX, event.clientY);
      }}
    >
      {shown.surface === "flat" ? (
        <FlatHost picture={shown.picture} title={props.title} first={chosen?.corners} sight={sight} />
      ) : (
        <SphereHost panorama={shown.panorama} title={props.title} first={chosen?.corners} sight={sight} />
      )}
      <div ref={layer} class="mask-layer">
        <svg aria-hidden="true" width="100%" height="100%">
          {props.masks.map((mask) => (
            <polygon
              key={mask.id}
              data-mask={mask.id}
              class={`mask-shape ${mask.state}${mask.id === props.selected ? " chosen" : ""}`}
            />
          ))}
          <polyline data-outline="1" class="mask-open" />
          {box?.[0] && box[1] && (
            <rect
              class="mask-open"
              x={Math.min(box[0].x, box[1].x)}
              y={Math.min(box[0].y, box[1].y)}
              width={Math.abs(box[0].x - box[1].x)}
              height={Math.abs(box[0].y - box[1].y)}
            />
          )}
        </svg>
        {props.outline.map((_, index) => (
          <span key={index} data-corner={index} class={index === 0 ? "mask-dot first" : "mask-dot"} />
        ))}
        {chosen &&
          !props.readOnly &&
          mode === "look" &&
          chosen.corners.map((corner, index) => (
            <Handle
              key={`${chosen.id}/${index}`}
              mask={chosen.id}
              index={index}
              corner={corner}
              sight={sight}
              onMove={(at) => props.onMove(chosen.id, index, at)}
              onRemove={() => props.onRemoveCorner(chosen.id, index)}
            />
          ))}
        <span class="crosshair" aria-hidden="true" />
      </div>
      {mode === "rectangle" && (
        <div
          class="mask-draft"
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            const at = { x: event.clientX, y: event.clientY };
            rectangle.value = { from: at, to: at };
          }}
          onPointerMove={(event) => {
            if (rectangle.value) rectangle.value = { ...rectangle.value, to: { x: event.clientX, y: event.clientY } };
          }}
          onPointerUp={finishRectangle}
          onPointerCancel={() => {
            rectangle.value = null;
          }}
        />
      )}
    </div>
  );
}

interface HandleProps {
  mask: string;
  index: number;
  corner: Corner;
  sight: RefObject<Sight | null>;
  onMove: (at: Corner) => void;
  onRemove: () => void;
}

const STEPS: Record<string, Step> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** A corner to take hold of: by pointer, or by the arrow keys while it has the focus. */
function Handle({ mask, index, corner, sight, onMove, onRemove }: HandleProps) {
  return (
    <button
      type="button"
      class="mask-handle"
      data-of={mask}
      data-corner={index}
      aria-label={t("mask-corner", { number: index + 1 })}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        event.currentTarget.dataset.held = "1";
      }}
      onPointerMove={(event) => {
        const at = event.currentTarget.dataset.held && sight.current?.at(event.clientX, event.clientY);
        if (at) onMove(at);
      }}
      onPointerUp={(event) => {
        delete event.currentTarget.dataset.held;
      }}
      onPointerCancel={(event) => {
        delete event.currentTarget.dataset.held;
      }}
      onKeyDown={(event) => {
        const step = STEPS[event.key];
        if (step) {
          const moved = sight.current?.nudged(corner, step, event.shiftKey);
          if (moved) onMove(moved);
        } else if (event.key === "Delete" || event.key === "Backspace") onRemove();
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}

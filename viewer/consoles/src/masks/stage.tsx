/**
 * A panorama in the public viewer's own renderer, with masks laid over it: drawn by pointer or from the cross in the
 * middle, moved by their corners. Knows nothing of saving.
 */
import { mountTour, type TourHandle } from "@kanfang/tour";
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Corner, Mask } from "../api/masks.ts";
import type { View } from "../api/tours.ts";
import type { Point } from "../studio/project.ts";
import { language, t } from "../texts.ts";
import { cornerOnScreen, isInside, outlineOnScreen, tidy, viewOf } from "./project.ts";

export type Mode = "look" | "corners" | "rectangle";

interface Props {
  /** The `panorama` of a scene. */
  panorama: unknown;
  title: string;
  masks: Mask[];
  outline: Corner[];
  mode: Mode;
  selected: string | null;
  handle: RefObject<TourHandle | null>;
  readOnly: boolean;
  onCorner: (at: Corner) => void;
  onClose: () => void;
  onRectangle: (corners: Corner[]) => void;
  onSelect: (id: string | null) => void;
  onMove: (id: string, index: number, at: Corner) => void;
  onRemoveCorner: (id: string, index: number) => void;
}

const AHEAD: View = { yaw: 0, pitch: 0, hfov: 90 };
/** A tap moves less than this, pixels. */
const TAP = 5;
/** A tap this near to the first corner closes the shape, pixels. */
const CATCH = 14;

/** The document that the viewer is given: this one picture. */
function lonely(panorama: unknown, title: string, view: View): object {
  const scene = { id: "masks", title, northYaw: null, initialView: view, panorama, links: [] };
  return { format: "kanfang-tour", version: 1, id: "masks", title, court: "", start: "masks", scenes: [scene] };
}

const text = (points: Point[]): string => points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");

export function Stage(props: Props) {
  const { panorama, handle, mode } = props;
  const host = useRef<HTMLDivElement>(null);
  const layer = useRef<HTMLDivElement>(null);
  const down = useRef<Point | null>(null);
  const now = useRef(props);
  now.current = props;
  /** Where one looked last: the public's picture opens with the same view. */
  const seen = useRef<View | undefined>(undefined);
  const rectangle = useSignal<{ from: Point; to: Point } | null>(null);
  const chosen = props.masks.find((mask) => mask.id === props.selected);

  useEffect(() => {
    if (!host.current) return;
    const first = now.current.masks.find((mask) => mask.id === now.current.selected);
    const view = seen.current ?? (first ? viewOf(first.corners) : AHEAD);
    const mounted = mountTour(host.current, {
      tour: lonely(panorama, now.current.title, view),
      language: language.value,
      deepLink: false,
      tapZoom: false,
    });
    handle.current = mounted;
    return () => {
      handle.current = null;
      mounted.destroy();
    };
  }, [JSON.stringify(panorama)]);

  useEffect(() => {
    let frame = 0;
    const draw = (): void => {
      frame = requestAnimationFrame(draw);
      const [box, view] = [layer.current, handle.current?.current()?.view];
      if (!box || !view) return;
      seen.current = view;
      const size = { width: box.clientWidth, height: box.clientHeight };
      const { masks, outline } = now.current;
      for (const shape of box.querySelectorAll<SVGElement>("[data-mask]")) {
        const mask = masks.find((one) => one.id === shape.dataset.mask);
        shape.setAttribute("points", mask ? text(outlineOnScreen(mask.corners, view, size)) : "");
      }
      const open = box.querySelector("[data-outline]");
      open?.setAttribute("points", text(outlineOnScreen(outline, view, size, false)));
      for (const handle of box.querySelectorAll<HTMLElement>("[data-corner]")) {
        const corners = masks.find((one) => one.id === handle.dataset.of)?.corners ?? outline;
        const corner = corners[Number(handle.dataset.corner)];
        const at = corner && cornerOnScreen(corner, view, size);
        handle.classList.toggle("away", !at);
        if (at) handle.style.transform = `translate(${at.x}px, ${at.y}px)`;
      }
    };
    draw();
    return () => cancelAnimationFrame(frame);
  }, [handle]);

  const angle = (x: number, y: number): Corner | undefined => {
    const at = handle.current?.angleAt(x, y);
    return at && tidy(at.yaw, at.pitch);
  };
  /** A point of the page in pixels of the layer. */
  const inLayer = (x: number, y: number): Point => {
    const box = layer.current?.getBoundingClientRect();
    return { x: x - (box?.left ?? 0), y: y - (box?.top ?? 0) };
  };
  const tap = (x: number, y: number): void => {
    const view = handle.current?.current()?.view;
    const box = layer.current;
    if (!view || !box) return;
    const [size, point] = [{ width: box.clientWidth, height: box.clientHeight }, inLayer(x, y)];
    if (mode === "corners") {
      const first = props.outline[0] && cornerOnScreen(props.outline[0], view, size);
      const closes = first && props.outline.length >= 3 && Math.hypot(first.x - point.x, first.y - point.y) < CATCH;
      const at = angle(x, y);
      if (closes) props.onClose();
      else if (at) props.onCorner(at);
      return;
    }
    const hit = props.masks.filter((mask) => isInside(outlineOnScreen(mask.corners, view, size), point)).pop();
    props.onSelect(hit?.id ?? null);
  };
  const finishRectangle = (): void => {
    const drawn = rectangle.value;
    rectangle.value = null;
    if (!drawn || Math.abs(drawn.from.x - drawn.to.x) < 6 || Math.abs(drawn.from.y - drawn.to.y) < 6) return;
    const { from, to } = drawn;
    const corners = [angle(from.x, from.y), angle(to.x, from.y), angle(to.x, to.y), angle(from.x, to.y)];
    if (corners.every((corner) => corner !== undefined)) props.onRectangle(corners);
    // The keys go on with the picture.
    host.current?.querySelector<HTMLElement>(".kf-surface")?.focus({ preventScroll: true });
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
      <div ref={host} class="mask-host" data-testid="mask-tour" />
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
              angle={angle}
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
  angle: (x: number, y: number) => Corner | undefined;
  onMove: (at: Corner) => void;
  onRemove: () => void;
}

const STEPS: Record<string, Corner> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** A corner to take hold of: by pointer, or by the arrow keys while it has the focus. */
function Handle({ mask, index, corner, angle, onMove, onRemove }: HandleProps) {
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
        const at = event.currentTarget.dataset.held && angle(event.clientX, event.clientY);
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
          const far = event.shiftKey ? 1 : 0.2;
          onMove(tidy(corner[0] + far * step[0], corner[1] + far * step[1]));
        } else if (event.key === "Delete" || event.key === "Backspace") onRemove();
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}

/** A photo, or the picture of a plan, as what masks are drawn over: enlarged and moved by pointer, fingers and keys. */
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Corner } from "../api/masks.ts";
import type { Point, Size } from "../studio/project.ts";
import { t } from "../texts.ts";
import { cornerAt, frameOf, movedBy, nudgedFlat, onScreen, type Pan, panOf, WHOLE, zoomedAt } from "./flat.ts";
import type { Sight } from "./sight.ts";

interface Props {
  /** Its address. */
  picture: string;
  title: string;
  /** What is looked at first. */
  first: Corner[] | undefined;
  sight: RefObject<Sight | null>;
}

/** Pixels of the screen that a press of an arrow key moves the picture. */
const STEP = { near: 12, far: 60 };
const KEYS: Record<string, readonly [number, number]> = {
  ArrowLeft: [1, 0],
  ArrowRight: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};
const ZOOM_KEYS: Record<string, number> = { "+": 1.25, "=": 1.25, "-": 0.8 };

export function FlatHost({ picture, title, first, sight }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const image = useRef<HTMLImageElement>(null);
  const pan = useRef<Pan>(WHOLE);
  const size = useRef<Size | undefined>(undefined);
  const fingers = useRef(new Map<number, Point>());
  const missing = useSignal(false);

  const box = (): Size => ({ width: host.current?.clientWidth ?? 1, height: host.current?.clientHeight ?? 1 });
  const inBox = (x: number, y: number): Point => {
    const at = host.current?.getBoundingClientRect();
    return { x: x - (at?.left ?? 0), y: y - (at?.top ?? 0) };
  };
  const show = (next: Pan): void => {
    const [node, whole] = [image.current, size.current];
    pan.current = next;
    if (!node || !whole) return;
    const { left, top, width, height } = frameOf(next, whole, box());
    Object.assign(node.style, {
      width: `${width}px`,
      height: `${height}px`,
      transform: `translate(${left}px, ${top}px)`,
    });
  };
  const zoom = (factor: number, at: Point): void => {
    if (size.current) show(zoomedAt(pan.current, factor, at, size.current, box()));
  };
  const move = (right: number, down: number): void => {
    if (size.current) show(movedBy(pan.current, right, down, size.current, box()));
  };

  useEffect(() => {
    const node = host.current;
    if (!node) return;
    const resized = new ResizeObserver(() => show(pan.current));
    resized.observe(node);
    // Not as an attribute: that listener would be passive, and the page would scroll.
    const wheel = (event: WheelEvent): void => {
      event.preventDefault();
      zoom(Math.exp(-event.deltaY / 400), inBox(event.clientX, event.clientY));
    };
    node.addEventListener("wheel", wheel, { passive: false });
    return () => {
      resized.disconnect();
      node.removeEventListener("wheel", wheel);
      sight.current = null;
    };
  }, []);

  const loaded = (node: HTMLImageElement): void => {
    const whole = { width: node.naturalWidth, height: node.naturalHeight };
    const isFirst = size.current === undefined;
    [size.current, missing.value] = [whole, false];
    show(isFirst && first ? panOf(first, whole, box()) : pan.current);
    const frame = () => frameOf(pan.current, whole, box());
    sight.current = {
      corner: (at) => onScreen(at, frame()),
      outline: (corners) => {
        const now = frame();
        return corners.map((corner) => onScreen(corner, now));
      },
      at: (x, y) => cornerAt(inBox(x, y), frame()),
      cross: () => cornerAt({ x: box().width / 2, y: box().height / 2 }, frame()),
      nudged: nudgedFlat,
      look: (corners) => show(panOf(corners, whole, box())),
      focus: () => host.current?.focus({ preventScroll: true }),
    };
  };
  const lift = (event: PointerEvent): void => {
    fingers.current.delete(event.pointerId);
  };

  return (
    <div
      ref={host}
      class="mask-host mask-flat"
      data-testid="mask-photo"
      role="application"
      aria-label={t("mask-photo", { name: title })}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move the picture under the cross
      tabIndex={0}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      }}
      onPointerMove={(event) => {
        const before = fingers.current.get(event.pointerId);
        if (!before) return;
        const now = { x: event.clientX, y: event.clientY };
        const other = [...fingers.current].find(([id]) => id !== event.pointerId)?.[1];
        fingers.current.set(event.pointerId, now);
        if (!other) return move(now.x - before.x, now.y - before.y);
        const spread = (point: Point): number => Math.hypot(point.x - other.x, point.y - other.y);
        zoom(spread(now) / Math.max(1, spread(before)), inBox((now.x + other.x) / 2, (now.y + other.y) / 2));
      }}
      onPointerUp={lift}
      onPointerCancel={lift}
      onKeyDown={(event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const [way, factor] = [KEYS[event.key], ZOOM_KEYS[event.key]];
        const pixels = event.shiftKey ? STEP.far : STEP.near;
        if (way) move(way[0] * pixels, way[1] * pixels);
        else if (factor) zoom(factor, { x: box().width / 2, y: box().height / 2 });
        else return;
        event.preventDefault();
      }}
    >
      <img
        ref={image}
        src={picture}
        alt=""
        draggable={false}
        onLoad={(event) => loaded(event.currentTarget)}
        onError={() => {
          missing.value = true;
        }}
      />
      {missing.value && <p class="mask-wait">{t("mask-photo-missing")}</p>}
    </div>
  );
}

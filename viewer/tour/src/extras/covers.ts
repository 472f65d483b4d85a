/**
 * What lies over the picture (plate, tool bars, list of scenes, plan, captions), so that nothing that points into the picture ends up
 * half under it. Boxes are measured when they change, never while the view turns. Knows nothing of what gives way.
 */
import type { Point, Size } from "../geometry/view.ts";

/** In CSS pixels from the overlay's upper left corner. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Hold what lies over the picture, and grow with it. */
const BARS = ".kf-top, .kf-bottom, .kf-plate, .kf-tools, .kf-corner";
const LYING = ".kf-banner, .kf-plate, .kf-tools, .kf-scenes-toggle, .kf-scenes-list, .kf-corner, .kf-narration";
/** Free space around what lies over the picture. */
const GAP = 4;

export class Covers {
  readonly #root: HTMLElement;
  readonly #listeners: (() => void)[] = [];
  readonly #sizes = new Map<Element, Size>();
  readonly #observer = new ResizeObserver((entries) => this.#measured(entries));
  #boxes: readonly Box[] = [];

  /** Of an overlay. */
  constructor(root: HTMLElement) {
    this.#root = root;
    for (const node of [root, ...root.querySelectorAll(BARS)]) this.#observer.observe(node);
  }

  get boxes(): readonly Box[] {
    return this.#boxes;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** From now on `sizeOf` knows how large it is; told to the listeners when it changes. */
  measure(node: Element): void {
    this.#observer.observe(node);
  }

  forget(node: Element): void {
    this.#observer.unobserve(node);
    this.#sizes.delete(node);
  }

  sizeOf(node: Element): Size {
    return this.#sizes.get(node) ?? { width: 0, height: 0 };
  }

  /** How something that is measured steps aside from its place in a picture: by half of itself at most. */
  aside(node: Element, at: Point, picture: Size): Point | undefined {
    const size = this.sizeOf(node);
    return wayAside(boxAround(at, size), this.#boxes, { x: size.width / 2, y: size.height / 2 }, picture);
  }

  #measured(entries: readonly ResizeObserverEntry[]): void {
    for (const { target, borderBoxSize } of entries) {
      const [size] = borderBoxSize;
      if (size && size.inlineSize > 0) this.#sizes.set(target, { width: size.inlineSize, height: size.blockSize });
    }
    const whole = this.#root.getBoundingClientRect();
    this.#boxes = [...this.#root.querySelectorAll(LYING)]
      .map((node) => node.getBoundingClientRect())
      .filter(({ width, height }) => width > 0 && height > 0)
      .map(({ left, top, right, bottom }) => ({
        left: left - whole.left - GAP,
        top: top - whole.top - GAP,
        right: right - whole.left + GAP,
        bottom: bottom - whole.top + GAP,
      }));
    for (const listener of this.#listeners) listener();
  }
}

/** A box of a size with its middle at a point. */
export function boxAround({ x, y }: Point, { width, height }: Size): Box {
  return { left: x - width / 2, top: y - height / 2, right: x + width / 2, bottom: y + height / 2 };
}

/**
 * The shortest way for a box that leaves none of it under `covers`: nothing to do where it is free, `undefined` where more
 * than `most` would be needed. It goes straight, and not out of the picture.
 */
export function wayAside(box: Box, covers: readonly Box[], most: Point, picture: Size): Point | undefined {
  if (isFree(box, covers)) return { x: 0, y: 0 };
  let best: Point | undefined;
  for (const { left, top, right, bottom } of covers)
    for (const way of [
      { x: left - box.right, y: 0 },
      { x: right - box.left, y: 0 },
      { x: 0, y: top - box.bottom },
      { x: 0, y: bottom - box.top },
    ]) {
      if (Math.abs(way.x) > most.x || Math.abs(way.y) > most.y) continue;
      if (best && Math.hypot(way.x, way.y) >= Math.hypot(best.x, best.y)) continue;
      const moved = moveBy(box, way);
      const inside =
        moved.left >= 0 && moved.top >= 0 && moved.right <= picture.width && moved.bottom <= picture.height;
      if (inside && isFree(moved, covers)) best = way;
    }
  return best;
}

function isFree(box: Box, covers: readonly Box[]): boolean {
  return !covers.some(
    (cover) => box.left < cover.right && box.right > cover.left && box.top < cover.bottom && box.bottom > cover.top,
  );
}

function moveBy(box: Box, { x, y }: Point): Box {
  return { left: box.left + x, top: box.top + y, right: box.right + x, bottom: box.bottom + y };
}

/** What is laid over the picture follows it: nodes are moved in every frame to where their directions are seen. */
import type { TourHandle } from "@kanfang/tour";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { View } from "../api/tours.ts";
import { type Direction, onScreen, type Size } from "./project.ts";

/** What the picture shows now; undefined while there is none. */
export type Seen = { scene: string; view: View } | undefined;

/** Calls `draw` in every frame while the layer is in the page; the newest `draw` counts. */
export function useOverPicture(
  layer: RefObject<HTMLElement | null>,
  handle: RefObject<TourHandle | null>,
  draw: (layer: HTMLElement, seen: Seen, size: Size) => void,
): void {
  const newest = useRef(draw);
  newest.current = draw;
  useEffect(() => {
    let frame = 0;
    const turn = (): void => {
      frame = requestAnimationFrame(turn);
      const box = layer.current;
      if (!box) return;
      newest.current(box, handle.current?.current(), { width: box.clientWidth, height: box.clientHeight });
    };
    turn();
    return () => cancelAnimationFrame(frame);
  }, [handle]);
}

/** Moves a node to a direction and hides it where that is not seen; one that is being dragged stays with the pointer. */
export function moveTo(node: HTMLElement, to: Direction | undefined, seen: Seen, size: Size): void {
  if (node.dataset.held) return;
  const at = seen && to ? onScreen(to, seen.view, size) : null;
  node.hidden = !at;
  if (at) node.style.transform = `translate(${at.x}px, ${at.y}px)`;
}

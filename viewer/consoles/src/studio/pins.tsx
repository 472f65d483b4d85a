/** A reviewer's pins over a picture, numbered as in the list of remarks. */
import type { TourHandle } from "@kanfang/tour";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Pin, Tour, View } from "../api/tours.ts";
import { t } from "../texts.ts";
import { onScreen } from "./project.ts";

export interface NumberedPin extends Pin {
  /** From 1, over all scenes. */
  number: number;
}

export const numbered = (pins: readonly Pin[]): NumberedPin[] =>
  pins.map((pin, index) => ({ ...pin, number: index + 1 }));

/** The pins of the newest return. */
export const newestPins = (tour: Tour): NumberedPin[] => numbered(tour.remarks.at(-1)?.pins ?? []);

interface Props {
  pins: readonly NumberedPin[];
  handle: RefObject<TourHandle | null>;
  onChoose?: (pin: NumberedPin) => void;
}

/** Shows the pins of the scene that is seen now. */
export function PinLayer({ pins, handle, onChoose }: Props) {
  const layer = useRef<HTMLDivElement>(null);
  const shown = useRef(pins);
  shown.current = pins;
  useEffect(() => {
    let frame = 0;
    const draw = (): void => {
      frame = requestAnimationFrame(draw);
      const box = layer.current;
      if (!box) return;
      const seen = handle.current?.current();
      const size = { width: box.clientWidth, height: box.clientHeight };
      for (const node of box.querySelectorAll<HTMLElement>("[data-pin]")) {
        const pin = shown.current.find(({ number }) => number === Number(node.dataset.pin));
        const at = seen && pin?.scene === seen.scene ? onScreen(pin, seen.view, size) : null;
        node.hidden = !at;
        if (at) node.style.transform = `translate(${at.x}px, ${at.y}px)`;
      }
    };
    draw();
    return () => cancelAnimationFrame(frame);
  }, [handle]);
  return (
    <div ref={layer} class="preview-layer">
      {pins.map((pin) => (
        <button
          type="button"
          key={pin.number}
          class="pin"
          data-pin={pin.number}
          hidden
          title={pin.text}
          aria-label={t("pin-name", { number: pin.number, text: pin.text })}
          onClick={() => onChoose?.(pin)}
        >
          {pin.number}
        </button>
      ))}
    </div>
  );
}

/** Turns to a direction once the scene is open, which takes a moment after it was chosen. */
export function lookWhenOpen(handle: RefObject<TourHandle | null>, scene: string, view: Partial<View>): void {
  const until = performance.now() + 5000;
  const attempt = (): void => {
    if (handle.current?.current()?.scene === scene) handle.current.look(view);
    else if (performance.now() < until) requestAnimationFrame(attempt);
  };
  attempt();
}

/** A reviewer's pins over a picture, numbered as in the list of remarks. */
import type { TourHandle } from "@kanfang/tour";
import type { RefObject } from "preact";
import { useRef } from "preact/hooks";
import type { Pin, Tour, View } from "../api/tours.ts";
import { t } from "../texts.ts";
import { moveTo, useOverPicture } from "./over-picture.ts";

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
  useOverPicture(layer, handle, (box, seen, size) => {
    for (const node of box.querySelectorAll<HTMLElement>("[data-pin]")) {
      const pin = pins.find(({ number }) => number === Number(node.dataset.pin));
      moveTo(node, pin?.scene === seen?.scene ? pin : undefined, seen, size);
    }
  });
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

/** The pins of a return: what is wanted at each spot. */
import { useEffect, useRef } from "preact/hooks";
import type { Pin, Tour } from "../api/tours.ts";
import { t } from "../texts.ts";
import { Icon } from "../ui/icons.tsx";
import { toast } from "../ui/toasts.tsx";
import type { Pins } from "./use-pins.ts";

interface Props {
  tour: Tour;
  pins: Pins;
  look: (pin: Pin) => void;
}

export function PinForms({ tour, pins, look }: Props) {
  const host = useRef<HTMLOListElement>(null);
  useEffect(() => {
    if (pins.fresh !== null) host.current?.querySelectorAll<HTMLElement>("textarea")[pins.fresh]?.focus();
  }, [pins.fresh]);
  if (pins.list.length === 0) return null;
  return (
    <ol ref={host} class="pin-list" aria-label={t("pins")}>
      {pins.list.map((pin, index) => {
        const title = tour.scenes.find((scene) => scene.id === pin.scene)?.title || t("untitled");
        const name = t("pin-in", { number: index + 1, scene: title });
        return (
          <li key={index} class="pin-form">
            <div class="row apart">
              <button type="button" class="link" onClick={() => look(pin)}>
                <span class="pin inline">{index + 1}</span>
                {title}
              </button>
              <button
                type="button"
                class="icon-button"
                aria-label={t("pin-remove", { number: index + 1 })}
                onClick={() => toast(t("pin-removed"), { undo: pins.remove(index) })}
              >
                <Icon name="trash" />
              </button>
            </div>
            <textarea
              rows={2}
              required
              maxLength={500}
              aria-label={name}
              value={pin.text}
              placeholder={t("pin-placeholder")}
              onInput={(event) => pins.write(index, event.currentTarget.value)}
            />
          </li>
        );
      })}
    </ol>
  );
}

/** What the reviewers wrote when the tour was returned, newest first; the newest remark's pins lead to their spots. */
import type { Pin, Tour } from "../api/tours.ts";
import { moment } from "../format.ts";
import { language, t } from "../texts.ts";

interface Props {
  tour: Tour;
  /** Shows a pin's spot. */
  look?: (pin: Pin) => void;
}

export function Remarks({ tour, look }: Props) {
  if (tour.remarks.length === 0) return null;
  const titleOf = (id: string): string => tour.scenes.find((scene) => scene.id === id)?.title || t("pin-scene-gone");
  return (
    <section class="notice warn" aria-label={t("remarks")}>
      <strong>{t("remarks")}</strong>
      <ul class="remarks">
        {[...tour.remarks].reverse().map((remark, age) => (
          <li key={remark.at}>
            {remark.text}
            <span class="faint">{`${remark.text ? " — " : ""}${remark.by}, ${moment(remark.at, language.value)}`}</span>
            {remark.pins.length > 0 && (
              <ol class="pin-list">
                {remark.pins.map((pin, index) => {
                  const words = `${titleOf(pin.scene)}：${pin.text}`;
                  const there = tour.scenes.some((scene) => scene.id === pin.scene);
                  return (
                    <li key={index}>
                      <span class="pin inline">{index + 1}</span>
                      {age === 0 && look && there ? (
                        <button type="button" class="link" onClick={() => look(pin)}>
                          {words}
                        </button>
                      ) : (
                        <span>{words}</span>
                      )}
                    </li>
                  );
                })}
              </ol>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

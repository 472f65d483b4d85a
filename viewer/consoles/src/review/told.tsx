/** What the guided tour will say and play, and which scenes have another day beside them: read by the reviewer before it is approved. */
import { soundOf } from "../api/media.ts";
import type { DraftScene } from "../api/tours.ts";
import { t } from "../texts.ts";

export function Told({ scenes }: { scenes: readonly DraftScene[] }) {
  const telling = scenes.filter(
    ({ narration, narration_sound, other_day }) => narration || narration_sound || other_day,
  );
  if (telling.length === 0) return null;
  return (
    <section class="card" data-testid="told">
      <header class="card-head">
        <h2>{t("told")}</h2>
      </header>
      <div class="card-body">
        {telling.map((scene) => (
          <section key={scene.id} class="stack tight">
            <h3>{scene.title || t("untitled")}</h3>
            {scene.other_day && (
              <p class="faint">
                {scene.other_day.captured_at
                  ? t("told-other-day", { date: scene.other_day.captured_at })
                  : t("told-other-day-undated")}
              </p>
            )}
            {scene.narration_sound && (
              // biome-ignore lint/a11y/useMediaCaption: the words below are its caption
              <audio
                class="record-sound"
                controls
                preload="none"
                src={soundOf(scene.narration_sound)}
                aria-label={t("sound-of", { name: scene.title || t("untitled") })}
              />
            )}
            {scene.narration && <p class="prose">{scene.narration}</p>}
          </section>
        ))}
      </div>
    </section>
  );
}

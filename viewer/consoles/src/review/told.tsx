/** What the guided tour will say, and which scenes have another day beside them: read by the reviewer before it is approved. */
import type { DraftScene } from "../api/tours.ts";
import { t } from "../texts.ts";

export function Told({ scenes }: { scenes: readonly DraftScene[] }) {
  const telling = scenes.filter(({ narration, other_day }) => narration || other_day);
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
            {scene.narration && <p class="prose">{scene.narration}</p>}
          </section>
        ))}
      </div>
    </section>
  );
}

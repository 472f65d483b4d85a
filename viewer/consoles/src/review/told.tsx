/** What the guided tour will say and play, and which scenes have another day beside them: read and heard before it is approved. */
import type { DraftScene, TourShown } from "../api/tours.ts";
import { wasPlayed } from "../media/played.ts";
import { t } from "../texts.ts";

interface Props {
  scenes: readonly DraftScene[];
  pieces: readonly TourShown[];
  /** Tells the server that a recording was heard. */
  look: (piece: TourShown) => void;
}

export function Told({ scenes, pieces, look }: Props) {
  const telling = scenes.filter(
    ({ narration, narration_sound, other_day }) => narration || narration_sound || other_day,
  );
  if (telling.length === 0) return null;
  const sounds = pieces.filter(({ kind }) => kind === "sound");
  return (
    <section class="card" data-testid="told">
      <header class="card-head">
        <h2>
          {sounds.length > 0
            ? t("told-heard", { seen: sounds.filter(({ seen }) => seen).length, count: sounds.length })
            : t("told")}
        </h2>
      </header>
      <div class="card-body">
        {sounds.length > 0 && <p class="hint">{t("told-hear")}</p>}
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
            {sounds
              .filter(({ asset }) => asset === scene.narration_sound)
              .map((sound) => (
                <Heard key={sound.asset} name={scene.title || t("untitled")} sound={sound} look={look} />
              ))}
            {scene.narration && <p class="prose">{scene.narration}</p>}
          </section>
        ))}
      </div>
    </section>
  );
}

function Heard({ name, sound, look }: { name: string; sound: TourShown; look: (piece: TourShown) => void }) {
  return (
    <div class="row">
      {/* biome-ignore lint/a11y/useMediaCaption: the words below are its caption */}
      <audio
        class="record-sound grow"
        controls
        preload="none"
        src={sound.address}
        aria-label={t("sound-of", { name })}
        onEnded={(event) => wasPlayed(event.currentTarget) && look(sound)}
      />
      <span class={sound.seen ? "seen" : "faint"}>{sound.seen ? t("heard") : t("not-heard")}</span>
    </div>
  );
}

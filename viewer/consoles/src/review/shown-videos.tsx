/** Every video that becomes public with a note: watched to its end before the tour is approved. */
import { moment } from "@kanfang/shared/captions.ts";
import { useSignal } from "@preact/signals";
import { Fragment } from "preact";
import { pictureOf } from "../api/media.ts";
import type { Tour, TourShown } from "../api/tours.ts";
import { allCaptions } from "../captions/of-hotspot.ts";
import { VideoDialog } from "../media/video-dialog.tsx";
import { nameOf } from "../studio/hotspots.ts";
import { t } from "../texts.ts";
import { Icon } from "../ui/icons.tsx";
import { named, shownInNotes } from "./shown-pictures.tsx";

interface Props {
  tour: Pick<Tour, "scenes">;
  pieces: readonly TourShown[];
  /** Tells the server that one was watched. */
  look: (piece: TourShown) => void;
}

export function ShownVideos({ tour, pieces, look }: Props) {
  const open = useSignal<string | undefined>(undefined);
  const videos = named(shownInNotes(tour, "videos"), "video", pieces);
  if (videos.length === 0) return null;
  const opened = videos.find(({ asset }) => asset === open.value);
  const words = allCaptions(tour.scenes);
  const count = videos.filter(({ seen }) => seen).length;
  return (
    <section class="card" data-testid="shown-videos">
      <header class="card-head">
        <h2>{t("shown-videos", { seen: count, count: videos.length })}</h2>
      </header>
      <div class="card-body">
        <p class="hint">{t("shown-videos-text")}</p>
        <ul class="photo-picks">
          {videos.map((one) => (
            <li key={one.asset}>
              <button
                type="button"
                class="photo-pick"
                aria-label={t("video-of", { name: one.name })}
                onClick={() => {
                  open.value = one.asset;
                }}
              >
                <img src={pictureOf(one.asset)} alt="" loading="lazy" />
                <Icon name="play" />
                <span class="photo-pick-name">{one.name}</span>
                <span class={one.seen ? "seen" : "faint"}>{one.seen ? t("seen") : t("not-seen")}</span>
                <span class="faint">
                  {t(words.some(({ video }) => video === one.asset) ? "captions-with" : "captions-without")}
                </span>
              </button>
            </li>
          ))}
        </ul>
        {words.length > 0 && <p class="hint">{t("captions-read")}</p>}
        {words.map(({ scene, note, video, cues }) => (
          <section key={`${note.id}/${video}`} class="stack tight" data-testid="captions">
            <h3>{t("captions-of", { name: [scene.title, nameOf(note)].filter(Boolean).join(" · ") })}</h3>
            <dl class="cue-list">
              {cues.map(({ start, text }) => (
                <Fragment key={start}>
                  <dt class="numbers">{moment(start)}</dt>
                  <dd>{text}</dd>
                </Fragment>
              ))}
            </dl>
          </section>
        ))}
      </div>
      {opened && (
        <VideoDialog
          asset={opened.asset}
          name={opened.name}
          hint={t("shown-watch")}
          captions={words.find(({ video }) => video === opened.asset)?.cues ?? []}
          onPlayed={() => look(opened)}
          onClose={() => {
            open.value = undefined;
          }}
        />
      )}
    </section>
  );
}

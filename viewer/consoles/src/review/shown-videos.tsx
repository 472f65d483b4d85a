/** Every video that becomes public with a note: watched to its end before the tour is approved. */
import { useSignal } from "@preact/signals";
import { pictureOf } from "../api/media.ts";
import type { Tour, TourShown } from "../api/tours.ts";
import { VideoDialog } from "../media/video-dialog.tsx";
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
              </button>
            </li>
          ))}
        </ul>
      </div>
      {opened && (
        <VideoDialog
          asset={opened.asset}
          name={opened.name}
          hint={t("shown-watch")}
          onPlayed={() => look(opened)}
          onClose={() => {
            open.value = undefined;
          }}
        />
      )}
    </section>
  );
}

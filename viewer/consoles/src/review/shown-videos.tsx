/** Every video that becomes public with a note: watched to its end before the tour is approved. */
import { type Signal, useSignal } from "@preact/signals";
import { pictureOf } from "../api/media.ts";
import { VideoDialog } from "../media/video-dialog.tsx";
import { t } from "../texts.ts";
import { Icon } from "../ui/icons.tsx";
import type { ShownPicture } from "./shown-pictures.tsx";

interface Props {
  videos: readonly ShownPicture[];
  seen: Signal<ReadonlySet<string>>;
}

export function ShownVideos({ videos, seen }: Props) {
  const open = useSignal<ShownPicture | undefined>(undefined);
  if (videos.length === 0) return null;
  const opened = open.value;
  const count = videos.filter(({ asset }) => seen.value.has(asset)).length;
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
                  open.value = one;
                }}
              >
                <img src={pictureOf(one.asset)} alt="" loading="lazy" />
                <Icon name="play" />
                <span class="photo-pick-name">{one.name}</span>
                <span class={seen.value.has(one.asset) ? "seen" : "faint"}>
                  {seen.value.has(one.asset) ? t("seen") : t("not-seen")}
                </span>
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
          onEnded={() => {
            seen.value = new Set([...seen.value, opened.asset]);
          }}
          onClose={() => {
            open.value = undefined;
          }}
        />
      )}
    </section>
  );
}

/**
 * Every picture and video that becomes public beside the panoramas, on notes and below the plan: opened one by one, and
 * watched to their end, before the tour is approved.
 */
import { type Signal, useSignal } from "@preact/signals";
import { pictureOf } from "../api/media.ts";
import type { Tour } from "../api/tours.ts";
import { VideoDialog } from "../media/video-dialog.tsx";
import { nameOf } from "../studio/hotspots.ts";
import { t } from "../texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icons.tsx";

export interface ShownPicture {
  asset: string;
  /** Where it is shown. */
  name: string;
  isVideo?: boolean;
}

/** Each once, however often it is shown. */
export function shownPictures(tour: Pick<Tour, "scenes" | "plan">): ShownPicture[] {
  const found = new Map<string, ShownPicture>();
  const add = (asset: string, name: string, isVideo = false): void => {
    if (!found.has(asset)) found.set(asset, { asset, name, isVideo });
  };
  for (const scene of tour.scenes)
    for (const one of scene.hotspots ?? [])
      if (one.kind === "information" || one.kind === "defect") {
        const name = [scene.title, nameOf(one)].filter(Boolean).join(" · ");
        for (const asset of one.pictures) add(asset, name);
        for (const asset of one.videos ?? []) add(asset, name, true);
      }
  if (tour.plan?.picture?.shown) add(tour.plan.picture.asset, t("shown-plan"));
  return [...found.values()];
}

interface Props {
  pictures: readonly ShownPicture[];
  seen: Signal<ReadonlySet<string>>;
}

export function ShownPictures({ pictures, seen }: Props) {
  const open = useSignal<ShownPicture | undefined>(undefined);
  if (pictures.length === 0) return null;
  const see = (asset: string): void => {
    seen.value = new Set([...seen.value, asset]);
  };
  const close = (): void => {
    open.value = undefined;
  };
  const count = pictures.filter(({ asset }) => seen.value.has(asset)).length;
  return (
    <section class="card" data-testid="shown-pictures">
      <header class="card-head">
        <h2>{t("shown", { seen: count, count: pictures.length })}</h2>
      </header>
      <div class="card-body">
        <p class="hint">{t("shown-text")}</p>
        <ul class="photo-picks">
          {pictures.map((one) => (
            <li key={one.asset}>
              <button
                type="button"
                class="photo-pick"
                aria-label={t("shown-open", { name: one.name })}
                onClick={() => {
                  open.value = one;
                }}
              >
                <img src={pictureOf(one.asset)} alt="" loading="lazy" />
                {one.isVideo && <Icon name="play" />}
                <span class="photo-pick-name">{one.name}</span>
                <span class={seen.value.has(one.asset) ? "seen" : "faint"}>
                  {seen.value.has(one.asset) ? t("seen") : t("not-seen")}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </div>
      {open.value?.isVideo && (
        <VideoDialog
          asset={open.value.asset}
          name={open.value.name}
          hint={t("shown-watch")}
          onEnded={() => {
            if (open.value) see(open.value.asset);
          }}
          onClose={close}
        />
      )}
      {open.value && !open.value.isVideo && (
        <Dialog title={open.value.name} wide onClose={close}>
          <img
            class="shown-picture"
            src={pictureOf(open.value.asset)}
            alt={open.value.name}
            // Only what could be seen counts as seen.
            onLoad={() => {
              if (open.value) see(open.value.asset);
            }}
          />
        </Dialog>
      )}
    </section>
  );
}

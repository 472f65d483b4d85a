/** Every picture that becomes public beside the panoramas, on notes and below the plan: opened one by one before the tour is approved. */
import { type Signal, useSignal } from "@preact/signals";
import { pictureOf } from "../api/media.ts";
import type { Tour } from "../api/tours.ts";
import { nameOf } from "../studio/hotspots.ts";
import { t } from "../texts.ts";
import { Dialog } from "../ui/dialog.tsx";

export interface ShownPicture {
  asset: string;
  /** Where it is shown. */
  name: string;
}

/** Each once, however often it is shown. */
export function shownPictures(tour: Pick<Tour, "scenes" | "plan">): ShownPicture[] {
  const found = new Map<string, ShownPicture>();
  const add = (asset: string, name: string): void => {
    if (!found.has(asset)) found.set(asset, { asset, name });
  };
  for (const scene of tour.scenes)
    for (const one of scene.hotspots ?? [])
      if (one.kind === "information" || one.kind === "defect")
        for (const asset of one.pictures) add(asset, [scene.title, nameOf(one)].filter(Boolean).join(" · "));
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
                <span class="photo-pick-name">{one.name}</span>
                <span class={seen.value.has(one.asset) ? "seen" : "faint"}>
                  {seen.value.has(one.asset) ? t("seen") : t("not-seen")}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </div>
      {open.value && (
        <Dialog
          title={open.value.name}
          wide
          onClose={() => {
            open.value = undefined;
          }}
        >
          <img
            class="shown-picture"
            src={pictureOf(open.value.asset)}
            alt={open.value.name}
            // Only what could be seen counts as seen.
            onLoad={() => {
              if (open.value) seen.value = new Set([...seen.value, open.value.asset]);
            }}
          />
        </Dialog>
      )}
    </section>
  );
}

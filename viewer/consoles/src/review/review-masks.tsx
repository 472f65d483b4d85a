/** What is hidden in the pictures of a tour, panoramas and photos: every mask, to be jumped to and checked before the tour is approved. */
import { useSignal } from "@preact/signals";
import { useEvents } from "../api/events.ts";
import { type Mask, type MasksOfPicture, seeMask } from "../api/masks.ts";
import type { Tour, View } from "../api/tours.ts";
import { kindName, proposerOf } from "../masks/mask-list.tsx";
import { MasksDialog } from "../masks/masks-dialog.tsx";
import { viewOf } from "../masks/project.ts";
import { has } from "../session.ts";
import { t } from "../texts.ts";
import { Icon } from "../ui/icons.tsx";
import type { Resource } from "../ui/resource.ts";
import { Loaded } from "../ui/states.tsx";
import { toastProblem } from "../ui/toasts.tsx";
import { shownPictures } from "./shown-pictures.tsx";

interface Props {
  tour: Tour;
  lists: Resource<MasksOfPicture[]>;
  go: (scene: string, view: View) => void;
}

interface Listed {
  asset: string;
  /** Where the picture is shown. */
  name: string;
  mask: Mask;
  /** The scene in whose panorama it is; none for photos and for the picture of another day. */
  scene?: string;
}

/** The masks of the tour's pictures: scene by scene, then the photos. */
function listedIn(tour: Tour, lists: MasksOfPicture[]): Listed[] {
  const of = (list: MasksOfPicture | undefined, name: string, scene?: string): Listed[] =>
    (list?.items ?? []).map((mask) => ({ asset: list?.asset ?? "", name, mask, ...(scene ? { scene } : {}) }));
  const panorama = (id: string | undefined): MasksOfPicture | undefined =>
    lists.find((list) => id !== undefined && list.panoramas.includes(id));
  const scenes = tour.scenes.flatMap(({ id, title, panorama: own, other_day }) => [
    ...of(panorama(own), title, id),
    ...of(panorama(other_day?.panorama), [title, t("other-day")].filter(Boolean).join(" · ")),
  ]);
  const photo = (asset: string): MasksOfPicture | undefined =>
    lists.find((list) => list.surface === "flat" && list.asset === asset);
  const photos = shownPictures(tour).flatMap(({ asset, name }) => of(photo(asset), name));
  return [...scenes, ...photos];
}

export function ReviewMasks({ tour, lists, go }: Props) {
  const under = useSignal<{ asset: string; mask: string; asPublic: boolean } | undefined>(undefined);
  useEvents("asset", () => void lists.reload(), lists.reload);
  const checks = has("reviewer") && tour.state === "submitted";
  const open = ({ asset, mask }: Listed, asPublic: boolean): void => {
    under.value = { asset, mask: mask.id, asPublic };
  };
  const see = ({ asset, mask }: Listed): void => {
    seeMask(asset, mask.id).then(() => lists.reload(), toastProblem);
  };
  const shown = listedIn(tour, lists.data.value ?? []);
  const undecided = shown.filter(({ mask }) => mask.state === "proposed").length;
  const waits = (lists.data.value ?? []).some((list) => list.pending);
  return (
    <section class="card" data-testid="review-masks">
      <header class="card-head">
        <h2>{t("mask-review", { seen: shown.filter(({ mask }) => mask.seen).length, count: shown.length })}</h2>
      </header>
      <Loaded resource={lists} rows={2}>
        {() => (
          <div class="card-body">
            <p class="hint">{shown.length === 0 ? t("mask-review-none") : t("mask-review-text")}</p>
            {waits && <p class="notice warn">{t("mask-review-waits")}</p>}
            {undecided > 0 && <p class="notice warn">{t("mask-undecided", { count: undecided })}</p>}
            {shown.length > 0 && (
              <ol class="mask-list">
                {shown.map((one, index) => (
                  <li key={one.mask.id} class="mask-item">
                    <div class="row apart">
                      <strong>
                        {t("mask-name", { number: index + 1, kind: kindName(one.mask.kind) })}
                        {one.name && ` · ${one.name}`}
                      </strong>
                      <span class={one.mask.state === "confirmed" ? "faint" : "strong"}>
                        {t(`mask-state-${one.mask.state}`)}
                      </span>
                    </div>
                    {one.mask.origin === "proposed" && <p class="faint">{proposerOf(one.mask)}</p>}
                    {one.mask.note && <p class="faint">{one.mask.note}</p>}
                    <div class="row tight">
                      <button
                        type="button"
                        class="button small"
                        onClick={() => (one.scene ? go(one.scene, viewOf(one.mask.corners)) : open(one, true))}
                      >
                        {t("mask-review-look")}
                      </button>
                      {has("reviewer") && (
                        <button type="button" class="button small" onClick={() => open(one, false)}>
                          {t("mask-review-under")}
                        </button>
                      )}
                      {one.mask.seen ? (
                        <span class="seen">{t("mask-seen")}</span>
                      ) : (
                        checks && (
                          <button type="button" class="button small" onClick={() => see(one)}>
                            <Icon name="check" />
                            {t("mask-see", { number: index + 1 })}
                          </button>
                        )
                      )}
                    </div>
                  </li>
                ))}
              </ol>
            )}
          </div>
        )}
      </Loaded>
      {under.value && (
        <MasksDialog
          asset={under.value.asset}
          first={under.value.mask}
          asPublic={under.value.asPublic}
          readOnly
          onClose={() => {
            under.value = undefined;
            void lists.reload();
          }}
        />
      )}
    </section>
  );
}

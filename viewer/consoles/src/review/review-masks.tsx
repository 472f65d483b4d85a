/** What is hidden in the pictures of a tour: every mask, to be jumped to and checked before the tour is approved. */
import { useSignal } from "@preact/signals";
import { useEvents } from "../api/events.ts";
import { type Mask, type MasksOfPanorama, seeMask } from "../api/masks.ts";
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

interface Props {
  tour: Tour;
  lists: Resource<MasksOfPanorama[]>;
  go: (scene: string, view: View) => void;
}

interface Shown {
  asset: string;
  scene: { id: string; title: string };
  mask: Mask;
}

/** The masks of the tour's scenes, in the order of the scenes. */
function shownIn(tour: Tour, lists: MasksOfPanorama[]): Shown[] {
  return tour.scenes.flatMap((scene) => {
    const list = lists.find((one) => one.panoramas.includes(scene.panorama));
    return (list?.items ?? []).map((mask) => ({ asset: list?.asset ?? "", scene, mask }));
  });
}

export function ReviewMasks({ tour, lists, go }: Props) {
  const under = useSignal<{ asset: string; mask: string } | undefined>(undefined);
  useEvents("asset", () => void lists.reload(), lists.reload);
  const checks = has("reviewer") && tour.state === "submitted";
  const see = ({ asset, mask }: Shown): void => {
    seeMask(asset, mask.id).then(() => lists.reload(), toastProblem);
  };
  const shown = shownIn(tour, lists.data.value ?? []);
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
                        {one.scene.title && ` · ${one.scene.title}`}
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
                        onClick={() => go(one.scene.id, viewOf(one.mask.corners))}
                      >
                        {t("mask-review-look")}
                      </button>
                      {has("reviewer") && (
                        <button
                          type="button"
                          class="button small"
                          onClick={() => {
                            under.value = { asset: one.asset, mask: one.mask.id };
                          }}
                        >
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

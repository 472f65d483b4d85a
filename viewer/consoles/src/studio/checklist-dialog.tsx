/** The checklist of the tour at hand: what is good, what the court would ask for, each with its scenes to go to. */
import type { Facts } from "../api/listings.ts";
import { masksOf } from "../api/masks.ts";
import { allAssets } from "../api/media.ts";
import type { DraftScene } from "../api/tours.ts";
import { isFilmedIn } from "../captions/of-hotspot.ts";
import { undecidedOf } from "../masks/proposals.ts";
import { t } from "../texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icons.tsx";
import { useResource } from "../ui/resource.ts";
import { announcedDefects } from "./announced.ts";
import { type Check, checklist, type Known } from "./checklist.ts";
import type { StudioModel } from "./model.ts";

/** What the checklist needs besides the draft. */
export function useKnown(model: StudioModel, facts: Facts | undefined): { known: Known; reload: () => void } {
  const id = model.listing;
  const filmed = isFilmedIn(model.draft.value.scenes);
  const lists = useResource(`masks-of/${id}`, () => masksOf(id));
  // Most tours show no video: nothing is asked for them.
  const sounding = useResource(`sounding/${id}/${filmed}`, async () =>
    filmed ? (await allAssets(id)).filter(({ video }) => video?.has_sound).map((one) => one.id) : [],
  );
  const building = facts?.building as { house_type?: unknown } | null | undefined;
  const houseType = typeof building?.house_type === "string" ? building.house_type : undefined;
  return {
    known: {
      sentences: announcedDefects(facts),
      houseType,
      undecided: undecidedOf(lists.data.value ?? []),
      sounding: new Set(sounding.data.value ?? []),
    },
    reload: () => {
      void lists.reload();
      void sounding.reload();
    },
  };
}

/** One finding in words. */
export function wordsOf(check: Check): string {
  const names = check.scenes.map((scene) => scene.title || t("untitled")).join("、");
  if (check.state === "good") return t(`list-${check.id}-good`);
  return t(`list-${check.id}`, {
    scenes: names,
    missing: check.missing.join("；"),
    count: check.count ?? check.scenes.length,
  });
}

interface Props {
  model: StudioModel;
  known: Known;
  choose: (scene: string) => void;
  close: () => void;
}

export function ChecklistDialog({ model, known, choose, close }: Props) {
  const checks = checklist(model.draft.value, known);
  return (
    <Dialog title={t("list-title")} onClose={close}>
      <p class="hint">{t("list-text")}</p>
      <ul class="checklist">
        {checks.map((check) => (
          <li key={check.id} class={`check-${check.state}`}>
            <span class="check-sign">
              <Icon name={check.state === "good" ? "check" : check.state === "advice" ? "info" : "warning"} />
              <span class="hidden-visually">{t(`list-state-${check.state}`)}</span>
            </span>
            <div>
              <p>{wordsOf(check)}</p>
              {check.scenes.length > 0 && (
                <div class="row tight">
                  {check.scenes.slice(0, 12).map((scene: DraftScene) => (
                    <button
                      type="button"
                      key={scene.id}
                      class="button small"
                      onClick={() => {
                        choose(scene.id);
                        close();
                      }}
                    >
                      {scene.title || t("untitled")}
                    </button>
                  ))}
                </div>
              )}
            </div>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

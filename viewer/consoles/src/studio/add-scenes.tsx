/** Takes panoramas that are ready into the tour. */
import { useSignal } from "@preact/signals";
import { useEvents } from "../api/events.ts";
import { type Job, jobs } from "../api/jobs.ts";
import { type Finished, panoramas } from "../api/tours.ts";
import { href } from "../router.ts";
import { language, t } from "../texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { useResource } from "../ui/resource.ts";
import { Empty, Loaded } from "../ui/states.tsx";
import type { StudioModel } from "./model.ts";
import { inOrder, scenesFor, titleOf } from "./new-scenes.ts";
import { Face } from "./scene-list.tsx";

/** Work of which panoramas come. */
const MAKES_PANORAMAS = new Set(["probe", "stitch", "tile", "import"]);

/** How much of it is under way in a listing. */
async function underWay(listing: string): Promise<number> {
  const lists = await Promise.all([
    jobs({ listing, state: "queued" }, null),
    jobs({ listing, state: "running" }, null),
  ]);
  return lists.flatMap(({ items }) => items).filter((one) => MAKES_PANORAMAS.has(one.kind)).length;
}

export function AddScenes({ model, onClose }: { model: StudioModel; onClose: () => void }) {
  const list = useResource(`panoramas/${model.listing}`, () => panoramas(model.listing));
  const work = useResource(`panoramas-under-way/${model.listing}`, () => underWay(model.listing));
  const reload = (): void => {
    void list.reload();
    void work.reload();
  };
  useEvents(
    "job",
    (data) => {
      const told = data as Job;
      // Steps of the bar are told by the dozen; only an end brings something.
      if (told.listing === model.listing && told.state !== "running") reload();
    },
    reload,
  );
  const waiting = (work.data.value ?? 0) > 0 && (
    <p class="hint" role="status">
      {t("panoramas-under-way", { count: work.data.value ?? 0 })}
    </p>
  );
  const chosen = useSignal<string[]>([]);
  const used = new Set(model.draft.value.scenes.map((scene) => scene.panorama));
  const take = (all: Finished[]): void => {
    const titles = model.draft.value.scenes.map(({ title }) => title);
    const wanted = all.filter(({ id }) => chosen.value.includes(id));
    model.edit({ do: "add", scenes: scenesFor(wanted, titles, language.value) });
    onClose();
  };
  return (
    <Dialog title={t("scene-add")} onClose={onClose} wide>
      <Loaded resource={list}>
        {(items) => {
          const ready = inOrder(items.filter((one) => !used.has(one.id)));
          if (ready.length === 0)
            return (
              <Empty title={t("panoramas-none")}>
                {waiting || <p>{t("panoramas-none-text")}</p>}
                <a class="button" href={href(`/listings/${model.listing}/media`)}>
                  {t("to-media")}
                </a>
              </Empty>
            );
          return (
            <form
              onSubmit={(event) => {
                event.preventDefault();
                take(ready);
              }}
            >
              <p class="hint">{t("scenes-add-text")}</p>
              <ul class="picks">
                {ready.map((one) => (
                  <li key={one.id}>
                    <label class="pick">
                      <input
                        type="checkbox"
                        checked={chosen.value.includes(one.id)}
                        onChange={(event) => {
                          chosen.value = event.currentTarget.checked
                            ? [...chosen.value, one.id]
                            : chosen.value.filter((id) => id !== one.id);
                        }}
                      />
                      <Face panorama={one.id} />
                      <span class="pick-name">
                        <strong>{titleOf(one, language.value)}</strong>
                        <small class="faint">{[one.file_name, one.captured_on].filter(Boolean).join(" · ")}</small>
                      </span>
                    </label>
                  </li>
                ))}
              </ul>
              {waiting}
              <footer class="dialog-foot">
                <button
                  type="button"
                  class="button"
                  onClick={() => {
                    chosen.value = ready.map((one) => one.id);
                  }}
                >
                  {t("choose-all")}
                </button>
                <button type="submit" class="button primary" disabled={chosen.value.length === 0}>
                  {t("scenes-take", { count: chosen.value.length })}
                </button>
              </footer>
            </form>
          );
        }}
      </Loaded>
    </Dialog>
  );
}

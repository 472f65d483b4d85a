/** Takes panoramas that are ready into the tour. */
import { useSignal } from "@preact/signals";
import { type Asset, assets } from "../api/media.ts";
import { href } from "../router.ts";
import { t } from "../texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { More } from "../ui/page.tsx";
import { usePages } from "../ui/resource.ts";
import { Empty, Loaded } from "../ui/states.tsx";
import { type StudioModel, sceneFor, titleFrom } from "./model.ts";
import { Face } from "./scene-list.tsx";

interface Ready {
  panorama: string;
  title: string;
  filename: string;
  capturedAt: string | null;
}

/** The panorama of an asset, once it is cut into tiles. */
export function readyPanorama(asset: Asset): Ready | null {
  const { panorama } = asset;
  const id = typeof panorama === "string" ? panorama : panorama?.id;
  if (!id) return null;
  if (typeof panorama === "object" && panorama !== null && "state" in panorama && panorama.state !== "ready") return null;
  return { panorama: id, title: titleFrom(asset.filename), filename: asset.filename, capturedAt: asset.probe?.captured_at ?? null };
}

export function AddScenes({ model, onClose }: { model: StudioModel; onClose: () => void }) {
  const list = usePages<Asset>(`assets/${model.listing}`, (cursor) => assets(model.listing, cursor));
  const chosen = useSignal<string[]>([]);
  const used = new Set(model.draft.value.scenes.map((scene) => scene.panorama));
  const take = (all: Ready[]): void => {
    for (const id of chosen.value) {
      const ready = all.find((one) => one.panorama === id);
      if (ready) model.edit({ do: "add", scene: sceneFor(ready.panorama, ready.title) });
    }
    onClose();
  };
  return (
    <Dialog title={t("scene-add")} onClose={onClose} wide>
      <Loaded resource={list}>
        {(items) => {
          const ready = items.map(readyPanorama).filter((one): one is Ready => one !== null && !used.has(one.panorama));
          if (ready.length === 0)
            return (
              <Empty title={t("panoramas-none")}>
                <p>{t("panoramas-none-text")}</p>
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
              <ul class="picks">
                {ready.map((one) => (
                  <li key={one.panorama}>
                    <label class="pick">
                      <input
                        type="checkbox"
                        checked={chosen.value.includes(one.panorama)}
                        onChange={(event) => {
                          chosen.value = event.currentTarget.checked
                            ? [...chosen.value, one.panorama]
                            : chosen.value.filter((id) => id !== one.panorama);
                        }}
                      />
                      <Face panorama={one.panorama} />
                      <span>{one.filename}</span>
                    </label>
                  </li>
                ))}
              </ul>
              <footer class="dialog-foot">
                <button
                  type="button"
                  class="button"
                  onClick={() => {
                    chosen.value = ready.map((one) => one.panorama);
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
      <More more={list.more.value} loading={list.loading.value} load={() => void list.loadMore()} />
    </Dialog>
  );
}

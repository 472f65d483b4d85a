/** In the studio: takes the scenes of an imported project into the tour, as one step that can be undone. */
import { useSignal } from "@preact/signals";
import { useEvents } from "../api/events.ts";
import { type Imported, imports, type Mode, takeImport } from "../api/imports.ts";
import { href } from "../router.ts";
import type { StudioModel } from "../studio/model.ts";
import { t } from "../texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { useResource } from "../ui/resource.ts";
import { Empty, Loaded } from "../ui/states.tsx";
import { toast } from "../ui/toasts.tsx";
import { ImportList } from "./import-list.tsx";

export function ImportButton({ model }: { model: StudioModel }) {
  const open = useSignal(false);
  const close = (): void => {
    open.value = false;
  };
  return (
    <>
      <button
        type="button"
        class="button"
        onClick={() => {
          open.value = true;
        }}
      >
        {t("import")}
      </button>
      {open.value && <ImportDialog model={model} onClose={close} />}
    </>
  );
}

function ImportDialog({ model, onClose }: { model: StudioModel; onClose: () => void }) {
  const list = useResource(`imports/${model.listing}`, () => imports(model.listing));
  useEvents("asset", () => void list.reload());
  const take = async (item: Imported, mode: Mode): Promise<void> => {
    // What is not saved yet would be lost under the server's draft.
    if (!(await model.autosave.flush())) return;
    const count = await takeImport(model.listing, item.asset, mode, model.autosave.etag);
    await model.adopt();
    toast(t("import-done", { count }), { undo: () => model.undo() });
    onClose();
  };
  return (
    <Dialog title={t("import-title")} onClose={onClose} wide>
      <div class="stack">
        <p class="prose">
          {t("import-how")} <a href={href(`/listings/${model.listing}/media`)}>{t("to-media")}</a>
        </p>
        <Loaded resource={list}>
          {(items) =>
            items.length === 0 ? (
              <Empty title={t("imports-none")} />
            ) : (
              <ImportList
                items={items}
                drafted={async () => model.draft.value.scenes.length}
                take={take}
                editable={model.editable}
              />
            )
          }
        </Loaded>
      </div>
    </Dialog>
  );
}

/** The scenes in order: choose, move, start, take out. Moves by drag or by key. */
import { useSignal } from "@preact/signals";
import { t } from "../texts.ts";
import { Icon } from "../ui/icons.tsx";
import { toast } from "../ui/toasts.tsx";
import type { StudioModel } from "./model.ts";
import { PlanDialog } from "./plan/plan-dialog.tsx";

interface Props {
  model: StudioModel;
  chosen: string;
  choose: (id: string) => void;
  add: () => void;
}

export function SceneList({ model, chosen, choose, add }: Props) {
  const { scenes, start } = model.draft.value;
  const dragged = useSignal<string | null>(null);
  const over = useSignal<number | null>(null);
  const planning = useSignal(false);
  const fixed = !model.editable;
  return (
    <section class="card scenes" aria-label={t("scenes")}>
      <header class="card-head">
        <h2>{t("scenes-count", { count: scenes.length })}</h2>
        {!fixed && (
          <button type="button" class="button small" onClick={add}>
            <Icon name="plus" />
            {t("scene-add")}
          </button>
        )}
      </header>
      <ol class="scene-list">
        {scenes.map((scene, index) => (
          <li
            key={scene.id}
            class={["scene", scene.id === chosen ? "chosen" : "", over.value === index ? "over" : ""].join(" ")}
            draggable={!fixed}
            onDragStart={() => {
              dragged.value = scene.id;
            }}
            onDragOver={(event) => {
              if (!dragged.value) return;
              event.preventDefault();
              over.value = index;
            }}
            onDragEnd={() => {
              dragged.value = null;
              over.value = null;
            }}
            onDrop={(event) => {
              event.preventDefault();
              if (dragged.value) model.edit({ do: "move", scene: dragged.value, to: index });
              dragged.value = null;
              over.value = null;
            }}
          >
            {!fixed && (
              // By a finger: browsers do not let it drag what is `draggable`. The arrows beside the scene do the same.
              <span
                class="scene-grip"
                aria-hidden="true"
                onPointerDown={(event) => {
                  event.preventDefault();
                  event.currentTarget.setPointerCapture(event.pointerId);
                  dragged.value = scene.id;
                }}
                onPointerMove={(event) => {
                  if (dragged.value === scene.id) over.value = rowAt(event);
                }}
                onPointerUp={(event) => {
                  const to = rowAt(event);
                  if (dragged.value === scene.id && to !== null) model.edit({ do: "move", scene: scene.id, to });
                  [dragged.value, over.value] = [null, null];
                }}
                onPointerCancel={() => {
                  [dragged.value, over.value] = [null, null];
                }}
              >
                <Icon name="grip" />
              </span>
            )}
            <button
              type="button"
              class="scene-main"
              aria-current={scene.id === chosen ? "true" : undefined}
              onClick={() => choose(scene.id)}
              onKeyDown={(event) => {
                if (!event.altKey || fixed || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
                event.preventDefault();
                model.edit({ do: "move", scene: scene.id, to: index + (event.key === "ArrowUp" ? -1 : 1) });
              }}
            >
              <Face panorama={scene.panorama} />
              <span class="scene-text">
                <span class="scene-title">{scene.title || t("untitled")}</span>
                <span class="faint">
                  {scene.id === start && <span class="start-mark">{t("scene-start")}</span>}
                  {t("links-count", { count: scene.links.length })}
                </span>
              </span>
            </button>
            {!fixed && (
              <span class="scene-tools">
                <button
                  type="button"
                  class="icon-button"
                  disabled={index === 0}
                  aria-label={t("scene-up", { scene: scene.title })}
                  onClick={() => model.edit({ do: "move", scene: scene.id, to: index - 1 })}
                >
                  <Icon name="up" />
                </button>
                <button
                  type="button"
                  class="icon-button"
                  disabled={index === scenes.length - 1}
                  aria-label={t("scene-down", { scene: scene.title })}
                  onClick={() => model.edit({ do: "move", scene: scene.id, to: index + 1 })}
                >
                  <Icon name="down" />
                </button>
                <button
                  type="button"
                  class="icon-button"
                  aria-label={t("scene-remove", { scene: scene.title })}
                  onClick={() => {
                    model.edit({ do: "remove", scene: scene.id });
                    toast(t("scene-removed", { scene: scene.title || t("untitled") }), { undo: () => model.undo() });
                  }}
                >
                  <Icon name="trash" />
                </button>
              </span>
            )}
          </li>
        ))}
      </ol>
      <footer class="scenes-foot">
        <button
          type="button"
          class="button small"
          onClick={() => {
            planning.value = true;
          }}
        >
          <Icon name="plan" />
          {t("plan-open")}
        </button>
      </footer>
      {planning.value && (
        <PlanDialog
          model={model}
          close={() => {
            planning.value = false;
          }}
        />
      )}
    </section>
  );
}

/** The number of the row that is level with the pointer; above the first it is the first, below the last the last. */
function rowAt({ currentTarget, clientY }: { currentTarget: Element; clientY: number }): number | null {
  const rows = [...(currentTarget.closest("ol")?.children ?? [])];
  if (rows.length === 0) return null;
  const at = rows.findIndex((row) => clientY < row.getBoundingClientRect().bottom);
  return at < 0 ? rows.length - 1 : at;
}

/** The first face of the preview strip: six squares side by side, of which the box shows one. */
export function Face({ panorama }: { panorama: string }) {
  return (
    <span class="face">
      <img src={`/api/v1/panoramas/${panorama}/preview.jpg`} alt="" loading="lazy" />
    </span>
  );
}

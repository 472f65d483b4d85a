/** What belongs to the chosen scene: name, start, first view, north, arrows. */
import type { TourHandle } from "@kanfang/tour";
import { useSignal } from "@preact/signals";
import type { ComponentChildren, RefObject } from "preact";
import type { DraftScene, Finished, View } from "../api/tours.ts";
import { t } from "../texts.ts";
import { TextField } from "../ui/fields.tsx";
import { Icon } from "../ui/icons.tsx";
import { toast } from "../ui/toasts.tsx";
import type { StudioModel } from "./model.ts";

interface Props {
  model: StudioModel;
  scene: DraftScene;
  /** What is tiled of the listing. */
  found: readonly Finished[];
  handle: RefObject<TourHandle | null>;
  titleOf: (id: string) => string;
  link: number | null;
  chooseLink: (index: number | null) => void;
  startPlacing: (target: string) => void;
  /** Further tools for the scene. */
  children?: ComponentChildren;
}

export function Inspector({ model, scene, found, handle, titleOf, link, chooseLink, startPlacing, children }: Props) {
  const draft = model.draft.value;
  const fixed = !model.editable;
  const isStart = draft.start === scene.id;
  const { yaw, pitch, hfov } = scene.initial_view;
  const seen = () => handle.current?.current()?.view;

  return (
    <aside class="card inspector" aria-label={t("scene")}>
      <div class="card-body">
        <TextField
          label={t("scene-name")}
          value={scene.title}
          onChange={(title) => model.edit({ do: "rename", scene: scene.id, title })}
          disabled={fixed}
          maxLength={60}
        />
        <button
          type="button"
          class={isStart ? "button starred" : "button"}
          disabled={fixed || isStart}
          onClick={() => model.edit({ do: "start", scene: scene.id })}
        >
          <Icon name="star" />
          {isStart ? t("scene-is-start") : t("scene-make-start")}
        </button>
        <label class="field">
          <span class="label">{t("scene-date")}</span>
          <input
            type="date"
            disabled={fixed}
            value={scene.captured_at ?? ""}
            onChange={(event) => model.edit({ do: "date", scene: scene.id, day: event.currentTarget.value || null })}
          />
        </label>
        <div class="tool">
          <h3>{t("initial-view")}</h3>
          <p class="faint numbers">
            {t("view-angles", { yaw: yaw.toFixed(0), pitch: pitch.toFixed(0), hfov: hfov.toFixed(0) })}
          </p>
          <div class="row">
            <button
              type="button"
              class="button small"
              disabled={fixed}
              onClick={() => {
                const view = seen();
                if (!view) return;
                model.edit({
                  do: "view",
                  scene: scene.id,
                  view: { yaw: view.yaw, pitch: view.pitch, hfov: view.hfov },
                });
                toast(t("initial-view-set"), { undo: () => model.undo() });
              }}
            >
              <Icon name="eye" />
              {t("take-this-view")}
            </button>
            <button type="button" class="button small" onClick={() => handle.current?.look(scene.initial_view)}>
              {t("go-there")}
            </button>
          </div>
        </div>
        <North model={model} scene={scene} found={found} seen={seen} />
        <Links {...{ model, scene, found, handle, titleOf, link, chooseLink, startPlacing }} />
        {children}
      </div>
    </aside>
  );
}

type NorthProps = Pick<Props, "model" | "scene" | "found"> & { seen: () => View | undefined };

function North({ model, scene, found, seen }: NorthProps) {
  const told = found.find(({ id }) => id === scene.panorama)?.north_yaw ?? null;
  const fixed = !model.editable;
  const turn = (yaw: number | null): void => model.edit({ do: "north", scene: scene.id, yaw });
  return (
    <div class="tool">
      <h3>{t("north")}</h3>
      <p class="faint numbers">
        {scene.north_yaw === null ? t("north-unknown") : t("north-at", { yaw: scene.north_yaw.toFixed(0) })}
      </p>
      {told !== null && scene.north_yaw === told && <p class="hint">{t("north-by-camera")}</p>}
      <div class="row">
        <button
          type="button"
          class="button small"
          disabled={fixed}
          onClick={() => {
            const view = seen();
            if (view) turn(view.yaw);
          }}
        >
          <Icon name="compass" />
          {t("north-here")}
        </button>
        {scene.north_yaw !== null && (
          <button type="button" class="button small" disabled={fixed} onClick={() => turn(null)}>
            {t("north-clear")}
          </button>
        )}
      </div>
    </div>
  );
}

function Links({ model, scene, handle, titleOf, link, chooseLink, startPlacing }: Props) {
  const draft = model.draft.value;
  const target = useSignal("");
  const fixed = !model.editable;
  const others = draft.scenes.filter((one) => one.id !== scene.id);
  const wanted =
    others.find((one) => one.id === target.value) ??
    others.find((one) => !scene.links.some((have) => have.target === one.id)) ??
    others[0];
  return (
    <div class="tool">
      <h3>{t("links")}</h3>
      {!fixed && others.length > 0 && (
        <div class="row nowrap-row">
          <select
            aria-label={t("link-target")}
            value={wanted?.id ?? ""}
            onChange={(event) => {
              target.value = event.currentTarget.value;
            }}
          >
            {others.map((one) => (
              <option key={one.id} value={one.id}>
                {one.title || t("untitled")}
              </option>
            ))}
          </select>
          <button type="button" class="button small primary" onClick={() => wanted && startPlacing(wanted.id)}>
            {t("link-place")}
          </button>
        </div>
      )}
      {others.length === 0 && <p class="hint">{t("links-need-scenes")}</p>}
      <ul class="link-list">
        {scene.links.map((one, index) => (
          <li key={index} class={index === link ? "chosen" : ""}>
            <button
              type="button"
              class="link grow"
              onClick={() => {
                chooseLink(index);
                handle.current?.look({ yaw: one.yaw, pitch: one.pitch });
              }}
            >
              {"→ "}
              {titleOf(one.target)}
            </button>
            {!fixed && (
              <button
                type="button"
                class="icon-button"
                aria-label={t("link-remove", { scene: titleOf(one.target) })}
                onClick={() => {
                  model.edit({ do: "unlink", scene: scene.id, index });
                  chooseLink(null);
                  toast(t("link-removed"), { undo: () => model.undo() });
                }}
              >
                <Icon name="trash" />
              </button>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The tour studio: scenes on the left, the picture in the middle, what belongs to the scene on the right. */
import type { TourHandle } from "@kanfang/tour";
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { useEvents } from "../api/events.ts";
import { type Facts, listing } from "../api/listings.ts";
import { asProblem, type Problem } from "../api/problem.ts";
import { submitTour } from "../api/tours.ts";
import { ExportButton } from "../exchange/export-button.tsx";
import { ImportButton } from "../exchange/import-button.tsx";
import { ListingFrame } from "../listings/listing-page.tsx";
import { TourBadge } from "../listings/states.tsx";
import { guardLeaving } from "../router.ts";
import { t } from "../texts.ts";
import { confirmed } from "../ui/dialog.tsx";
import { Icon } from "../ui/icons.tsx";
import { useResource } from "../ui/resource.ts";
import { Empty, Loading, ProblemBox } from "../ui/states.tsx";
import { toast, toastProblem } from "../ui/toasts.tsx";
import { AddScenes } from "./add-scenes.tsx";
import { announcedDefects } from "./announced.ts";
import { checklist, openChecks } from "./checklist.ts";
import { ChecklistDialog, useKnown, wordsOf } from "./checklist-dialog.tsx";
import { HotspotsTool } from "./hotspots-tool.tsx";
import { Inspector } from "./inspector.tsx";
import { StudioModel } from "./model.ts";
import { NarrationField } from "./narration-field.tsx";
import { OtherDayTool } from "./other-day.tsx";
import { lookWhenOpen, newestPins, PinLayer } from "./pins.tsx";
import { Preview } from "./preview.tsx";
import { PreviewDialog } from "./preview-dialog.tsx";
import { Remarks } from "./remarks.tsx";
import { SceneList } from "./scene-list.tsx";
import { SpotLayer } from "./spot-layer.tsx";
import { useFinished } from "./use-finished.ts";
import { useHotspots } from "./use-hotspots.ts";

export function Studio({ id }: { id: string }) {
  const item = useResource(`listing/${id}`, (signal) => listing(id, signal));
  const model = useSignal<StudioModel | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);
  const chosen = useSignal<string | null>(null);
  const open = async (): Promise<void> => {
    problem.value = undefined;
    try {
      model.value = await StudioModel.open(id);
    } catch (error) {
      problem.value = asProblem(error);
    }
  };
  // Opened once for each listing.
  useEffect(() => {
    void open();
    return () => {
      void model.value?.autosave.flush();
    };
  }, [id]);
  return (
    <ListingFrame
      id={id}
      tab="studio"
      item={item.data.value?.value}
      actions={
        model.value && (
          <Actions
            model={model.value}
            facts={item.data.value?.value.facts}
            choose={(scene) => {
              chosen.value = scene;
            }}
          />
        )
      }
    >
      {problem.value && <ProblemBox problem={problem.value} retry={() => void open()} />}
      {model.value ? (
        <Desk model={model.value} chosen={chosen} sentences={announcedDefects(item.data.value?.value.facts)} />
      ) : (
        !problem.value && <Loading rows={8} />
      )}
    </ListingFrame>
  );
}

interface ActionsProps {
  model: StudioModel;
  facts: Facts | undefined;
  choose: (scene: string) => void;
}

function Actions({ model, facts, choose }: ActionsProps) {
  const line = model.line.value;
  const known = useKnown(model, facts);
  const shown = useSignal<"preview" | "checklist" | null>(null);
  const open = openChecks(checklist(model.draft.value, known.known)).length;
  const close = (): void => {
    shown.value = null;
  };
  // Pages are made of what is saved.
  const preview = async (): Promise<void> => {
    if (await model.autosave.flush()) shown.value = "preview";
  };
  const submit = async (): Promise<void> => {
    known.reload();
    const open = openChecks(checklist(model.draft.value, known.known)).map(wordsOf);
    const sure = await confirmed({
      title: t("tour-submit"),
      text: t("tour-submit-text"),
      points: open,
      action: t("tour-submit"),
    });
    if (sure === null) return;
    try {
      if (!(await model.autosave.flush())) return;
      await submitTour(model.listing);
      await model.reload();
      toast(t("tour-submitted"));
    } catch (error) {
      toastProblem(error);
    }
  };
  return (
    <>
      <SaveNote model={model} />
      {model.draft.value.scenes.length > 0 && (
        <>
          <button type="button" class="button" onClick={preview}>
            <Icon name="eye" />
            {t("see")}
          </button>
          <button
            type="button"
            class="button"
            onClick={() => {
              known.reload();
              shown.value = "checklist";
            }}
          >
            <Icon name="check" />
            {open > 0 ? t("list-open", { count: open }) : t("list-title")}
          </button>
        </>
      )}
      {shown.value === "preview" && <PreviewDialog listing={model.listing} close={close} />}
      {shown.value === "checklist" && (
        <ChecklistDialog model={model} known={known.known} choose={choose} close={close} />
      )}
      {model.editable && (
        <>
          <button
            type="button"
            class="button"
            disabled={line.past.length === 0}
            title="Ctrl+Z"
            onClick={() => model.undo()}
          >
            <Icon name="undo" />
            {t("undo")}
          </button>
          <button
            type="button"
            class="button"
            disabled={line.future.length === 0}
            title="Ctrl+Y"
            onClick={() => model.redo()}
          >
            <Icon name="redo" />
            {t("redo")}
          </button>
          <ImportButton model={model} />
          <ExportButton listing={model.listing} />
          {model.tour.value.state !== "approved" && (
            <button
              type="button"
              class="button primary"
              disabled={model.draft.value.scenes.length === 0}
              onClick={submit}
            >
              {t("tour-submit")}
            </button>
          )}
        </>
      )}
    </>
  );
}

function SaveNote({ model }: { model: StudioModel }) {
  const state = model.autosave.state.value;
  const problem = model.autosave.problem.value;
  if (!model.editable) return <TourBadge state={model.tour.value.state} />;
  return (
    <span
      class={state === "failed" || state === "conflict" ? "save-note bad" : "save-note"}
      role="status"
      data-save={state}
    >
      {state === "failed" && problem ? problem.message : t(`save-${state}`)}
      {state === "failed" && (
        <button type="button" class="button small" onClick={() => void model.autosave.flush()}>
          {t("try-again")}
        </button>
      )}
    </span>
  );
}

interface DeskProps {
  model: StudioModel;
  /** The scene that is worked on; the start while none is chosen. */
  chosen: Signal<string | null>;
  sentences: readonly string[];
}

function Desk({ model, chosen, sentences }: DeskProps) {
  const draft = model.draft.value;
  const adding = useSignal(false);
  const target = useSignal<string | null>(null);
  const link = useSignal<number | null>(null);
  const handle = useRef<TourHandle | null>(null);
  const scene = draft.scenes.find((one) => one.id === (chosen.value ?? draft.start)) ?? draft.scenes[0];
  // A returned tour shows what the reviewer pointed at.
  const pins = model.tour.value.state === "returned" ? newestPins(model.tour.value) : [];
  const spots = useHotspots(model, scene);
  const found = useFinished(model.listing, scene?.id);
  const panorama = scene && model.panoramas.value.get(scene.id);
  const titleOf = (id: string): string => draft.scenes.find((one) => one.id === id)?.title || t("untitled");
  const unsaved = model.autosave.state.value !== "saved";

  useEffect(() => {
    const keys = (event: KeyboardEvent): void => {
      const typing = event.target instanceof Element && event.target.matches("input, textarea, select");
      if (!(event.ctrlKey || event.metaKey) || typing || !model.editable) return;
      const key = event.key.toLowerCase();
      if (key === "z" && !event.shiftKey) model.undo();
      else if (key === "y" || (key === "z" && event.shiftKey)) model.redo();
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", keys);
    return () => document.removeEventListener("keydown", keys);
  }, [model]);
  useEffect(() => {
    if (!unsaved) return;
    return guardLeaving(() => {
      void model.autosave.flush();
      return true;
    });
  }, [unsaved, model]);
  useEvents("tour", (data) => {
    const changed = data as { listing?: string; listing_id?: string };
    if (
      (changed.listing ?? changed.listing_id) === model.listing &&
      model.autosave.state.value === "saved" &&
      !model.editable
    )
      void model.reload();
  });

  /** The middle of the picture; while the viewer is still opening it, that of the view with which it will. */
  const middle = (): { yaw: number; pitch: number } | undefined => {
    const seen = handle.current?.current();
    const view = seen && seen.scene === scene?.id ? seen.view : scene?.initial_view;
    return view && { yaw: view.yaw, pitch: view.pitch };
  };
  const choose = (id: string): void => {
    chosen.value = id;
    link.value = null;
    target.value = null;
  };
  const placeLink = (at: { yaw: number; pitch: number }): void => {
    if (!scene || !target.value) return;
    const there = draft.scenes.find((one) => one.id === target.value);
    model.edit({ do: "link", scene: scene.id, link: { target: target.value, ...at } });
    link.value = scene.links.length;
    toast(t("link-placed", { scene: titleOf(target.value) }), { undo: () => model.undo() });
    target.value = null;
    if (!there || there.links.some((one) => one.target === scene.id)) return;
    // A door leads both ways: the other room's picture is shown next, to click the same door in it.
    choose(there.id);
    target.value = scene.id;
  };

  return (
    <div class="stack">
      {model.autosave.state.value === "conflict" && <Conflict model={model} />}
      {model.tour.value.state !== "approved" && (
        <Remarks
          tour={{ ...model.tour.value, scenes: draft.scenes }}
          look={(pin) => {
            choose(pin.scene);
            lookWhenOpen(handle, pin.scene, { yaw: pin.yaw, pitch: pin.pitch });
          }}
        />
      )}
      {!model.editable && (
        <p class="notice">{model.tour.value.state === "submitted" ? t("tour-locked") : t("tour-read-only")}</p>
      )}
      {model.editable && model.tour.value.state === "approved" && <p class="notice warn">{t("tour-approved-edit")}</p>}
      {!scene ? (
        <div class="card">
          <Empty title={t("scenes-none")}>
            <p>{t("scenes-none-text")}</p>
            <button
              type="button"
              class="button primary"
              onClick={() => {
                adding.value = true;
              }}
            >
              {t("scene-add")}
            </button>
          </Empty>
        </div>
      ) : (
        <div class="studio">
          <SceneList
            model={model}
            chosen={scene.id}
            choose={choose}
            add={() => {
              adding.value = true;
            }}
          />
          <div class="card stage">
            {target.value && (
              <p class="stage-note" role="status">
                {t("placing", { scene: titleOf(target.value) })}
                <button
                  type="button"
                  class="button small"
                  onClick={() => {
                    const at = middle();
                    if (at) placeLink(at);
                  }}
                >
                  {t("place-at-centre")}
                </button>
                <button
                  type="button"
                  class="button small"
                  onClick={() => {
                    target.value = null;
                  }}
                >
                  {t("cancel")}
                </button>
              </p>
            )}
            {spots.placing && !target.value && (
              <p class="stage-note" role="status">
                {t(spots.begun ? "spot-placing-end" : `spot-placing-${spots.placing}`)}
                <button
                  type="button"
                  class="button small"
                  onClick={() => {
                    const at = middle();
                    if (at) spots.place(at);
                  }}
                >
                  {t("place-at-centre")}
                </button>
                <button type="button" class="button small" onClick={() => spots.start(null)}>
                  {t("cancel")}
                </button>
              </p>
            )}
            {panorama ? (
              <Preview
                scene={scene}
                panorama={panorama}
                titleOf={titleOf}
                handle={handle}
                placing={target.value !== null || spots.placing !== null}
                selected={link.value}
                onPlace={(at) => (target.value ? placeLink(at) : spots.place(at))}
                onSelect={(index) => {
                  link.value = index;
                }}
                onMoveLink={(index, at) => model.edit({ do: "move-link", scene: scene.id, index, ...at })}
                readOnly={!model.editable}
              >
                <SpotLayer
                  hotspots={spots.all}
                  handle={handle}
                  selected={spots.chosen?.id ?? null}
                  begun={spots.begun}
                  onSelect={spots.choose}
                  onMove={spots.move}
                  onRemove={spots.remove}
                  readOnly={!model.editable}
                />
                <PinLayer pins={pins} handle={handle} onChoose={(pin) => handle.current?.look(pin)} />
              </Preview>
            ) : (
              <div class="preview waiting">
                <p>{unsaved ? t("preview-after-save") : t("preview-missing")}</p>
              </div>
            )}
          </div>
          <Inspector
            model={model}
            scene={scene}
            found={found}
            handle={handle}
            titleOf={titleOf}
            link={link.value}
            chooseLink={(index) => {
              link.value = index;
            }}
            startPlacing={(id) => {
              spots.start(null);
              target.value = id;
            }}
          >
            <HotspotsTool
              model={model}
              spots={{
                ...spots,
                start: (kind) => {
                  target.value = null;
                  spots.start(kind);
                },
              }}
              handle={handle}
              sentences={sentences}
              readOnly={!model.editable}
            />
            <OtherDayTool model={model} scene={scene} found={found} />
            <NarrationField model={model} scene={scene} />
          </Inspector>
        </div>
      )}
      {adding.value && (
        <AddScenes
          model={model}
          onClose={() => {
            adding.value = false;
          }}
        />
      )}
    </div>
  );
}

function Conflict({ model }: { model: StudioModel }) {
  return (
    <div class="notice warn row apart" role="alert">
      <span>{t("tour-conflict")}</span>
      <span class="row">
        <button type="button" class="button small" onClick={() => model.reload().catch(toastProblem)}>
          {t("tour-take-theirs")}
        </button>
        <button type="button" class="button small quiet-danger" onClick={() => model.overwrite().catch(toastProblem)}>
          {t("tour-keep-mine")}
        </button>
      </span>
    </div>
  );
}

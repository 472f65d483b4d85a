/** The floor plan of the tour: drawn room by room, over a picture of the plan if there is one, with the standpoints on it. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { DraftPlan, Place } from "../../api/tours.ts";
import { t } from "../../texts.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Frame, TextField } from "../../ui/fields.tsx";
import { Icon } from "../../ui/icons.tsx";
import { UndoButtons } from "../../ui/undo-buttons.tsx";
import type { StudioModel } from "../model.ts";
import { areaOf, EMPTY, middleOf, renamed, sightOf, withoutRoom } from "./drawing.ts";
import { PicturePanel } from "./picture-panel.tsx";
import { type Chosen, PlanCanvas } from "./plan-canvas.tsx";

export function PlanDialog({ model, close }: { model: StudioModel; close: () => void }) {
  const draft = model.draft.value;
  const plan = draft.plan ?? EMPTY;
  const chosen = useSignal<Chosen>(null);
  const drawing = useSignal(plan.rooms.length === 0 && model.editable);
  const aligning = useSignal(false);
  const gauge = useSignal<Place[] | null>(null);
  const fixed = !model.editable;
  // An undo may take the picture away while it is being laid right.
  const pictured = Boolean(plan.picture);
  useEffect(() => {
    if (!pictured) [aligning.value, gauge.value] = [false, null];
  }, [pictured]);
  const change = (next: DraftPlan, topic?: string): void =>
    model.edit({ do: "plan", plan: next, ...(topic ? { topic: `plan/${topic}` } : {}) });
  const place = (scene: string, at: Place | null): void => model.edit({ do: "position", scene, at });
  const line = model.line.value;
  const whole = plan.rooms.reduce((sum, room) => sum + areaOf(room.outline), 0);

  return (
    <Dialog title={t("plan")} onClose={close} wide>
      <div class="plan-desk">
        <div class="stack tight">
          <div class="row">
            {!fixed && (
              <button
                type="button"
                class={drawing.value ? "button small primary" : "button small"}
                aria-pressed={drawing.value}
                onClick={() => {
                  drawing.value = !drawing.value;
                  [chosen.value, aligning.value, gauge.value] = [null, false, null];
                }}
              >
                <Icon name="plus" />
                {t("plan-draw")}
              </button>
            )}
            <span class="grow" />
            {!fixed && (
              <UndoButtons
                past={line.past.length > 0}
                future={line.future.length > 0}
                undo={() => model.undo()}
                redo={() => model.redo()}
                keys={["Ctrl+Z", "Ctrl+Y"]}
              />
            )}
          </div>
          <p class="hint" role="status">
            {howTo(drawing.value, aligning.value, gauge.value)}
          </p>
          <PlanCanvas
            plan={plan}
            scenes={draft.scenes}
            chosen={chosen}
            drawing={drawing}
            aligning={aligning}
            gauge={gauge}
            fixed={fixed}
            change={change}
            place={place}
            newRoom={() => roomName(plan, draft.scenes)}
          />
        </div>
        <div class="stack plan-side">
          <PicturePanel
            listing={model.listing}
            plan={plan}
            places={draft.scenes.flatMap((scene) => (scene.position ? [scene.position] : []))}
            fixed={fixed}
            change={change}
            aligning={aligning}
            gauge={gauge}
            begin={() => {
              [chosen.value, drawing.value] = [null, false];
            }}
          />
          <section>
            <h3>{t("plan-rooms", { count: plan.rooms.length, area: whole.toFixed(1) })}</h3>
            {plan.rooms.length === 0 && <p class="hint">{t("plan-rooms-none")}</p>}
            <ul class="plan-list">
              {plan.rooms.map((room, index) => (
                <li key={index}>
                  <TextField
                    label={t("plan-room", { number: index + 1 })}
                    value={room.title}
                    maxLength={80}
                    disabled={fixed}
                    onChange={(title) => change(renamed(plan, index, title), `name/${index}`)}
                  />
                  <span class="faint numbers">{areaOf(room.outline).toFixed(1)} m²</span>
                  {!fixed && (
                    <button
                      type="button"
                      class="icon-button"
                      aria-label={t("plan-room-remove", { room: room.title || t("untitled") })}
                      onClick={() => {
                        change(withoutRoom(plan, index));
                        chosen.value = null;
                      }}
                    >
                      <Icon name="trash" />
                    </button>
                  )}
                </li>
              ))}
            </ul>
          </section>
          <North plan={plan} fixed={fixed} change={change} />
          <section>
            <h3>{t("plan-standpoints")}</h3>
            <ul class="plan-list">
              {draft.scenes.map((scene) => (
                <li key={scene.id}>
                  <span class="grow">{scene.title || t("untitled")}</span>
                  {scene.position && <span class="faint">{t("plan-standing")}</span>}
                  {!fixed && (
                    <button
                      type="button"
                      class="button small"
                      onClick={() => {
                        place(scene.id, scene.position ? null : firstPlace(plan, scene.title));
                        chosen.value = scene.position ? null : { scene: scene.id };
                      }}
                    >
                      {scene.position ? t("plan-take-off") : t("plan-put-on")}
                    </button>
                  )}
                </li>
              ))}
            </ul>
          </section>
        </div>
      </div>
      <footer class="dialog-foot">
        <button type="button" class="button primary" onClick={close}>
          {t("done")}
        </button>
      </footer>
    </Dialog>
  );
}

/** What the pointer does now, in words. */
function howTo(drawing: boolean, aligning: boolean, gauge: Place[] | null): string {
  if (gauge) return t(gauge.length < 2 ? "plan-gauge-how" : "plan-gauge-length-how");
  if (drawing) return t("plan-draw-how");
  return t(aligning ? "plan-picture-move-how" : "plan-how");
}

/** The name of a scene whose room is not drawn yet: it is most likely what is drawn next. */
function roomName(plan: DraftPlan, scenes: readonly { title: string }[]): string {
  const drawn = new Set(plan.rooms.map((room) => room.title));
  return scenes.find((scene) => scene.title !== "" && !drawn.has(scene.title))?.title ?? "";
}

/** The middle of the room of that name, else of all. */
function firstPlace(plan: DraftPlan, title: string): Place {
  const room = plan.rooms.find((one) => one.title === title);
  const [left, bottom, width, height] = sightOf(plan, []);
  const [x, y] = room ? middleOf(room.outline) : [left + width / 2, bottom + height / 2];
  return [Math.round(x * 100) / 100, Math.round(y * 100) / 100];
}

interface NorthProps {
  plan: DraftPlan;
  fixed: boolean;
  change: (plan: DraftPlan, topic?: string) => void;
}

function North({ plan, fixed, change }: NorthProps) {
  return (
    <Frame label={t("plan-north")}>
      {(id) => (
        <div class="row tight">
          <svg class="plan-north" viewBox="-12 -12 24 24" aria-hidden="true">
            <circle r="11" />
            <path d="M0 -9L4 6L0 3L-4 6Z" transform={`rotate(${plan.north})`} />
          </svg>
          <input
            id={id}
            type="range"
            class="grow"
            min={-180}
            max={180}
            step={1}
            value={plan.north}
            disabled={fixed}
            onInput={(event) => change({ ...plan, north: event.currentTarget.valueAsNumber }, "north")}
          />
          <output class="numbers tilt-degrees" for={id}>
            {plan.north.toFixed(0)}°
          </output>
        </div>
      )}
    </Frame>
  );
}

/** What is in the dialog of masks: the picture, the tools, the list, and saving. */
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useEvents } from "../api/events.ts";
import type { Job } from "../api/jobs.ts";
import {
  lookAgain as askToLook,
  carryMask,
  type Mask,
  type MaskKind,
  type Masks,
  saveMasks,
  seeMask,
  shownOf,
} from "../api/masks.ts";
import { JobProgress } from "../jobs/job-parts.tsx";
import { newId } from "../studio/model.ts";
import { begin, record, redone, type Timeline, undone } from "../studio/undo.ts";
import { t } from "../texts.ts";
import { useSending } from "../ui/form.ts";
import { ProblemBox } from "../ui/states.tsx";
import { toast, toastProblem } from "../ui/toasts.tsx";
import { UndoButtons } from "../ui/undo-buttons.tsx";
import { type Drawing, differs, type Edit, edited } from "./drawing.ts";
import { MaskList } from "./mask-list.tsx";
import { nextAfter, withNewcomers } from "./proposals.ts";
import { ProposalsBar } from "./proposals-bar.tsx";
import type { Sight } from "./sight.ts";
import { type Mode, Stage } from "./stage.tsx";

interface Props {
  value: Masks;
  take: (next: Masks) => void;
  reload: () => Promise<void>;
  readOnly: boolean;
  first: string | null;
  publicFirst: boolean;
  told: (dirty: boolean) => void;
}

export function MasksEditor({ value, take, reload, readOnly, first, publicFirst, told }: Props) {
  const line = useSignal<Timeline<Drawing>>(begin({ masks: value.items, outline: [] }));
  const mode = useSignal<Mode>("look");
  const selected = useSignal<string | null>(first);
  /** What the next mask hides: the same as the one before. */
  const kind = useSignal<MaskKind>("face");
  const asPublic = useSignal(publicFirst && value.shown !== null);
  const said = useSignal("");
  const job = useSignal<Job | null>(value.job);
  const search = useSignal<Job | null>(value.search);
  const sight = useRef<Sight | null>(null);
  const sending = useSending();
  const { masks, outline } = line.value.now;
  /** What the drawing began with: its version is what a save asks for. */
  const base = useRef(value);
  const changed = differs(masks, base.current.items);
  const dirty = changed || outline.length > 0;
  told(dirty);

  const adopt = (next: Masks): void => {
    base.current = next;
    line.value = begin({ masks: next.items, outline: [] });
  };
  // Somebody else saved: theirs is taken over, but never under a drawing of one's own; its save then says so. Proposals that the
  // program added meanwhile are added to the drawing. Before anything more is drawn.
  useLayoutEffect(() => {
    if (value.version === base.current.version) return;
    if (!dirty) adopt(value);
    else {
      const grown = withNewcomers(line.value, base.current.items, value.items);
      if (grown) [base.current, line.value] = [value, grown];
    }
  }, [value.version]);

  useEvents("job", (data) => {
    const next = data as Job;
    if (next.subject !== value.asset || !["tile", "hide", "detect"].includes(next.kind)) return;
    (next.kind === "detect" ? search : job).value = next;
    if (next.state === "done") void reload();
  });

  const edit = (change: Edit): void => {
    const next = edited(line.value.now, change);
    const topic = change.do === "move" || change.do === "note" ? `${change.do}/${change.id}` : null;
    line.value = record(line.value, next, topic, Date.now());
    if (change.do === "kind") kind.value = change.kind;
    const count = next.outline.length;
    if (change.do === "corner") said.value = t("mask-said-corner", { count });
    if (change.do === "back") said.value = t("mask-said-back", { count });
  };
  const close = (): void => {
    if (outline.length < 3) return;
    const id = newId();
    edit({ do: "close", id, kind: kind.value });
    selected.value = id;
    mode.value = "look";
    said.value = t("mask-said-closed", { count: line.value.now.masks.length });
  };
  const atCross = (): void => {
    const at = sight.current?.cross();
    if (!at || asPublic.value) return;
    mode.value = "corners";
    edit({ do: "corner", at });
  };
  const save = async (): Promise<void> => {
    if (!changed || outline.length > 0) return;
    const sent = line.value.now;
    await sending.run(async () => {
      const saved = await saveMasks(value.asset, base.current.version, sent.masks);
      // What was drawn or decided on the way is not in it: that stays to be saved.
      if (line.value.now === sent) adopt(saved);
      else base.current = saved;
      job.value = saved.job;
      take(saved);
    });
  };
  const see = (mask: Mask): void => {
    seeMask(value.asset, mask.id).then((next) => {
      // Whoever may draw too keeps what is not saved yet.
      if (changed) base.current = next;
      else adopt(next);
      take(next);
    }, toastProblem);
  };
  const carry = (mask: Mask): void => {
    carryMask(value.asset, mask.id).then((count) => toast(t("mask-carried-to", { count })), toastProblem);
  };
  const select = (mask: Mask): void => {
    selected.value = mask.id;
    mode.value = "look";
    sight.current?.look(mask.corners);
  };
  const decide = (state: "confirmed" | "rejected"): void => {
    const mask = masks.find((one) => one.id === selected.value);
    if (mask?.state !== "proposed") return;
    const next = nextAfter(masks, mask.id);
    edit({ do: "state", id: mask.id, state });
    said.value = t(state === "confirmed" ? "mask-said-accepted" : "mask-said-refused");
    if (next) select(next);
  };
  const lookAgain = (): void => {
    askToLook(value.asset).then((next) => {
      search.value = next.search;
    }, toastProblem);
  };
  const remove = (): void => {
    const mask = masks.find((one) => one.id === selected.value);
    if (!mask) return;
    const lifted = mask.origin === "proposed" || mask.seen;
    edit(lifted ? { do: "state", id: mask.id, state: "rejected" } : { do: "remove", id: mask.id });
  };
  const keys = (event: KeyboardEvent): void => {
    const at = event.target instanceof Element ? event.target : document.body;
    const elsewhere = at.closest("input, select, textarea") ?? at.closest("dialog:not(.full)");
    if (elsewhere || readOnly) return;
    const onPicture = !at.closest("button, a");
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === "z") line.value = (event.shiftKey ? redone : undone)(line.value);
    else if (command && event.key.toLowerCase() === "y") line.value = redone(line.value);
    else if (command && event.key.toLowerCase() === "s") void save();
    else if (event.key === "Escape" && outline.length > 0) edit({ do: "drop-outline" });
    else if (decides(event, at) && !asPublic.value) {
      const proposal = nextAfter(masks, event.key.toLowerCase() === "n" ? selected.value : null);
      if (!proposal) return;
      if (event.key.toLowerCase() === "n") select(proposal);
      else decide(event.key.toLowerCase() === "a" ? "confirmed" : "rejected");
    } else if (!onPicture) return;
    else if (event.key === "Enter" && event.shiftKey) close();
    else if (event.key === "Enter") atCross();
    else if (event.key === "Backspace" && outline.length > 0) edit({ do: "back" });
    else if (event.key === "Delete") remove();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  // On the page: while a shape is drawn over the picture nothing in the dialog may have the focus.
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => latest.current(event);
    document.addEventListener("keydown", listen, true);
    return () => document.removeEventListener("keydown", listen, true);
  }, []);
  const picture = shownOf(value, asPublic.value);
  const waits = value.pending && job.value && job.value.state !== "done";

  return (
    <div class="mask-room">
      <div class="mask-picture">
        {picture ? (
          <Stage
            shown={picture}
            title={value.file_name}
            masks={asPublic.value ? [] : masks}
            outline={asPublic.value ? [] : outline}
            mode={asPublic.value ? "look" : mode.value}
            selected={selected.value}
            sight={sight}
            readOnly={readOnly || asPublic.value}
            onCorner={(at) => edit({ do: "corner", at })}
            onClose={close}
            onRectangle={(corners) => {
              const id = newId();
              edit({ do: "add", id, kind: kind.value, corners });
              selected.value = id;
              mode.value = "look";
            }}
            onSelect={(id) => {
              selected.value = id;
            }}
            onMove={(id, index, at) => edit({ do: "move", id, index, at })}
            onRemoveCorner={(id, index) => edit({ do: "remove-corner", id, index })}
          />
        ) : (
          <p class="mask-wait">{t("mask-waits")}</p>
        )}
      </div>
      <aside class="mask-side">
        {!readOnly && (
          <div class="mask-tools" role="toolbar" aria-label={t("mask-tools")}>
            {(["look", "corners", "rectangle"] as const).map((one) => (
              <button
                key={one}
                type="button"
                class="button small"
                aria-pressed={mode.value === one}
                disabled={asPublic.value}
                onClick={() => {
                  mode.value = one;
                }}
              >
                {t(`mask-mode-${one}`)}
              </button>
            ))}
            <span class="grow" />
            <UndoButtons
              past={line.value.past.length > 0}
              future={line.value.future.length > 0}
              undo={() => {
                line.value = undone(line.value);
              }}
              redo={() => {
                line.value = redone(line.value);
              }}
            />
          </div>
        )}
        {!readOnly && mode.value === "corners" && !asPublic.value && (
          <div class="row">
            <button type="button" class="button small primary" disabled={outline.length < 3} onClick={close}>
              {t("mask-close")}
            </button>
            <button
              type="button"
              class="button small"
              disabled={outline.length === 0}
              onClick={() => edit({ do: "back" })}
            >
              {t("mask-back")}
            </button>
          </div>
        )}
        {!readOnly && <p class="hint">{help(value, asPublic.value ? "public" : mode.value)}</p>}
        <p class="visually-hidden" role="status">
          {said.value}
        </p>
        {!readOnly && !asPublic.value && (
          <ProposalsBar
            masks={masks}
            selected={selected.value}
            search={search.value}
            canSearch={value.can_search}
            select={select}
            decide={decide}
            lookAgain={lookAgain}
          />
        )}
        <div class="mask-scroll">
          <MaskList
            masks={masks}
            selected={selected.value}
            readOnly={readOnly}
            mayCheck={value.may_check}
            select={select}
            edit={edit}
            see={see}
            mayCarry={value.surface === "sphere"}
            carry={dirty ? undefined : carry}
          />
        </div>
        <footer class="mask-foot">
          {sending.problem && <ProblemBox problem={sending.problem} />}
          {value.pending && !waits && <p class="hint">{t("mask-pending")}</p>}
          {waits && job.value && <JobProgress job={job.value} />}
          <label class="check">
            <input
              type="checkbox"
              checked={asPublic.value}
              disabled={!asPublic.value && (!value.shown || dirty)}
              onChange={(event) => {
                asPublic.value = event.currentTarget.checked;
              }}
            />
            <span>{t("mask-as-public")}</span>
          </label>
          {dirty && <p class="hint">{t("mask-save-first")}</p>}
          {!readOnly && (
            <button
              type="button"
              class="button primary"
              disabled={sending.busy || !changed || outline.length > 0}
              onClick={() => void save()}
            >
              {t("mask-save")}
            </button>
          )}
        </footer>
      </aside>
    </div>
  );
}

/** What to do, on a photo in other words where it is done in another way. */
function help({ surface }: Masks, mode: Mode | "public"): string {
  if (surface === "flat" && (mode === "look" || mode === "corners")) return t(`mask-help-${mode}-photo`);
  return t(`mask-help-${mode}`);
}

/** Whether a key steps through the proposals or decides one: a letter, so only where nothing else is meant (WCAG 2.1.4). */
function decides(event: KeyboardEvent, at: Element): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return false;
  const here = at === document.body || at.closest(".mask-picture, .mask-proposals, .mask-list") !== null;
  return here && ["n", "a", "r"].includes(event.key.toLowerCase());
}

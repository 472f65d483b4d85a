/**
 * The captions of a video beside the video: typed while it plays, or brought from a file of subtitles. What is whole goes into the
 * draft at once; rows that still lack something stay here until they are right.
 */
import { type Cue, captionsOn, fill } from "@kanfang/shared/captions.ts";
import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { pictureOf, videoOf } from "../api/media.ts";
import type { StudioModel } from "../studio/model.ts";
import { t } from "../texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { FileButton } from "../ui/file-button.tsx";
import { Icon } from "../ui/icons.tsx";
import { UndoButtons } from "../ui/undo-buttons.tsx";
import { CueRow } from "./cue-row.tsx";
import { cuesOfFile, type FileProblem, save } from "./files.ts";
import { addedAt, areWhole, fitted, lackOf, MOST_CUES, thousandths, tidied } from "./rows.ts";

interface Props {
  model: StudioModel;
  video: string;
  /** What the video shows: the hotspot's name. */
  name: string;
  /** Its length, once it is known. */
  seconds: number | undefined;
  /** The hotspot still lacks something, so nothing of it is in the draft. */
  unfinished: boolean;
  /** As they are in the draft. */
  cues: readonly Cue[];
  readOnly: boolean;
  onChange: (cues: Cue[]) => void;
  onClose: () => void;
}

/** A cue with a number of its own, so that the fields of others stay as they are. */
interface Row extends Cue {
  id: number;
}

let counter = 0;
function rowOf({ start, end, text }: Cue): Row {
  counter += 1;
  return { id: counter, start, end, text };
}
const said = (cues: readonly Cue[]): string => JSON.stringify(cues.map(({ start, end, text }) => [start, end, text]));

export function CaptionsDialog(props: Props) {
  const { model, video, name, seconds, unfinished, cues, readOnly, onChange, onClose } = props;
  const rows = useSignal<Row[]>(cues.map(rowOf));
  const chosen = useSignal<number | undefined>(undefined);
  const now = useSignal(0);
  const length = useSignal(seconds);
  const problems = useSignal<readonly FileProblem[]>([]);
  const note = useSignal("");
  const player = useRef<HTMLVideoElement>(null);
  const track = useRef<TextTrack | undefined>(undefined);
  const list = useRef<HTMLOListElement>(null);
  const focus = useRef<number | undefined>(undefined);
  const limit = seconds ?? length.value;
  const whole = areWhole(rows.value, limit);
  const pending = said(tidied(rows.value)) !== said(cues);
  const shown = useComputed(() => rows.value.find(({ start, end }) => start <= now.value && now.value < end)?.id);

  // Undo, redo, or somebody else's draft: what is in the draft now is what is seen. Before the next key is pressed: what is typed
  // after the draft was changed and before it is looked at would go.
  useLayoutEffect(() => {
    if (said(tidied(rows.value)) !== said(cues)) rows.value = cues.map(rowOf);
  }, [said(cues)]);
  useEffect(() => {
    if (player.current) track.current = captionsOn(player.current, t("captions"));
  }, []);
  useEffect(() => {
    if (track.current) fill(track.current, tidied(rows.value.filter((_, at) => !lackOf(rows.value, at, limit))));
  }, [rows.value, limit]);
  useLayoutEffect(() => {
    const words = list.current?.querySelector<HTMLElement>(`[data-row="${focus.current}"] textarea`);
    // The row may not be there yet.
    if (!words) return;
    words.focus();
    focus.current = undefined;
  });

  const put = (next: Row[]): void => {
    rows.value = next;
    note.value = "";
    const saved = tidied(next);
    if (areWhole(saved, limit) && said(saved) !== said(cues)) onChange(saved);
  };
  const add = (moment: number): void => {
    const added = addedAt(rows.value, moment, limit ?? Number.POSITIVE_INFINITY);
    if (!added) {
      note.value = t("captions-no-room");
      return;
    }
    const next = added.rows.map((row) => ("id" in row ? (row as Row) : rowOf(row)));
    focus.current = next[added.index]?.id;
    put(next);
  };
  const change = (id: number, some: Partial<Cue>): void =>
    put(rows.value.map((row) => (row.id === id ? { ...row, ...some } : row)));
  const remove = (index: number): void => {
    const next = rows.value.filter((_, at) => at !== index);
    focus.current = (next[index] ?? next[index - 1])?.id;
    put(next);
  };
  const goOn = (index: number): void => {
    const [row, after] = [rows.value[index], rows.value[index + 1]];
    if (!row) return;
    if (after && !(after.start > row.end + 0.5)) {
      list.current?.querySelector<HTMLElement>(`[data-row="${after.id}"] textarea`)?.focus();
    } else add(row.end);
  };
  const undo = (): void => {
    // What was never in the draft goes first.
    if (pending) rows.value = cues.map(rowOf);
    else if (!unfinished) model.undo();
  };
  const bring = async (sent: File): Promise<void> => {
    const { cues: found, problems: wrong } = await cuesOfFile(sent);
    problems.value = wrong;
    if (wrong.length > 0) return;
    put(fitted(found, limit).map(rowOf));
    note.value = t("captions-imported", { count: found.length, name: sent.name });
  };
  const atMoment = (): number => player.current?.currentTime ?? 0;
  const line = model.line.value;
  const state = model.autosave.state.value;
  const row = rows.value.find(({ id }) => id === chosen.value);
  const lacking = unfinished || (pending && !whole);
  const count = t("captions-count", { count: rows.value.length, most: MOST_CUES });

  return (
    <Dialog title={t("captions-of", { name })} wide onClose={onClose}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to all that is in it */}
      <div
        class="captions-desk"
        onKeyDown={(event) => {
          const typing = event.target instanceof Element && event.target.matches("input, textarea");
          if (!pending || typing || readOnly || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z")
            return;
          event.preventDefault();
          event.stopPropagation();
          undo();
        }}
      >
        <div class="captions-watch">
          {/* biome-ignore lint/a11y/useMediaCaption: its captions are put on it as they are written */}
          <video
            ref={player}
            src={videoOf(video)}
            poster={pictureOf(video)}
            controls
            playsInline
            preload="metadata"
            aria-label={t("video-of", { name })}
            onLoadedMetadata={(event) => {
              length.value = event.currentTarget.duration;
            }}
            onTimeUpdate={(event) => {
              now.value = event.currentTarget.currentTime;
            }}
          />
          {!readOnly && (
            <div class="row tight">
              <button type="button" class="button small primary" onClick={() => add(atMoment())}>
                <Icon name="plus" />
                {t("captions-add")}
              </button>
              <button
                type="button"
                class="button small"
                disabled={!row}
                onClick={() => row && change(row.id, { start: thousandths(atMoment()) })}
              >
                {t("captions-begin-here")}
              </button>
              <button
                type="button"
                class="button small"
                disabled={!row}
                onClick={() => row && change(row.id, { end: thousandths(atMoment()) })}
              >
                {t("captions-end-here")}
              </button>
            </div>
          )}
          <p class="hint">{t("captions-hint")}</p>
        </div>
        <div class="captions-words">
          <div class="row tight">
            {!readOnly && (
              <FileButton
                label={t("captions-import")}
                accept=".srt,.vtt,text/vtt,application/x-subrip"
                kind="small"
                icon
                take={bring}
              />
            )}
            {cues.length > 0 && (
              <button type="button" class="button small" onClick={() => save(cues, name)}>
                <Icon name="down" />
                {t("captions-download")}
              </button>
            )}
            {!readOnly && (
              <UndoButtons
                past={pending || (!unfinished && line.past.length > 0)}
                future={!pending && !unfinished && line.future.length > 0}
                undo={undo}
                redo={() => model.redo()}
              />
            )}
          </div>
          {problems.value.length > 0 && (
            <div class="notice bad" role="alert">
              <p>{t("captions-file-wrong")}</p>
              <ul>
                {problems.value.map(({ text }) => (
                  <li key={text}>{text}</li>
                ))}
              </ul>
            </div>
          )}
          {rows.value.length === 0 ? (
            <p class="hint">{t(readOnly ? "captions-none" : "captions-empty")}</p>
          ) : (
            <>
              <p class="cue-head" aria-hidden="true">
                <span>{t("captions-head-from")}</span>
                <span>{t("captions-head-to")}</span>
                <span>{t("captions-head-words")}</span>
              </p>
              <ol class="cue-rows" ref={list}>
                {rows.value.map((one, index) => (
                  <CueRow
                    key={one.id}
                    row={one.id}
                    number={index + 1}
                    value={one}
                    lack={lackOf(rows.value, index, limit)}
                    shown={shown.value === one.id}
                    chosen={chosen.value === one.id}
                    readOnly={readOnly}
                    onChange={(next) => change(one.id, next)}
                    onFocus={() => {
                      chosen.value = one.id;
                    }}
                    onNext={() => goOn(index)}
                    onPlay={() => {
                      if (!player.current) return;
                      player.current.currentTime = one.start || 0;
                      void player.current.play().catch(() => {});
                    }}
                    onRemove={() => remove(index)}
                  />
                ))}
              </ol>
            </>
          )}
          {!readOnly && (
            <p class={lacking ? "save-note bad" : "save-note"} role="status">
              {lacking
                ? t(unfinished ? "spot-unfinished" : "captions-unsaved")
                : note.value || `${count} · ${t(`save-${state}`)}`}
            </p>
          )}
        </div>
      </div>
    </Dialog>
  );
}

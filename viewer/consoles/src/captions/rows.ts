/** Captions while they are edited: rows that may still be wrong, and what is wrong with each. Pure. */
import type { Cue } from "@kanfang/shared/captions.ts";

/** The server's words (`auction::captions`). */
export const MOST_CUES = 200;
export const MOST_TEXT = 200;
const MOST_LINES = 4;
/** How long a new cue is shown, and the shortest that there is room for, seconds. */
const NEW = 2;
const SHORTEST = 0.2;

export type Lack = "time" | "order" | "late" | "text" | "long";

/** What keeps a row from being saved; `seconds`: the length of the video, if it is known. */
export function lackOf(rows: readonly Cue[], index: number, seconds: number | undefined): Lack | undefined {
  const row = rows[index];
  if (!row) return undefined;
  if (!(row.start >= 0 && row.end > row.start && Number.isFinite(row.end))) return "time";
  const before = rows[index - 1];
  if (before && !(row.start >= before.end)) return "order";
  if (seconds !== undefined && row.end > seconds + 0.005) return "late";
  const text = tidied([row])[0]?.text ?? "";
  if (text === "") return "text";
  return [...text].length > MOST_TEXT || text.split("\n").length > MOST_LINES ? "long" : undefined;
}

/** As they are saved: no white space around lines, no empty lines (they would end a cue in a file), nothing that cannot be shown. */
export function tidied(rows: readonly Cue[]): Cue[] {
  return rows.map(({ start, end, text }) => {
    const lines = text.split(/\r\n|\n|\r/).map((line) => line.replace(/\p{Cc}/gu, " ").trim());
    return { start, end, text: lines.filter((line) => line !== "").join("\n") };
  });
}

/** Whether the server takes them. */
export function areWhole(rows: readonly Cue[], seconds: number | undefined): boolean {
  return rows.length <= MOST_CUES && rows.every((_, index) => lackOf(rows, index, seconds) === undefined);
}

/** As exactly as times are kept. */
export const thousandths = (seconds: number): number => Math.round(seconds * 1000) / 1000;

/** A row without words at this moment, and its number. One that is shown then ends there. Undefined where there is no room. */
export function addedAt(
  rows: readonly Cue[],
  moment: number,
  seconds: number,
): { rows: Cue[]; index: number } | undefined {
  const next = [...rows];
  let start = thousandths(moment);
  const now = next.findIndex((row) => row.start <= start && start < row.end);
  const shown = next[now];
  if (shown) {
    // Right at its beginning there is nothing to leave of it.
    if (start - shown.start < SHORTEST) start = shown.end;
    else next[now] = { ...shown, end: start };
  }
  const index = next.findIndex((row) => row.start >= start);
  const limit = index < 0 ? seconds : Math.min(seconds, next[index]?.start ?? seconds);
  const end = thousandths(Math.min(start + NEW, limit));
  if (end - start < SHORTEST || rows.length >= MOST_CUES) return undefined;
  const at = index < 0 ? next.length : index;
  next.splice(at, 0, { start, end, text: "" });
  return { rows: next, index: at };
}

/** What a file brought, for a video of this length: the last words may linger in the file after its end. */
export function fitted(cues: readonly Cue[], seconds: number | undefined): Cue[] {
  const ordered = [...cues].sort((a, b) => a.start - b.start);
  if (seconds === undefined) return ordered;
  // The length in whole thousandths, rounded down: no later than the video's end.
  const end = Math.floor(seconds * 1000) / 1000;
  return ordered.map((cue) => (cue.start < end && cue.end > end ? { ...cue, end } : cue));
}

/** `0:01.2`, `1:05.25` */
export function timeText(seconds: number): string {
  if (!Number.isFinite(seconds)) return "";
  const all = Math.round(seconds * 1000);
  const rest = String(all % 1000)
    .padStart(3, "0")
    .replace(/0{1,2}$/, "");
  const whole = Math.floor(all / 1000);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}.${rest}`;
}

/** Seconds of `1:05.25`, `65.25`, `00:01:05,250`; NaN for what is no time. */
export function timeOf(text: string): number {
  const parts = /^\s*(?:(?:(\d{1,2})\s*[:：]\s*)?(\d{1,3})\s*[:：]\s*)?(\d{1,3}(?:[.,。，]\d{0,3})?)\s*$/.exec(text);
  if (!parts) return Number.NaN;
  const [hours, minutes] = [Number(parts[1] ?? 0), Number(parts[2] ?? 0)];
  const seconds = Number((parts[3] ?? "").replace(/[,。，]/, "."));
  if (parts[2] !== undefined && seconds >= 60) return Number.NaN;
  return thousandths((hours * 60 + minutes) * 60 + seconds);
}

/** One step of the arrow keys, seconds. */
export const nudged = (seconds: number, steps: number): number =>
  Number.isFinite(seconds) ? Math.max(0, thousandths(seconds + steps / 10)) : 0;

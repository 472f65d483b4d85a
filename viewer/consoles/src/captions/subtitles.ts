/** Files of subtitles, SubRip (`.srt`) and WebVTT (`.vtt`), as cues and back. What cannot be understood is told with its line. Pure. */
import { type Cue, plain } from "@kanfang/shared/captions.ts";

/** Larger files hold no captions of three minutes. */
export const MOST_BYTES = 1 << 20;

/** `time`: no time where one must be; `backwards`: the end is not after the beginning; `gap`: no empty line before the next time;
 * `none`: nothing in it. */
export type Fault = "time" | "backwards" | "gap" | "none";

export interface Found {
  cues: Cue[];
  faults: { fault: Fault; line: number }[];
}

/** The text of a file: UTF-8 or UTF-16 as its first bytes say, else UTF-8 where it is that, else GB18030. Undefined where it is no text. */
export function decoded(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes;
  const sixteen =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : null;
  for (const encoding of sixteen ? [sixteen] : ["utf-8", "gb18030"]) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
      // A picture or a film happens to be valid GB18030, too, but is full of these.
      return text.includes("\0") ? undefined : text;
    } catch {
      // The next one.
    }
  }
  return undefined;
}

/** The cues of a file and what is wrong with it; lines are counted from 1. */
export function read(text: string): Found {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const isVtt = /^WEBVTT(?:[ \t]|$)/.test(lines[0] ?? "");
  const found: Found = { cues: [], faults: [] };
  let at = isVtt ? blankFrom(lines, 0) : 0;
  while (at < lines.length) {
    if (blank(lines[at])) {
      at += 1;
      continue;
    }
    const end = blankFrom(lines, at);
    if (!(isVtt && /^(?:NOTE|STYLE|REGION)(?:[ \t]|$)/.test(lines[at] ?? ""))) readBlock(lines, at, end, isVtt, found);
    at = end;
  }
  if (found.cues.length === 0 && found.faults.length === 0) found.faults.push({ fault: "none", line: 1 });
  return found;
}

const blank = (line: string | undefined): boolean => line === undefined || line.trim() === "";

/** Where the lines that stand together end. */
function blankFrom(lines: readonly string[], at: number): number {
  let end = at;
  while (end < lines.length && !blank(lines[end])) end += 1;
  return end;
}

function readBlock(lines: readonly string[], from: number, to: number, isVtt: boolean, found: Found): void {
  const wrong = (fault: Fault, index: number): void => {
    found.faults.push({ fault, line: index + 1 });
  };
  // A number or a name stands before the time, or nothing.
  const at = (lines[from] ?? "").includes("-->") ? from : from + 1;
  const times = at < to ? timesOf(lines[at] ?? "") : undefined;
  const inside = lines.slice(at + 1, to).findIndex((line) => line.includes("-->"));
  if (!times) wrong("time", Math.min(at, to - 1));
  else if (inside >= 0) wrong("gap", at + 1 + inside);
  else if (times[1] <= times[0]) wrong("backwards", at);
  else {
    const words = lines.slice(at + 1, to).map((line) => (isVtt ? fromVtt(line) : fromSrt(line)).trim());
    const text = words.filter((line) => line !== "").join("\n");
    // Programs write empty cues between those with words: they show nothing.
    if (text !== "") found.cues.push({ start: times[0], end: times[1], text });
  }
}

const TIME = String.raw`(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?`;
const TIMES = new RegExp(String.raw`^\s*${TIME}\s*-->\s*${TIME}(?:\s.*)?$`);

function timesOf(line: string): [number, number] | undefined {
  const parts = TIMES.exec(line);
  if (!parts) return undefined;
  const [start, end] = [secondsOf(parts.slice(1, 5)), secondsOf(parts.slice(5, 9))];
  return start === undefined || end === undefined ? undefined : [start, end];
}

function secondsOf([hours, minutes, seconds, fraction]: readonly (string | undefined)[]): number | undefined {
  const [h, m, s] = [Number(hours ?? 0), Number(minutes), Number(seconds)];
  if (m > 59 || s > 59) return undefined;
  // Whole thousandths first: sums of fractions are not what is typed.
  return (((h * 60 + m) * 60 + s) * 1000 + Number((fraction ?? "0").padEnd(3, "0"))) / 1000;
}

/** SubRip knows a few tags and, from another program, places in braces. */
function fromSrt(line: string): string {
  return line.replace(/<\/?(?:b|i|u|s|font)(?:\s[^<>]*)?>/gi, "").replace(/\{\\[^{}]*\}/g, "");
}

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", nbsp: " ", lrm: "", rlm: "", quot: '"' };

/** Markup of WebVTT as text; who speaks is said before the words. */
function fromVtt(line: string): string {
  return line
    .replace(/<v(?:\.[^\s<>]*)?\s+([^<>]+)>/g, (_, name: string) => `${name.trim()}：`)
    .replace(/<[^<>]*>/g, "")
    .replace(/&([a-z]+);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}

/** The cues as a `.vtt` file. */
export function written(cues: readonly Cue[]): string {
  const blocks = cues.map(({ start, end, text }) => `${stamp(start)} --> ${stamp(end)}\n${plain(text)}\n`);
  return ["WEBVTT\n", ...blocks].join("\n");
}

function stamp(seconds: number): string {
  const all = Math.round(seconds * 1000);
  const two = (count: number): string => String(count).padStart(2, "0");
  const whole = Math.floor(all / 1000);
  return `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}.${String(all % 1000).padStart(3, "0")}`;
}

/** A scene's narration as the guided tour tells it: sentence by sentence. Pure. */
import type { Scene } from "../../tour/document.ts";

/** Most characters that are shown or spoken at a time. */
const LONGEST = 90;
/** Characters read in a second: of Chinese, and of scripts with letters. */
const PACE = { han: 4.5, letters: 14 };
const SHORTEST = 1800;

/** Empty where the scene has none. */
export function narrationOf(scene: Scene): string {
  return typeof scene.narration === "string" ? scene.narration.trim() : "";
}

/** A recording of what is told in a scene. */
export interface Recording {
  address: string;
  /** Its length. */
  seconds: number;
}

/** The recording of a scene's narration; undefined where it has none that can be understood. */
export function recordingOf({ narrationSound }: Scene): Recording | undefined {
  const { address, seconds } = (narrationSound ?? {}) as Partial<Record<keyof Recording, unknown>>;
  if (typeof address !== "string" || !/^\/(?!\/)/.test(address)) return undefined;
  return typeof seconds === "number" && seconds > 0 ? { address, seconds } : undefined;
}

/** When in a recording of this length each sentence begins, in seconds: each has its share of the reading time. */
export function beginningsOf(sentences: readonly string[], seconds: number): number[] {
  const times = sentences.map(paceOf);
  const whole = times.reduce((sum, time) => sum + time, 0);
  let before = 0;
  return times.map((time) => {
    const at = (before / whole) * seconds;
    before += time;
    return at;
  });
}

/** The number of the sentence that is heard at a second. */
export function sentenceAt(beginnings: readonly number[], time: number): number {
  // A browser jumps to a place not to the millisecond.
  return Math.max(0, beginnings.filter((begins) => begins <= time + 0.05).length - 1);
}

/** Sentences, the long ones broken at their commas or spaces, so that each can be read as one caption. */
export function sentencesOf(text: string): string[] {
  const sentences = text.match(/[^。！？!?；;\n]+?(?:[。！？!?；;]+["”’」』）)]*|\.(?=\s|$)|\n|$)/gu) ?? [];
  return sentences.flatMap((sentence) => broken(sentence.trim())).filter((part) => part !== "");
}

function broken(sentence: string): string[] {
  const parts: string[] = [];
  let rest = sentence;
  while (rest.length > LONGEST) {
    const head = rest.slice(0, LONGEST);
    const at = Math.max(...["，", "、", "：", ",", ":", " "].map((mark) => head.lastIndexOf(mark)));
    const cut = at > LONGEST / 3 ? at + 1 : LONGEST;
    parts.push(rest.slice(0, cut).trim());
    rest = rest.slice(cut).trim();
  }
  return [...parts, rest];
}

/** Milliseconds in which it is read without haste. */
export function readingTime(text: string): number {
  return Math.max(SHORTEST, 600 + paceOf(text));
}

/** Milliseconds that its characters take. */
function paceOf(text: string): number {
  const han = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  return 1000 * (han / PACE.han + (text.length - han) / PACE.letters);
}

/** The language in which it is written, for the voice: whoever writes Han characters writes Chinese here. */
export function languageOf(text: string): "zh-CN" | "en" {
  return /\p{Script=Han}/u.test(text) ? "zh-CN" : "en";
}

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
  const han = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  return Math.max(SHORTEST, 600 + 1000 * (han / PACE.han + (text.length - han) / PACE.letters));
}

/** The language in which it is written, for the voice: whoever writes Han characters writes Chinese here. */
export function languageOf(text: string): "zh-CN" | "en" {
  return /\p{Script=Han}/u.test(text) ? "zh-CN" : "en";
}

/** Files of subtitles on their way in and out of the page. */
import type { Cue } from "@kanfang/shared/captions.ts";
import { t } from "../texts.ts";
import { MOST_CUES } from "./rows.ts";
import { decoded, MOST_BYTES, read, written } from "./subtitles.ts";

export interface FileProblem {
  /** What is wrong, with the line where it is. */
  text: string;
}

/** Most problems of a file that are told at once. */
const MOST_TOLD = 5;

/** The cues of a file; none where something is wrong with it. */
export async function cuesOfFile(file: File): Promise<{ cues: Cue[]; problems: FileProblem[] }> {
  const refused = (text: string) => ({ cues: [], problems: [{ text }] });
  if (file.size > MOST_BYTES) return refused(t("captions-file-large"));
  const text = decoded(new Uint8Array(await file.arrayBuffer()));
  if (text === undefined) return refused(t("captions-file-encoding"));
  const { cues, faults } = read(text);
  if (faults.length > 0) {
    const told = faults.slice(0, MOST_TOLD).map(({ fault, line }) => ({ text: t(`captions-file-${fault}`, { line }) }));
    const rest = faults.length - told.length;
    return { cues: [], problems: rest > 0 ? [...told, { text: t("captions-file-more", { count: rest }) }] : told };
  }
  return cues.length > MOST_CUES
    ? refused(t("captions-file-many", { count: cues.length, most: MOST_CUES }))
    : { cues, problems: [] };
}

/** Gives the cues to the person as a `.vtt` file. */
export function save(cues: readonly Cue[], name: string): void {
  const address = URL.createObjectURL(new Blob([written(cues)], { type: "text/vtt" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${
    name
      .replace(/[\\/:*?"<>|\p{Cc}]/gu, " ")
      .trim()
      .slice(0, 60) || "captions"
  }.vtt`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

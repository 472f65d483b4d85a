/** Masks that the program proposes: which are undecided, which comes next, and new ones under an open drawing. Pure. */
import type { Mask, MasksOfPicture } from "../api/masks.ts";
import type { Timeline } from "../studio/undo.ts";
import type { Drawing } from "./drawing.ts";

export const undecided = (masks: readonly Mask[]): Mask[] => masks.filter((mask) => mask.state === "proposed");

/** How many undecided proposals each panorama has that has any, by its id, and each photo, by that of its asset. */
export function undecidedOf(lists: readonly MasksOfPicture[]): Map<string, number> {
  const counted = lists.map((list) => [list, undecided(list.items).length] as const).filter(([, count]) => count > 0);
  const names = ({ surface, asset, panoramas }: MasksOfPicture): string[] => (surface === "flat" ? [asset] : panoramas);
  return new Map(counted.flatMap(([list, count]) => names(list).map((id) => [id, count] as const)));
}

/** The undecided proposal after `from` in the list, around its end; undefined when all are decided. */
export function nextAfter(masks: readonly Mask[], from: string | null): Mask | undefined {
  const at = masks.findIndex((mask) => mask.id === from);
  return [...masks.slice(at + 1), ...masks.slice(0, at + 1)].find(
    ({ state, id }) => state === "proposed" && id !== from,
  );
}

/** Whether all that differs between two lists is that the later one has further proposals. */
function onlyNewcomers(before: readonly Mask[], after: readonly Mask[]): Mask[] | undefined {
  const known = new Map(before.map((mask) => [mask.id, mask]));
  const told = (mask: Mask | undefined): string =>
    mask ? JSON.stringify([mask.corners, mask.kind, mask.note, mask.state]) : "";
  const kept = after.filter(({ id }) => known.has(id));
  const news = after.filter(({ id }) => !known.has(id));
  const same = kept.length === before.length && kept.every((mask) => told(mask) === told(known.get(mask.id)));
  return same && news.every(({ state }) => state === "proposed") ? news : undefined;
}

/**
 * The drawing at hand with proposals that arrived meanwhile, in every step of undo, so that no undo loses them; undefined
 * where somebody changed anything else: then a save has to say so.
 */
export function withNewcomers(
  line: Timeline<Drawing>,
  before: readonly Mask[],
  after: readonly Mask[],
): Timeline<Drawing> | undefined {
  const news = onlyNewcomers(before, after);
  if (!news) return undefined;
  const grown = ({ masks, outline }: Drawing): Drawing => ({ masks: [...masks, ...news], outline });
  return { ...line, past: line.past.map(grown), now: grown(line.now), future: line.future.map(grown) };
}

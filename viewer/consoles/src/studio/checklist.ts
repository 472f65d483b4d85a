/** What a court needs to see before it approves a tour, checked against the draft. Pure. */
import type { Draft, DraftScene } from "../api/tours.ts";
import { uncaptioned } from "../captions/of-hotspot.ts";
import { lacksPicture } from "./hotspots.ts";

export type CheckId =
  | "scenes"
  | "titles"
  | "reachable"
  | "ways"
  | "rooms"
  | "dates"
  | "announced"
  | "close-ups"
  | "captions"
  | "video-captions"
  | "masks"
  | "north"
  | "plan";

export interface Check {
  id: CheckId;
  /** `must`: the server refuses the tour; `doubt`: a reviewer would ask; `advice`: the tour would be better. */
  state: "good" | "must" | "doubt" | "advice";
  /** Where it is wrong. */
  scenes: readonly DraftScene[];
  /** What is missing, in the words of the announcement or of the house type. */
  missing: readonly string[];
  /** How many things are wrong, where that is another number than that of the scenes. */
  count?: number;
}

export interface Known {
  /** Sentences of the announcement that speak of defects. */
  sentences: readonly string[];
  /** As the court states it, e.g. 2室1厅1厨1卫. */
  houseType: string | undefined;
  /** Panoramas and, by their assets, photos with proposed masks that nobody has decided on, and how many. */
  undecided: ReadonlyMap<string, number>;
  /** Videos in which something is to be heard. */
  sounding: ReadonlySet<string>;
}

const NUMERALS = "零一二三四五六七八九";
/** The rooms that a house type counts, and the names under which scenes show them. */
const ROOMS = [
  { sign: "室", name: /卧|书房|次卧|主卧|儿童房|客房|bedroom|study/i },
  { sign: "厅", name: /厅|起居|living|dining/i },
  { sign: "厨", name: /厨|kitchen/i },
  { sign: "卫", name: /卫|浴|厕|洗手|bath|toilet/i },
] as const;

/** How many of each a house type names: `2室1厅`, `两室一厅一厨一卫`, `3室（含书房）2厅`. */
export function roomsOf(houseType: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const [, count, sign] of houseType.matchAll(/([0-9]{1,2}|[零一两二三四五六七八九])\s*(室|厅|厨|卫)/g)) {
    const number = count === "两" ? 2 : NUMERALS.includes(count ?? "") ? NUMERALS.indexOf(count ?? "") : Number(count);
    if (sign) found.set(sign, (found.get(sign) ?? 0) + number);
  }
  return found;
}

/** Rooms of the house type that no scene's name tells of: `卧室 1/2`. */
export function missingRooms(
  houseType: string,
  scenes: readonly DraftScene[],
): { sign: string; have: number; want: number }[] {
  const wanted = roomsOf(houseType);
  return ROOMS.flatMap(({ sign, name }) => {
    const want = wanted.get(sign) ?? 0;
    const have = scenes.filter((scene) => name.test(scene.title)).length;
    return have < want ? [{ sign, have, want }] : [];
  });
}

/** Scenes to which no chain of arrows leads from the start. */
export function unreachable(draft: Draft): DraftScene[] {
  const reached = new Set<string>();
  const open = draft.start ? [draft.start] : [];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    for (const link of draft.scenes.find((scene) => scene.id === id)?.links ?? []) open.push(link.target);
  }
  return draft.scenes.filter((scene) => !reached.has(scene.id));
}

/** Every picture of a scene, by the names under which masks are counted. */
function picturesOf(scene: DraftScene): string[] {
  const photos = (scene.hotspots ?? []).flatMap((mark) => ("pictures" in mark ? mark.pictures : []));
  return [scene.panorama, ...(scene.other_day ? [scene.other_day.panorama] : []), ...photos];
}

function undecidedMasks({ scenes, plan }: Draft, undecided: Known["undecided"]): Check {
  const below = plan?.picture?.shown ? [plan.picture.asset] : [];
  // A photo that several marks show is counted once.
  const pictures = new Set([...scenes.flatMap(picturesOf), ...below]);
  const count = [...pictures].reduce((sum, picture) => sum + (undecided.get(picture) ?? 0), 0);
  const wrong = scenes.filter((scene) => picturesOf(scene).some((picture) => undecided.has(picture)));
  return { id: "masks", state: count > 0 ? "must" : "good", scenes: wrong, missing: [], count };
}

export function checklist(draft: Draft, known: Known): Check[] {
  const { scenes } = draft;
  const check = (
    id: CheckId,
    worst: Check["state"],
    wrong: readonly DraftScene[],
    missing: readonly string[] = [],
    bad = false,
  ): Check => ({
    id,
    state: bad || wrong.length > 0 || missing.length > 0 ? worst : "good",
    scenes: wrong,
    missing,
  });
  const marks = scenes.flatMap((scene) => scene.hotspots ?? []);
  const shown = (sentence: string): boolean =>
    marks.some((mark) => mark.kind === "defect" && mark.announcement.trim() === sentence.trim());
  const rooms = known.houseType ? missingRooms(known.houseType, scenes) : [];
  return [
    check("scenes", "must", [], [], scenes.length === 0),
    check(
      "titles",
      "must",
      scenes.filter((scene) => scene.title.trim() === ""),
    ),
    check("reachable", "doubt", unreachable(draft)),
    check("ways", "doubt", scenes.length > 1 ? scenes.filter((scene) => scene.links.length === 0) : []),
    check(
      "rooms",
      "doubt",
      [],
      rooms.map(({ sign, have, want }) => `${sign} ${have}/${want}`),
    ),
    check(
      "dates",
      "doubt",
      scenes.filter((scene) => scene.captured_at === null),
    ),
    check(
      "announced",
      "doubt",
      [],
      known.sentences.filter((sentence) => !shown(sentence)),
    ),
    check(
      "close-ups",
      "doubt",
      scenes.filter((scene) => (scene.hotspots ?? []).some(lacksPicture)),
    ),
    check(
      "captions",
      "must",
      scenes.filter((scene) => scene.narration_sound && !scene.narration?.trim()),
    ),
    check("video-captions", "advice", uncaptioned(scenes, known.sounding)),
    undecidedMasks(draft, known.undecided),
    check(
      "north",
      "advice",
      scenes.filter((scene) => scene.north_yaw === null),
    ),
    check("plan", "advice", draft.plan ? scenes.filter((scene) => !scene.position) : [], [], !draft.plan),
  ];
}

/** What a person has to know before the tour is handed in. */
export const openChecks = (checks: readonly Check[]): Check[] =>
  checks.filter(({ state }) => state === "must" || state === "doubt");

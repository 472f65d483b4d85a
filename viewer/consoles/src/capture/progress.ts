/** What of the shot list is there, on the server and on this device, and what is missing. */
import type { ListedFile, Need, Room, Shown } from "../api/shot-list.ts";
import type { Shot } from "./store.ts";

/** Angle across that an ordinary photo is taken to have when it does not say so: a telephone held across. */
export const USUAL_HFOV = 65;
/** Neighbours of a turn share at least this part of their width, or they cannot be joined. */
const OVERLAP = 0.33;
/** What the server calls pictures that show the whole turn. */
const WHOLE = ["equirectangular", "equirectangular_cropped", "dual_fisheye", "stereo_top_bottom", "cylindrical"];

export interface Progress {
  need: Need;
  wanted: number;
  /** Whole standpoints or pictures. */
  there: number;
  /** Photos of a turn that is not complete, and how many it needs. */
  turn: { photos: number; needed: number } | null;
}

/** Photos that go round with enough overlap. */
export function photosForTurn(hfov: number | null): number {
  const angle = Math.min(170, Math.max(10, hfov ?? USUAL_HFOV));
  return Math.ceil(360 / (angle * (1 - OVERLAP)));
}

/** Whether a file shows this room: by id, or by the name if its room is no longer in the list. */
export function inRoom(shown: Pick<Shown, "room_id" | "room_name">, room: Room, rooms: Room[]): boolean {
  if (shown.room_id === room.id) return true;
  return shown.room_name === room.name && !rooms.some((one) => one.id === shown.room_id);
}

/** Files that are on the server, without those that this device still shows itself. */
export function filesOf(room: Room, rooms: Room[], files: ListedFile[]): ListedFile[] {
  return files.filter((file) => file.state !== "refused" && file.shown && inRoom(file.shown, room, rooms));
}

export function progressOf(room: Room, rooms: Room[], files: ListedFile[], shots: Shot[]): Progress[] {
  const there = filesOf(room, rooms, files);
  const known = new Set(there.map((file) => file.asset));
  const local = shots.filter((shot) => inRoom(shot, room, rooms) && !(shot.asset && known.has(shot.asset)));
  const wanted = [...room.wanted];
  for (const { need } of [...there.map((file) => file.shown as Shown), ...local])
    if (!wanted.some((one) => one.need === need)) wanted.push({ need, count: 0 });
  return wanted.map(({ need, count }) => {
    const [sent, kept] = [
      there.filter((file) => file.shown?.need === need),
      local.filter((shot) => shot.need === need),
    ];
    if (need !== "panorama") return { need, wanted: count, there: sent.length + kept.length, turn: null };
    const whole =
      sent.filter((file) => file.taken_for !== null && WHOLE.includes(file.taken_for)).length +
      kept.filter((shot) => shot.measures && shot.measures.kind !== "photo").length;
    const photos = sent.length + kept.length - whole;
    const hfov = kept.find((shot) => shot.hfov !== null)?.hfov ?? null;
    const needed = photosForTurn(hfov);
    const turns = Math.floor(photos / needed);
    const rest = photos - turns * needed;
    return {
      need,
      wanted: count,
      there: whole + turns,
      // More than a whole turn is overlap, not the beginning of another, unless another is wanted.
      turn: rest > 0 && whole + turns < Math.max(1, count) ? { photos: rest, needed } : null,
    };
  });
}

/** Whether nothing is missing of a room: it was taken, or somebody said why not. */
export function isComplete(room: Room, progress: Progress[]): boolean {
  return room.not_taken !== null || progress.every((one) => one.there >= one.wanted);
}

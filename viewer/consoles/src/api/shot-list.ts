/** The shot list of a listing: what the photographer has to take, and which room each file shows. */
import { ask, remove, type Versioned } from "./http.ts";

export const NEEDS = ["panorama", "defect", "meter", "view", "building", "access", "detail"] as const;
export type Need = (typeof NEEDS)[number];
export const NOT_TAKEN = ["locked", "refused", "absent"] as const;
export type NotTaken = (typeof NOT_TAKEN)[number];

export interface Wanted {
  need: Need;
  /** Of panoramas: standpoints. */
  count: number;
}

export interface Room {
  id: string;
  name: string;
  wanted: Wanted[];
  not_taken: NotTaken | null;
  note: string;
}

export interface Shown {
  room_id: string;
  room_name: string;
  need: Need;
}

export interface ListedFile {
  asset: string;
  file_name: string;
  state: string;
  taken_for: string | null;
  thumbnail: string | null;
  shown: Shown | null;
}

export interface ShotList {
  listing: string;
  title: string;
  version: number;
  rooms: Room[];
  files: ListedFile[];
  may_edit: boolean;
}

export const shotList = async (listing: string): Promise<ShotList> =>
  (await ask<ShotList>("GET", `listings/${listing}/shot-list`)).value;
export const saveShotList = (listing: string, version: number, rooms: Room[]): Promise<Versioned<ShotList>> =>
  ask("PUT", `listings/${listing}/shot-list`, { body: { rooms }, ifMatch: `"${version}"` });
export const putIntoRoom = async (asset: string, shown: Shown): Promise<void> => {
  await ask<void>("PUT", `assets/${asset}/room`, { body: shown });
};
export const takeOutOfRoom = (asset: string): Promise<void> => remove(`assets/${asset}/room`);

/** Privacy masks: what of a panorama or a photo the public must not see. */
import { ask, get, type Page, post } from "./http.ts";
import type { Job } from "./jobs.ts";

export const MASK_KINDS = ["face", "plate", "paper", "other"] as const;
export type MaskKind = (typeof MASK_KINDS)[number];

/** Yaw and pitch in degrees; in a flat picture x from the left and y from the top, 0 to 1 of its width and height. */
export type Corner = [number, number];

export interface Mask {
  id: string;
  corners: Corner[];
  kind: MaskKind;
  note: string;
  origin: "hand" | "proposed";
  state: "proposed" | "confirmed" | "rejected";
  /** Who changed it last, and when. */
  by?: string | null;
  at?: string;
  /** The reviewer's look at it as it is. */
  seen?: { by: string; at: string } | null;
  /** The mask of another scene that it was proposed after. */
  carried_from?: string;
  /** The model that proposed it; its confidence, 0 to 1, is no probability. */
  found?: { model: string; confidence: number };
}

export type Surface = "sphere" | "flat";

/** A picture to be looked at. */
export type Shown = { surface: "sphere"; panorama: unknown } | { surface: "flat"; picture: string };

export interface Masks {
  asset: string;
  file_name: string;
  surface: Surface;
  version: number;
  items: Mask[];
  /** Whether the tiles or the photo with these masks are still to be made. */
  pending: boolean;
  /** What the public will see: the `panorama` of a scene, or `{picture}`, the address of a photo. */
  shown: unknown;
  /** The same without masks, for those who may see it. */
  unmasked: unknown;
  job: Job | null;
  /** The newest search for what has to be hidden. */
  search: Job | null;
  /** Whether models are installed that search. */
  can_search: boolean;
  may_draw: boolean;
  may_check: boolean;
}

export interface MasksOfPicture {
  asset: string;
  surface: Surface;
  version: number;
  items: Mask[];
  /** All panoramas that were made of the asset. */
  panoramas: string[];
  pending: boolean;
}

/** What there is to look at: as the public will see it, or without masks for whoever may. */
export function shownOf({ surface, shown, unmasked }: Masks, asPublic: boolean): Shown | undefined {
  const picture = asPublic ? shown : (unmasked ?? shown);
  if (!picture) return undefined;
  return surface === "flat"
    ? { surface, picture: (picture as { picture: string }).picture }
    : { surface, panorama: picture };
}

export const masks = (asset: string): Promise<Masks> => get(`assets/${asset}/masks`);
export const masksOf = async (listing: string): Promise<MasksOfPicture[]> =>
  (await get<Page<MasksOfPicture>>(`listings/${listing}/masks`)).items;
export const saveMasks = async (asset: string, version: number, items: Mask[]): Promise<Masks> => {
  const wishes = items.map(({ id, corners, kind, note, state }) => ({ id, corners, kind, note, state }));
  const asked = { body: { items: wishes }, ifMatch: `"${version}"` };
  return (await ask<Masks>("PUT", `assets/${asset}/masks`, asked)).value;
};
/** Proposes the mask in other scenes that see the same spot; in how many. */
export const carryMask = async (asset: string, mask: string): Promise<number> =>
  (await post<{ proposed: number }>(`assets/${asset}/masks/${mask}/carry`)).proposed;
/** Lets the models look at the picture once more. */
export const lookAgain = (asset: string): Promise<Masks> => post(`assets/${asset}/masks/search`);
export const seeMask = (asset: string, mask: string): Promise<Masks> => post(`assets/${asset}/masks/${mask}/seen`);

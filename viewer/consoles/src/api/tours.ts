/** The tour of a listing: its draft, the way through review, and what was published. */
import type { Cue } from "@kanfang/shared/captions.ts";
import { byName } from "../format.ts";
import { ask, get, type Page, post, type Versioned } from "./http.ts";

export interface View {
  yaw: number;
  pitch: number;
  hfov: number;
}

export interface DraftLink {
  target: string;
  yaw: number;
  pitch: number;
}

/** Metres; x to the right, y up on the plan. */
export type Place = [x: number, y: number];

export interface PlanRoom {
  title: string;
  /** At least three corners; the last joins the first. */
  outline: Place[];
}

export interface DraftPlan {
  /** Degrees from the plan's up to north, clockwise. */
  north: number;
  rooms: PlanRoom[];
  picture?: PlanPicture;
}

/** A drawing of the flat below the rooms. */
export interface PlanPicture {
  asset: string;
  /** Where its middle lies. */
  middle: Place;
  /** Metres before it is turned: width, height. */
  size: Place;
  /** Degrees clockwise about its middle. */
  turn: number;
  /** Whether bidders see it; else it is only there to be drawn over. */
  shown: boolean;
}

/** What the server calls a hotspot (`auction::hotspots`); angles in degrees, lengths in metres. */
export type DraftHotspot = { id: string; yaw: number; pitch: number } & (
  | {
      kind: "information";
      title: string;
      text: string;
      pictures: string[];
      videos?: string[];
      captions?: VideoCaptions[];
    }
  | {
      kind: "defect";
      text: string;
      pictures: string[];
      videos?: string[];
      captions?: VideoCaptions[];
      seen_on: string | null;
      announcement: string;
    }
  | { kind: "document"; title: string; url: string }
  | DraftMeasure
  | { kind: "portal"; title: string; url: string; starts_at: string; time_zone: string }
);

/** Captions of one of a hotspot's videos. */
export interface VideoCaptions {
  video: string;
  cues: Cue[];
}

export interface DraftMeasure {
  kind: "measure";
  title: string;
  to: { yaw: number; pitch: number };
  length: number;
  error: number;
  method: "laser" | "tape" | "plan" | "floor";
  /** Only with the method `floor`. */
  camera_height?: number;
  camera_height_error?: number;
}

export type HotspotKind = DraftHotspot["kind"];

export interface DraftScene {
  id: string;
  title: string;
  panorama: string;
  /** The day of the picture, as 2026-03-30. */
  captured_at: string | null;
  /** Yaw of north in the picture. */
  north_yaw: number | null;
  initial_view: View;
  links: DraftLink[];
  hotspots?: DraftHotspot[];
  /** Where the camera stood on the floor plan. */
  position?: Place | null;
  other_day?: OtherDay | null;
  /** What the guided tour says here. */
  narration?: string;
  /** The recording of it that the guided tour plays. */
  narration_sound?: string | null;
}

/** A picture of the same spot from another day. */
export interface OtherDay {
  panorama: string;
  captured_at: string | null;
  /** Degrees: what lies at the yaw y in the scene's picture lies at y + this in the other. */
  yaw_offset: number;
}

export interface Draft {
  start: string | null;
  scenes: DraftScene[];
  plan?: DraftPlan | null;
}

export type TourState = "draft" | "submitted" | "approved" | "returned";

/** A spot of a picture that the reviewer wants changed; angles in degrees. */
export interface Pin {
  scene: string;
  yaw: number;
  pitch: number;
  text: string;
}

export interface Remark {
  at: string;
  by: string;
  text: string;
  pins: Pin[];
}

export interface Tour extends Draft {
  state: TourState;
  version: number;
  remarks: Remark[];
  submitted_by: string | null;
  reviewed_by: string | null;
}

export interface PublishedVersion {
  version: string;
  number: number;
  root: string;
  scenes: number;
  published_at: string;
  withdrawn_at: string | null;
  withdrawn_reason: string | null;
}

interface Wire extends Omit<Tour, "start" | "scenes"> {
  document: Draft;
}

const at = (listing: string): string => `listings/${listing}/tour`;

export async function tour(listing: string): Promise<Versioned<Tour>> {
  const { value, etag } = await ask<Wire>("GET", at(listing));
  const { document, ...rest } = value;
  return { value: { ...rest, ...document, start: document.start ?? null }, etag };
}

/** Stores the draft; the answer is its new ETag. */
export const saveDraft = async (listing: string, draft: Draft, etag: string | null): Promise<string | null> =>
  (await ask<{ version: number }>("PUT", at(listing), { body: draft, ifMatch: etag })).etag;
export const submitTour = (listing: string): Promise<unknown> => post(`${at(listing)}/submit`);
export const approveTour = (listing: string): Promise<unknown> => post(`${at(listing)}/approve`);
export const returnTour = (listing: string, remarks: string, pins: readonly Pin[]): Promise<unknown> =>
  post(`${at(listing)}/return`, { remarks, pins });
export const publishTour = (listing: string): Promise<unknown> => post(`${at(listing)}/publish`);
export const withdrawTour = (listing: string, reason: string): Promise<unknown> =>
  post(`${at(listing)}/withdraw`, { reason });
export const tourVersions = async (listing: string): Promise<PublishedVersion[]> =>
  (await get<Page<PublishedVersion>>(`${at(listing)}/versions`)).items;

export type Change = "added" | "removed" | "changed";

export interface SceneChange {
  id: string;
  title: string;
  change: Change;
  picture: boolean;
  narration: boolean;
  links: boolean;
  hotspots: { id: string; kind: HotspotKind; name: string; change: Change; captions: boolean }[];
}

/** What the draft changes of the version that was published last. */
export const tourChanges = (listing: string): Promise<{ since: number | null; plan: boolean; scenes: SceneChange[] }> =>
  get(`${at(listing)}/changes`);
export const previewDocument = (listing: string): Promise<Record<string, unknown>> =>
  get(`${at(listing)}/preview.json`);

export interface Finished {
  id: string;
  asset: string;
  file_name: string;
  /** The room that the photographer named. */
  room: string | null;
  /** The day by the camera's clock, as 2026-03-30. */
  captured_on: string | null;
  /** Yaw of north by the camera's compass. */
  north_yaw: number | null;
}

/** Panoramas of a listing that are cut into tiles, in the order of their names: which was cut first is chance. */
export const panoramas = async (listing: string): Promise<Finished[]> =>
  (await get<Page<Finished>>(`listings/${listing}/panoramas`)).items.sort((a, b) => byName(a.file_name, b.file_name));

export interface WaitingTour {
  listing: string;
  title: string;
  case_number: string;
  state: TourState;
  updated_at: string;
  agency: string | null;
}

export const waitingTours = (state: string, cursor: string | number | null): Promise<Page<WaitingTour>> =>
  get("tours", { state, cursor });

/** What bidders will see or hear beside the panoramas: photos and videos of notes, the picture of the plan, recordings. */
export interface TourShown {
  asset: string;
  kind: "picture" | "video" | "sound";
  /** Names it as bidders will see or hear it; null while it is being made with its masks. */
  shown: string | null;
  address: string;
  /** Who of the court has opened, watched or heard it as it is. */
  seen: { by: string; at: string } | null;
}

export const tourShown = async (listing: string): Promise<TourShown[]> =>
  (await get<Page<TourShown>>(`listings/${listing}/tour/shown`)).items;
/** Says that the reviewer has opened it, or watched or heard it to its end. */
export const sawShown = (listing: string, { asset, shown }: TourShown): Promise<void> =>
  post(`listings/${listing}/tour/shown/${asset}/seen`, { shown });

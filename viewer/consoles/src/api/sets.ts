/** Sets of photos that become one panorama each. */
import { get, patch, post, remove, type Versioned } from "./http.ts";
import type { Job } from "./jobs.ts";
import type { Note } from "./media.ts";

export interface SetSettings {
  /** `auto`, `rectilinear`, `fisheye`, with `:HFOV` where it is known. */
  lens: string;
  width: number | null;
  points: ControlPoint[];
  tilt: { pitch: number; roll: number };
  /** What closes the place straight down that no photo shows; left out: `fill`. */
  nadir?: "fill" | "mark";
  /** How far the mark reaches, degrees; left out: as far as no photo shows the floor. */
  nadir_degrees?: number;
}

/** One thing that two photos show: ids of the assets, column and row in the upright originals. */
export interface ControlPoint {
  a: string;
  at: [number, number];
  b: string;
  seen: [number, number];
}

export const PLAIN: SetSettings = { lens: "auto", width: null, points: [], tilt: { pitch: 0, roll: 0 } };

export interface StitchReport {
  verdict: "complete" | "partial";
  confidence: number;
  placed: { photo: string; attitude: { yaw: number; pitch: number; roll: number }; hfov: number; shown: number }[];
  left_out: { photo: string; reason: Note; on_purpose: boolean }[];
  reprojection_error_px: number;
  /** Median and 95th percentile. */
  misalignment_arcmin: [number, number];
  overlaps: { a: string; b: string; points: number; misalignment: number }[];
  gaps: { place: Note; share: number; advice: Note }[];
  warnings: Note[];
  filled: number;
  /** What a mark covers: degrees from straight down, shares of the sphere. */
  mark?: { degrees: number; unseen: number; photographed: number };
}

export interface PhotoSet {
  id: string;
  listing: string;
  name: string;
  photos: string[];
  settings: SetSettings;
  report: StitchReport | null;
  panorama: string | null;
  provenance: string | null;
  /** Address of the Hugin project, if there is one. */
  project: string | null;
  job: Job | null;
  created_at: string;
  version: number;
}

export interface Sets {
  items: PhotoSet[];
  proposals: string[][];
}

export const sets = (listing: string): Promise<Sets> => get(`listings/${listing}/sets`);
export const addSet = (
  listing: string,
  set: { name: string; photos: string[]; settings: SetSettings },
): Promise<PhotoSet> => post(`listings/${listing}/sets`, set);
export const changeSet = (
  set: PhotoSet,
  change: Partial<Pick<PhotoSet, "name" | "photos" | "settings">>,
): Promise<Versioned<PhotoSet>> => patch(`sets/${set.id}`, change, `"${set.version}"`);
export const removeSet = (id: string): Promise<void> => remove(`sets/${id}`);

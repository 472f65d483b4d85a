/** The tour of a listing: its draft, the way through review, and what was published. */
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
  title: string;
}

export interface DraftScene {
  id: string;
  title: string;
  panorama: string;
  northYaw: number | null;
  initialView: View;
  links: DraftLink[];
}

export interface Draft {
  start: string | null;
  scenes: DraftScene[];
}

export type TourState = "none" | "draft" | "submitted" | "approved" | "returned" | "published" | "withdrawn";

export interface Remark {
  text: string;
  scene?: string | null;
}

export interface Tour extends Draft {
  state: TourState;
  remarks?: (Remark | string)[] | string | null;
  submitted_by?: { id: string; name: string } | string | null;
  submitted_at?: string | null;
  reviewed_by?: { id: string; name: string } | string | null;
  /** Panoramas that are ready to become scenes. */
  panoramas?: { id: string; title?: string; asset?: string; filename?: string }[];
  [field: string]: unknown;
}

export interface PublishedVersion {
  version: string;
  published_at: string;
  published_by?: { name: string } | string | null;
  withdrawn_at: string | null;
  reason?: string | null;
  [field: string]: unknown;
}

const at = (listing: string): string => `listings/${listing}/tour`;

export const tour = (listing: string): Promise<Versioned<Tour>> => ask("GET", at(listing));
export const saveDraft = (listing: string, draft: Draft, etag: string | null): Promise<Versioned<Tour>> =>
  ask("PUT", at(listing), { body: draft, ifMatch: etag });
export const submitTour = (listing: string): Promise<Tour> => post(`${at(listing)}/submit`);
export const approveTour = (listing: string): Promise<Tour> => post(`${at(listing)}/approve`);
export const returnTour = (listing: string, remarks: string): Promise<Tour> =>
  post(`${at(listing)}/return`, { remarks });
export const publishTour = (listing: string): Promise<Tour> => post(`${at(listing)}/publish`);
export const withdrawTour = (listing: string, reason: string): Promise<Tour> =>
  post(`${at(listing)}/withdraw`, { reason });
export const tourVersions = async (listing: string): Promise<PublishedVersion[]> =>
  (await get<Page<PublishedVersion>>(`${at(listing)}/versions`)).items;
export const previewDocument = (listing: string): Promise<Record<string, unknown>> => get(`${at(listing)}/preview.json`);

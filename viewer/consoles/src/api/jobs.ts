/** Background work: what runs, how far it is, why it failed. */
import { get, type Page, post } from "./http.ts";

export type JobState = "queued" | "running" | "done" | "failed" | "cancelled";

export interface Job {
  id: string;
  kind: string;
  subject: string;
  listing: string | null;
  state: JobState;
  attempts: number;
  max_attempts: number;
  not_before: string;
  /** 0–1000. */
  progress: number;
  eta: string | null;
  cancel_requested: boolean;
  reason: { slug: string; args: Record<string, string>; text: string } | null;
  result: unknown;
  created_at: string;
  started_at: string | null;
  finished_at?: string | null;
  position?: number | null;
  /** While photos are stitched: where they look, then a picture of which is shown where. */
  preview?: StitchPreview | null;
}

export interface StitchPreview {
  layout?: {
    placed: { photo: string; attitude: { yaw: number; pitch: number; roll: number } }[];
    overlaps: { a: string; b: string; points: number; misalignment: number }[];
  };
  seams?: string;
}

export interface JobWithLog extends Job {
  log: { at: string; line: string }[];
}

export const jobs = (filter: Record<string, string | null>, cursor: string | number | null): Promise<Page<Job>> =>
  get("jobs", { ...filter, cursor });
export const job = (id: string): Promise<JobWithLog> => get(`jobs/${id}`);
export const retryJob = (id: string): Promise<Job> => post(`jobs/${id}/retry`);
export const cancelJob = (id: string): Promise<Job> => post(`jobs/${id}/cancel`);

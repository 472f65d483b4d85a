/** How often a listing was viewed (docs/statistics.md). Days are calendar days in Shanghai. */
import { address, get } from "./http.ts";

export interface DayFigures {
  day: string;
  listing_views: number;
  tour_views: number;
  embed_views: number;
  /** Told apart within this day only. */
  visitors: number;
  tours_opened: number;
  tour_seconds: number;
}

export interface Totals extends Omit<DayFigures, "day" | "visitors"> {
  views: number;
  /** The visitors of each day, added up. */
  visitor_days: number;
  most_visitors: number;
}

export interface SceneFigures {
  id: string;
  title: string | null;
  is_shown: boolean;
  visits: number;
  seconds: number;
}

export interface Figures {
  from: string;
  to: string;
  counted_since: string | null;
  totals: Totals;
  days: DayFigures[];
  scenes: SceneFigures[];
}

export interface Gaze {
  scene: string;
  /** Seconds of each cell of `@kanfang/shared/gaze.ts`. */
  cells: number[];
  seconds: number;
  coverage: { yaw: [number, number]; pitch: [number, number] } | null;
  /** Address of the picture; none where its file was taken out of the listing. */
  picture: string | null;
}

export interface Period {
  from: string;
  to: string;
}

export const figures = (listing: string, period: Period, signal?: AbortSignal): Promise<Figures> =>
  get(`listings/${listing}/statistics`, { ...period }, signal);
export const gaze = (listing: string, scene: string, signal?: AbortSignal): Promise<Gaze> =>
  get(`listings/${listing}/statistics/gaze/${scene}`, {}, signal);
export const tableAddress = (listing: string, period: Period, rows: "days" | "scenes"): string =>
  address(`listings/${listing}/statistics.csv`, { ...period, rows });

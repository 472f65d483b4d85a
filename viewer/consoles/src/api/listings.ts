/** Listings, rounds, corrections: what the auction part of the server stores. */
import { ask, get, type Page, patch, post, type Versioned } from "./http.ts";

/** Known, or the court says 未查明; null means nobody has stated it yet. */
export type Stated<T> = T | "unknown" | null;

export interface Building {
  community: string | null;
  floor: number | null;
  total_floors: number | null;
  /** Hundredths of a square metre. */
  built_area: Stated<number>;
  inner_area: Stated<number>;
  house_type: string | null;
  orientation: string | null;
  built_year: Stated<number>;
  structure: string | null;
  lift: boolean | null;
  heating: string | null;
  decoration: string | null;
  parking: string | null;
  school: string | null;
}

/** The facts as JSON. Forms reach into it by path, so it is kept open here; the server checks every field. */
export interface Facts {
  kind: string;
  region: string;
  address: string | null;
  building: Partial<Building>;
  [field: string]: unknown;
}

export const KINDS = [
  "residential",
  "commercial",
  "office",
  "industrial",
  "land",
  "parking",
  "vehicle",
  "equipment",
  "other_movable",
  "equity",
  "other_right",
] as const;

export interface Listing {
  id: string;
  short?: string;
  case_number: string;
  title: string;
  facts: Facts;
  agency_id: string | null;
  agency_name?: string | null;
  court_name?: string;
  state?: string | null;
  round_kind?: string | null;
  start_price?: number | null;
  opens_at?: string | null;
  media?: string | null;
  no_media_reason?: string | null;
  updated_at?: string;
  created_at?: string;
  version?: number;
  frozen?: boolean;
  [field: string]: unknown;
}

export interface Terms {
  start_price: number | null;
  deposit: number | null;
  increment: number | null;
  opens_at: string | null;
  closes_at: string | null;
  platform: string | null;
  item_url: string | null;
  payment: string | null;
}

export type RoundKind = "first" | "second" | "sell_off";

export interface Transition {
  at: string;
  from: string;
  to: string;
  reason: string;
  document: string | null;
  by?: string | null;
  actor?: string | null;
}

export interface Round {
  id: string;
  kind: RoundKind;
  state: string;
  terms: Terms;
  final_price?: number | null;
  announced_at?: string | null;
  transitions?: Transition[];
  history?: Transition[];
  version?: number;
  [field: string]: unknown;
}

export interface Violation {
  rule: string;
  law: string;
  version: string;
  article: string;
  zh: string;
  en: string;
  need: string;
  given: string;
}

export interface Correction {
  id: string;
  at: string;
  field: string;
  before: unknown;
  after: unknown;
  reason: string;
  text?: string;
  [field: string]: unknown;
}

export interface HistoryRow {
  at: string;
  action: string;
  actor: string | { name: string } | null;
  detail: unknown;
  [field: string]: unknown;
}

export interface ListingFilter {
  q?: string | null;
  state?: string | null;
  kind?: string | null;
  agency?: string | null;
  media?: string | null;
}

export const listings = (filter: ListingFilter, cursor: string | null, signal?: AbortSignal): Promise<Page<Listing>> =>
  get("listings", { ...filter, cursor }, signal);
export const listing = (id: string, signal?: AbortSignal): Promise<Versioned<Listing>> =>
  ask("GET", `listings/${id}`, signal ? { signal } : {});
export const addListing = (body: Record<string, unknown>): Promise<Listing> => post("listings", body);
export const changeListing = (
  id: string,
  change: Record<string, unknown>,
  etag: string | null,
): Promise<Versioned<Listing>> => patch(`listings/${id}`, change, etag);

export const rounds = async (id: string): Promise<Round[]> => (await get<Page<Round>>(`listings/${id}/rounds`)).items;
export const addRound = (id: string, body: { kind: RoundKind; terms: Partial<Terms> }): Promise<Round> =>
  post(`listings/${id}/rounds`, body);
export const changeRound = (id: string, terms: Terms, etag: string | null): Promise<Versioned<Round>> =>
  patch(`rounds/${id}`, { terms }, etag);

export interface Step {
  to: string;
  reason: string;
  document?: string;
  at?: string;
  final_price?: number;
  reason_ended_at?: string;
}

export const takeStep = (id: string, step: Step): Promise<Round> => post(`rounds/${id}/transitions`, step);

export const corrections = async (id: string): Promise<Correction[]> =>
  (await get<Page<Correction>>(`listings/${id}/corrections`)).items;
export const addCorrection = (id: string, body: Record<string, unknown>): Promise<Correction> =>
  post(`listings/${id}/corrections`, body);
export const history = (id: string, cursor: string | null): Promise<Page<HistoryRow>> =>
  get(`listings/${id}/history`, { cursor });

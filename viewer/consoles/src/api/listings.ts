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
  short: string;
  court_id: string;
  court: string;
  agency_id: string | null;
  title: string;
  case_number: string;
  case_number_typed: string;
  facts: Facts;
  no_media_reason: string | null;
  version: number;
  visibility: "private" | "public" | "gone";
  announced_at: string | null;
  take_down_at: string | null;
  legal_hold: boolean;
  created_at: string;
  updated_at: string;
  /** The latest round, if there is one. */
  round: Round | null;
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

export interface Round {
  id: string;
  listing_id: string;
  number: number;
  kind: RoundKind;
  state: string;
  terms: Terms;
  announced_at: string | null;
  changed_at: string | null;
  final_price: number | null;
  version: number;
  /** Steps that the table knows from here, whoever may take them. */
  next: { to: string; document: boolean }[];
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
  notified: string | null;
  actor_name: string;
}

/** A step that a round took. */
export interface PastStep {
  round_id: string;
  from: string;
  to: string;
  at: string;
  recorded_at: string;
  reason: string;
  document: string | null;
  actor_name: string;
  snapshot_sha256: string | null;
}

export interface ListingFilter {
  q?: string | null;
  state?: string | null;
  kind?: string | null;
}

const ENOUGH = 50;
const MOST_PAGES = 20;

function fits(item: Listing, { state, kind }: ListingFilter): boolean {
  return (!state || item.round?.state === state) && (!kind || item.facts.kind === kind);
}

/** The server searches words; state and kind are looked through here, page after page until there is enough to show. */
export async function listings(
  filter: ListingFilter,
  cursor: string | number | null,
  signal?: AbortSignal,
): Promise<Page<Listing>> {
  const items: Listing[] = [];
  let next = cursor;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const found: Page<Listing> = await get<Page<Listing>>("listings", { q: filter.q, cursor: next }, signal);
    items.push(...found.items.filter((item) => fits(item, filter)));
    next = found.next;
    if (next === null || items.length >= ENOUGH) break;
  }
  return { items, next };
}
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

export const takeStep = (id: string, step: Step): Promise<{ round: Round; warnings: Violation[] }> =>
  post(`rounds/${id}/transitions`, step);

export const corrections = async (id: string): Promise<Correction[]> =>
  (await get<Page<Correction>>(`listings/${id}/corrections`)).items;
export const addCorrection = (id: string, body: Record<string, unknown>): Promise<Correction> =>
  post(`listings/${id}/corrections`, body);
export const history = async (id: string): Promise<PastStep[]> =>
  (await get<Page<PastStep>>(`listings/${id}/history`)).items;

/** A state that the public was shown. */
export interface Snapshot {
  number: number;
  at: string;
  until: string | null;
  step: string;
  actor_name: string;
  hash: string;
  /** Why the public may no longer open it. */
  withheld: string | null;
  /** Where it opens as a page. */
  page: string;
}

export const snapshots = async (id: string): Promise<Snapshot[]> =>
  (await get<Page<Snapshot>>(`listings/${id}/snapshots`)).items;
export const withholdSnapshot = (id: string, number: number, reason: string): Promise<unknown> =>
  post(`listings/${id}/snapshots/${number}/withhold`, { reason });

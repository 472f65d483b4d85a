/** Assets of a listing: originals that the agency uploaded, what they were found to be, and space. */
import { get, type Page, patch, post, remove, type Versioned } from "./http.ts";

export interface Asset {
  id: string;
  listing: string;
  filename: string;
  size: number;
  blake3: string;
  state?: string;
  /** What the file is taken for; null until it was looked at. */
  taken_as: string | null;
  /** Whether a person said so. */
  taken_by_hand?: boolean;
  probe?: Probe | null;
  created_at: string;
  panorama?: string | { id: string } | null;
  [field: string]: unknown;
}

export interface Probe {
  format?: string;
  width?: number;
  height?: number;
  taken_as?: string;
  reasons?: (string | { slug: string; args?: Record<string, string | number>; text?: string })[];
  warnings?: (string | { slug: string; args?: Record<string, string | number>; text?: string })[];
  captured_at?: string | null;
  camera?: string | { make?: string; model?: string } | null;
  [field: string]: unknown;
}

export interface Quota {
  quota_bytes: number;
  used_bytes: number;
}

export interface AssetPage extends Page<Asset> {
  quota?: Quota;
}

export interface KnownAnswer {
  known: { blake3: string; asset: string }[];
}

export const assets = (listing: string, cursor: string | null): Promise<AssetPage> =>
  get(`listings/${listing}/assets`, { cursor });
export const takeAs = (id: string, taken_as: string): Promise<Versioned<Asset>> => patch(`assets/${id}`, { taken_as });
export const removeAsset = (id: string): Promise<void> => remove(`assets/${id}`);
export const knownAssets = (listing: string, hashes: { blake3: string; size: number }[]): Promise<KnownAnswer> =>
  post("assets/known", { listing, hashes });

/** Assets of a listing: originals that the agency uploaded, what they were found to be, and space. */
import { get, type Page, patch, post, remove, type Versioned } from "./http.ts";

/** A reason, a warning or a refusal: a text's name and what stands in it. */
export interface Note {
  slug: string;
  args?: Record<string, string>;
  message?: string;
}

export interface Probe {
  width: number;
  height: number;
  taken_for: string;
  confidence: number;
  reasons: Note[];
  warnings: Note[];
  /** Borders on the sphere, degrees, of what is a panorama. */
  coverage?: { yaw: [number, number]; pitch: [number, number] } | null;
  exif?: { captured_at?: { local: string } | null } | null;
}

export interface Asset {
  id: string;
  listing: string;
  file_name: string;
  media_type: string;
  size: number;
  blake3: string;
  sha256: string;
  state: "waiting" | "ready" | "refused";
  /** What a person said that it is; null while the probe's word holds. */
  taken_as: string | null;
  probe: Probe | null;
  refusal: Note | null;
  thumbnail: string | null;
  /** Of a video, once it is converted. */
  video: { address: string; width: number; height: number; seconds: number; bytes: number; has_sound: boolean } | null;
  /** Of a recording, once it is converted. */
  sound: { address: string; seconds: number; bytes: number } | null;
  uploaded_by: string;
  uploaded_at: string;
  version: number;
}

/** What the file counts as now. */
export function takenFor(asset: Asset): string | null {
  return asset.taken_as ?? asset.probe?.taken_for ?? null;
}

/** Where staff see the small copy of a picture. */
export const pictureOf = (asset: string): string => `/api/v1/assets/${asset}/thumbnail.jpg`;

/** Where staff see a converted video. */
export const videoOf = (asset: string): string => `/api/v1/assets/${asset}/video.mp4`;

/** Where staff hear a converted recording. */
export const soundOf = (asset: string): string => `/api/v1/assets/${asset}/sound.m4a`;

export interface AssetPage extends Page<Asset> {
  quota?: { quota_bytes: number; used_bytes: number };
}

export interface KnownAnswer {
  known: { blake3: string; asset: string }[];
}

export const assets = (listing: string, cursor: string | number | null): Promise<AssetPage> =>
  get(`listings/${listing}/assets`, { cursor });
export const asset = (id: string): Promise<Asset> => get(`assets/${id}`);
export const takeAs = (id: string, taken_as: string | null): Promise<Versioned<Asset>> =>
  patch(`assets/${id}`, { taken_as });
export const removeAsset = (id: string): Promise<void> => remove(`assets/${id}`);
export const knownAssets = (listing: string, hashes: { blake3: string; size: number }[]): Promise<KnownAnswer> =>
  post("assets/known", { listing, hashes });

/** Every file of a listing, page by page. */
export async function allAssets(listing: string): Promise<Asset[]> {
  const found: Asset[] = [];
  let cursor: string | number | null = null;
  do {
    const page: Awaited<ReturnType<typeof assets>> = await assets(listing, cursor);
    found.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return found;
}

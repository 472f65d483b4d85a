/** Which digest belongs to an address: list 0 holds preview and stills, list k the tiles of level k (docs/proof.md). */
import { panoramaNamed } from "../extras/beside.ts";
import { FACES, type Face } from "../geometry/cube.ts";
import type { Tour } from "../tour/document.ts";

export interface PicturePlace {
  scene: string;
  list: number;
  index: number;
}

/** `/t/<version>` of a published tour; undefined for drafts, which nobody has signed. */
export function baseOf(tour: Tour): string | undefined {
  return /^(\/t\/[^/]+)\//.exec(tour.scenes[0]?.panorama.tiles ?? "")?.[1];
}

/** The picture of a hotspot or of the plan, or the still of a hotspot's video; undefined for anything else. */
export function pictureNamed(base: string, url: string): { kind: "picture" | "video"; id: string } | undefined {
  if (!url.startsWith(`${base}/`)) return undefined;
  const [, kind, id] = /^\/(picture|video)\/([\w-]+)\.jpg$/.exec(url.slice(base.length)) ?? [];
  return kind && id ? { kind: kind as "picture" | "video", id } : undefined;
}

/** The place of a picture of this tour; undefined for anything else. */
export function placeOf(tour: Tour, base: string, url: string): PicturePlace | undefined {
  if (!url.startsWith(`${base}/`)) return undefined;
  const [id = "", ...rest] = url.slice(base.length + 1).split("/");
  const panorama = panoramaNamed(tour, id);
  if (!panorama) return undefined;
  const name = rest.join("/");
  if (name === "preview.jpg") return { scene: id, list: 0, index: 0 };
  const still = /^still\/([frblud])\.jpg$/.exec(name);
  if (still) return { scene: id, list: 0, index: 1 + FACES.indexOf(still[1] as Face) };
  const tile = /^(\d+)\/([frblud])(\d+)_(\d+)$/.exec(name);
  if (!tile) return undefined;
  const [level, row, column] = [Number(tile[1]), Number(tile[3]), Number(tile[4])];
  const across = Math.ceil((panorama.levels[level - 1] ?? 0) / panorama.tile);
  if (row >= across || column >= across) return undefined;
  return { scene: id, list: level, index: (FACES.indexOf(tile[2] as Face) * across + row) * across + column };
}

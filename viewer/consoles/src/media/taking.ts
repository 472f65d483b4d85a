/** The order in which photos were taken. */
import type { Asset } from "../api/media.ts";
import { byName } from "../format.ts";

type Photo = Pick<Asset, "file_name" | "probe">;

/**
 * By the camera's clock where all photos tell it, and by their names. Where photos show too little, the stitcher goes by their
 * order; and the first looks ahead in the panorama.
 */
export function asTaken<T extends Photo>(photos: readonly T[]): T[] {
  const time = ({ probe }: Photo): string => probe?.exif?.captured_at?.local ?? "";
  const known = photos.every((photo) => time(photo) !== "");
  const earlier = (a: T, b: T): number => (known ? Number(time(a) > time(b)) - Number(time(a) < time(b)) : 0);
  return [...photos].sort((a, b) => earlier(a, b) || byName(a.file_name, b.file_name));
}

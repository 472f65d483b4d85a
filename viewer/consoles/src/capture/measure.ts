/**
 * What can be told of a picture at once: how sharp, how bright, what kind, and of a panorama whether it is level and its ends
 * meet. Works on a reduced copy; knows nothing of browsers.
 */
import { blurWidth } from "./sharpness.ts";
import { lean } from "./upright.ts";

/** A picture as numbers: brightness 0–255 row by row. */
export interface Grey {
  width: number;
  height: number;
  values: Uint8Array;
}

export type Kind = "panorama" | "dual_fisheye" | "photo";

export interface Measures {
  kind: Kind;
  /** Width of the sharpest edges, pixels of the reduced picture; null where there are too few edges to tell. */
  blur: number | null;
  /** Middle brightness, 0–255. */
  brightness: number;
  /** Share of the picture that is so bright that nothing is left in it, and so dark. */
  burnt: number;
  black: number;
  /** Degrees that a panorama leans, and to which yaw it leans most; null where nothing upright is to be seen. */
  lean: { angle: number; yaw: number } | null;
  /** How much more the ends of a panorama differ than neighbours inside; 1 is a perfect join. */
  seam: number | null;
}

/** Longest side of the copy that is measured. */
export const REDUCED = { panorama: 3072, photo: 2048 };

/** Brightness (ITU-R BT.601) of RGBA pixels. */
export function greyOf(pixels: Uint8ClampedArray, width: number, height: number): Grey {
  const values = new Uint8Array(width * height);
  for (let index = 0; index < values.length; index += 1) {
    const at = index * 4;
    values[index] =
      (299 * (pixels[at] as number) + 587 * (pixels[at + 1] as number) + 114 * (pixels[at + 2] as number) + 500) / 1000;
  }
  return { width, height, values };
}

export function measure(grey: Grey, saysPanorama: boolean): Measures {
  const kind = kindOf(grey, saysPanorama);
  const inside = kind === "panorama" ? rows(grey, 0.18, 0.82) : grey;
  const light = exposure(kind === "panorama" ? rows(grey, 0.1, 0.9) : grey);
  return {
    kind,
    blur: blurWidth(inside),
    ...light,
    lean: kind === "panorama" ? lean(grey) : null,
    seam: kind === "panorama" ? seam(rows(grey, 0.15, 0.85)) : null,
  };
}

/** Whole rows of a picture, from and to as shares of its height. */
function rows({ width, height, values }: Grey, from: number, to: number): Grey {
  const [first, last] = [Math.floor(height * from), Math.ceil(height * to)];
  return { width, height: last - first, values: values.subarray(first * width, last * width) };
}

function kindOf(grey: Grey, saysPanorama: boolean): Kind {
  const ratio = grey.width / grey.height;
  if (saysPanorama) return "panorama";
  if (ratio < 1.98 || ratio > 2.02) return "photo";
  return hasTwoCircles(grey) ? "dual_fisheye" : "panorama";
}

/** Two lenses side by side leave black where their square halves meet at top and bottom; a panorama is never so there. */
function hasTwoCircles({ width, height, values }: Grey): boolean {
  const edge = Math.max(2, Math.round(height * 0.06));
  const mean = (left: number, top: number): number => {
    let sum = 0;
    for (let y = top; y < top + edge; y += 1)
      for (let x = left; x < left + edge; x += 1) sum += values[y * width + x] as number;
    return sum / (edge * edge);
  };
  const half = Math.floor(width / 2);
  const corners = [0, half - edge, half, width - edge].flatMap((x) => [mean(x, 0), mean(x, height - edge)]);
  const middles = [Math.floor(half / 2), Math.floor(half * 1.5)].map((x) => mean(x, Math.floor(height / 2)));
  return corners.every((corner) => corner < 24) && middles.every((middle) => middle > 30);
}

function exposure({ values }: Grey): { brightness: number; burnt: number; black: number } {
  const histogram = new Uint32Array(256);
  for (const value of values) histogram[value] = (histogram[value] as number) + 1;
  const share = (from: number, to: number): number => {
    let count = 0;
    for (let value = from; value <= to; value += 1) count += histogram[value] as number;
    return count / values.length;
  };
  let [brightness, seen] = [0, 0];
  while (brightness < 255) {
    seen += histogram[brightness] as number;
    if (seen * 2 >= values.length) break;
    brightness += 1;
  }
  return { brightness, burnt: share(250, 255), black: share(0, 10) };
}

/** Differences from the last column to the first, against those between neighbours close to both ends. */
function seam({ width, height, values }: Grey): number {
  const difference = (a: number, b: number): number => {
    let sum = 0;
    for (let y = 0; y < height; y += 1)
      sum += Math.abs((values[y * width + a] as number) - (values[y * width + b] as number));
    return sum / height;
  };
  const usual: number[] = [];
  for (let step = 1; step <= 8; step += 1)
    usual.push(difference(step, step + 1), difference(width - 1 - step, width - 2 - step));
  usual.sort((a, b) => a - b);
  // A grain of noise or compression is no step: below two grey values nothing is told.
  return difference(width - 1, 0) / Math.max(2, usual[usual.length - 3] as number);
}

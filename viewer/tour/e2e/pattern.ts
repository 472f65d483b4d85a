/**
 * The picture of the tests: every direction has its own colour, and some have a white dot. So a look at the screen tells
 * which direction a pixel shows, to a pixel. Scene 1 has the colours turned round.
 */
import { direction, FACES, type Face, type Vector } from "../src/geometry/cube.ts";
import { png } from "./png.ts";

/** Centres of white dots in face coordinates, on every face; none lies on a symmetry of the face. */
export const DOTS: readonly (readonly [number, number])[] = [
  [0.25, 0.4],
  [-0.55, 0.1],
  [0.7, -0.62],
  [-0.2, -0.8],
];
/** Radius in face coordinates. */
export const DOT = 0.02;

export function colourOf(d: Vector, scene: number): [number, number, number] {
  // Not Math.hypot, which is many times slower: this runs for every pixel of every tile.
  const length = Math.sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]) * (scene === 1 ? -1 : 1);
  return [128 + (90 * d[0]) / length, 128 + (90 * d[1]) / length, 128 + (90 * d[2]) / length];
}

function pixel(face: Face, a: number, b: number, scene: number): number {
  for (const [p, q] of DOTS) if ((a - p) * (a - p) + (b - q) * (b - q) < DOT * DOT) return 0xffffff;
  const [red, green, blue] = colourOf(direction(face, a, b), scene);
  return (Math.round(red) << 16) | (Math.round(green) << 8) | Math.round(blue);
}

export function tilePicture(
  edge: number,
  tile: number,
  face: Face,
  row: number,
  column: number,
  scene: number,
): Buffer {
  const [left, top] = [column * tile, row * tile];
  const at = (index: number) => (2 * (index + 0.5)) / edge - 1;
  const [width, height] = [Math.min(tile, edge - left), Math.min(tile, edge - top)];
  return png(width, height, (x, y) => pixel(face, at(left + x), at(top + y), scene));
}

export function previewPicture(edge: number, scene: number): Buffer {
  const at = (index: number) => (2 * (index + 0.5)) / edge - 1;
  return png(edge * 6, edge, (x, y) => pixel(FACES[Math.floor(x / edge)] ?? "f", at(x % edge), at(y), scene));
}

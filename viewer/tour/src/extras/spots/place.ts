/** Where pins and lines are on the screen, and which pins there is room for. Pure. */
import { directionOf, dot, type Vector, wrapDegrees } from "../../geometry/cube.ts";
import { type Camera, type Point, toScreen } from "../../geometry/view.ts";
import type { Direction } from "./read.ts";

/** Parts of a line; more would not be seen. */
const PARTS = 48;

/** Degrees clockwise from a first yaw, 0 to below 360: the order in which one meets things on turning to the right. */
export function bearing(yaw: number, from: number): number {
  return (wrapDegrees(yaw - from) + 360) % 360;
}

/**
 * Points at equal steps on the great circle from one direction to the other, the shorter way (Shoemake, Animating Rotation
 * with Quaternion Curves, 1985, for the weights). Opposite directions have no shortest way: both ends only.
 */
export function arc(from: Direction, to: Direction, parts = PARTS): Vector[] {
  const [a, b] = [directionOf(from.yaw, from.pitch), directionOf(to.yaw, to.pitch)];
  const angle = Math.acos(Math.min(1, Math.max(-1, dot(a, b))));
  const sine = Math.sin(angle);
  if (sine < 1e-9) return [a, b];
  return Array.from({ length: parts + 1 }, (_, i) => {
    const [p, q] = [Math.sin((1 - i / parts) * angle) / sine, Math.sin((i / parts) * angle) / sine];
    return [a[0] * p + b[0] * q, a[1] * p + b[1] * q, a[2] * p + b[2] * q] as const;
  });
}

/** The middle of the line. */
export function middleOf(from: Direction, to: Direction): Vector {
  const points = arc(from, to, 2);
  return points[1] ?? directionOf(from.yaw, from.pitch);
}

/** The line as an SVG path; broken where it passes behind the eye or far outside of the screen. */
export function pathOf(camera: Camera, points: readonly Vector[]): string {
  let path = "";
  let drawing = false;
  for (const point of points) {
    const at = toScreen(camera, point);
    const seen = at && near(at, camera.size, 2 * Math.max(camera.size.width, camera.size.height));
    if (seen) path += `${drawing ? "L" : "M"}${at.x.toFixed(1)} ${at.y.toFixed(1)}`;
    drawing = Boolean(seen);
  }
  return path;
}

export function near(at: Point, size: { width: number; height: number }, margin: number): boolean {
  return at.x > -margin && at.y > -margin && at.x < size.width + margin && at.y < size.height + margin;
}

/**
 * Takes points in order of precedence: each one within `reach` of one taken before joins it, the others stand for
 * themselves. Answers the numbers of those that stand, with the numbers of those that joined them. Linear in time: only
 * the neighbouring fields of a grid are looked at.
 */
export function thinOut(points: readonly Point[], reach: number): Map<number, number[]> {
  const fields = new Map<string, number[]>();
  const groups = new Map<number, number[]>();
  for (const [index, { x, y }] of points.entries()) {
    const [column, row] = [Math.floor(x / reach), Math.floor(y / reach)];
    let found: number | undefined;
    for (let i = -1; i <= 1 && found === undefined; i++)
      for (let j = -1; j <= 1 && found === undefined; j++)
        found = fields.get(`${column + i} ${row + j}`)?.find((other) => {
          const there = points[other] as Point;
          return Math.hypot(there.x - x, there.y - y) < reach;
        });
    if (found !== undefined) {
      groups.get(found)?.push(index);
      continue;
    }
    groups.set(index, []);
    const key = `${column} ${row}`;
    fields.set(key, [...(fields.get(key) ?? []), index]);
  }
  return groups;
}

/**
 * Outlines on the sphere and on the screen. The viewer draws rectilinear pictures in consoles, in which great circles are
 * straight lines: an outline needs its corners only, cut off at what lies behind the eye.
 */
import type { Corner } from "../api/masks.ts";
import type { View } from "../api/tours.ts";
import { wrapYaw } from "../studio/draft.ts";
import {
  type Direction,
  flat,
  inEye,
  type Point,
  RADIANS,
  type Size,
  type Vector,
  vectorOf,
} from "../studio/project.ts";

/** Nothing nearer to the eye's own plane is drawn. */
const NEAR = 0.02;

const direction = ([yaw, pitch]: Corner): Direction => ({ yaw, pitch });

/** Where a corner is on the screen; undefined behind the eye. */
export function cornerOnScreen(corner: Corner, view: View, size: Size): Point | undefined {
  const at = inEye(direction(corner), view);
  return at[2] > NEAR ? flat(at, view, size) : undefined;
}

/** The outline on the screen, closed or as an open line; empty where it lies behind the eye (Sutherland & Hodgman 1974). */
export function outlineOnScreen(corners: Corner[], view: View, size: Size, closed = true): Point[] {
  const eye = corners.map((corner) => inEye(direction(corner), view));
  const cut: Vector[] = [];
  eye.forEach((at, index) => {
    const before = eye[(index + eye.length - 1) % eye.length] as Vector;
    if ((closed || index > 0) && at[2] > NEAR !== before[2] > NEAR) {
      const part = (NEAR - before[2]) / (at[2] - before[2]);
      cut.push([before[0] + part * (at[0] - before[0]), before[1] + part * (at[1] - before[1]), NEAR]);
    }
    if (at[2] > NEAR) cut.push(at);
  });
  return cut.map((at) => flat(at, view, size));
}

/** Whether a point of the screen is inside a closed outline of the screen. */
export function isInside(outline: Point[], at: Point): boolean {
  let inside = false;
  outline.forEach((a, index) => {
    const b = outline[(index + 1) % outline.length] as Point;
    if (a.y > at.y !== b.y > at.y && at.x < a.x + ((at.y - a.y) / (b.y - a.y)) * (b.x - a.x)) inside = !inside;
  });
  return inside;
}

/** Where one has to look to see an outline, and how wide. */
export function viewOf(corners: Corner[]): View {
  const vectors = corners.map((corner) => vectorOf(direction(corner)));
  const sum = vectors.reduce<Vector>((a, b) => [a[0] + b[0], a[1] + b[1], a[2] + b[2]], [0, 0, 0]);
  const length = Math.hypot(...sum) || 1;
  const middle: Vector = [sum[0] / length, sum[1] / length, sum[2] / length];
  const reach = Math.max(
    ...vectors.map(
      ([x, y, z]) => Math.acos(Math.min(1, Math.max(-1, x * middle[0] + y * middle[1] + z * middle[2]))) / RADIANS,
    ),
  );
  return {
    yaw: Math.atan2(middle[0], middle[2]) / RADIANS,
    pitch: Math.asin(Math.min(1, Math.max(-1, middle[1]))) / RADIANS,
    hfov: Math.min(95, Math.max(30, reach * 4)),
  };
}

/** Yaw in [−180, 180], pitch in [−90, 90], to the thousandth of a degree as the server keeps it. */
export function tidy(yaw: number, pitch: number): Corner {
  const thousandth = (value: number): number => Math.round(value * 1000) / 1000;
  return [thousandth(wrapYaw(yaw)), thousandth(Math.max(-90, Math.min(90, pitch)))];
}

/** Where pins and lines are on the screen, and which pins there is room for. Pure. */
import { type Vector, wrapDegrees } from "../../geometry/cube.ts";
import { type Camera, type Point, toScreen } from "../../geometry/view.ts";

/** Degrees clockwise from a first yaw, 0 to below 360: the order in which one meets things on turning to the right. */
export function bearing(yaw: number, from: number): number {
  return (wrapDegrees(yaw - from) + 360) % 360;
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

/** The line's ends as dots: paths without length, drawn by their round caps. */
export function endsOf(camera: Camera, points: readonly Vector[]): string {
  const ends = [points[0], points[points.length - 1]].map((point) => point && toScreen(camera, point));
  return ends.map((at) => (at ? `M${at.x.toFixed(1)} ${at.y.toFixed(1)}h.01` : "")).join("");
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

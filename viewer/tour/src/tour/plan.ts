/** The floor plan in `tour.json`: rooms as outlines in metres. A plan that cannot be read is left out; the tour goes on without it. */
import { wrapDegrees } from "../geometry/cube.ts";

/** Metres; x to the right, y up on the plan. */
export type Place = readonly [x: number, y: number];

export interface Room {
  title: string;
  outline: readonly Place[];
}

export interface Plan {
  /** Degrees from the plan's up to north, clockwise. */
  north: number;
  rooms: readonly Room[];
}

export function readPlan(value: unknown): Plan | null {
  const json = (value ?? {}) as { north?: unknown; rooms?: unknown };
  if (!Array.isArray(json.rooms)) return null;
  const rooms = json.rooms.flatMap((room: { title?: unknown; outline?: unknown } | null) => {
    const corners = Array.isArray(room?.outline) ? room.outline.map(readPlace) : [];
    const outline = corners.filter((corner) => corner !== null);
    return outline.length >= 3 && outline.length === corners.length
      ? [{ title: String(room?.title ?? ""), outline }]
      : [];
  });
  const north = typeof json.north === "number" && Number.isFinite(json.north) ? json.north : 0;
  return rooms.length > 0 ? { north, rooms } : null;
}

export function readPlace(value: unknown): Place | null {
  if (!Array.isArray(value) || value.length !== 2) return null;
  const [x, y] = value;
  return Number.isFinite(x) && Number.isFinite(y) ? [x, y] : null;
}

/** Degrees clockwise from the plan's up in which one looks; null where the scene does not know its north. */
export function bearingOn(plan: Plan, northYaw: number | null, yaw: number): number | null {
  return northYaw === null ? null : wrapDegrees(yaw - northYaw + plan.north);
}

/** The smallest rectangle around everything: left, bottom, right, top. */
export function boundsOf(plan: Plan, places: readonly Place[]): readonly [number, number, number, number] {
  const all = [...plan.rooms.flatMap(({ outline }) => outline), ...places];
  const [xs, ys] = [all.map(([x]) => x), all.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

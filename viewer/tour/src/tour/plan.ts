/** The floor plan in `tour.json`: rooms as outlines in metres, a picture below them. A plan that cannot be read is left out; the tour goes on without it. */
import { radians, wrapDegrees } from "../geometry/cube.ts";

/** Metres; x to the right, y up on the plan. */
export type Place = readonly [x: number, y: number];

export interface Room {
  title: string;
  outline: readonly Place[];
}

/** A drawing of the flat, laid below the rooms. */
export interface PlanPicture {
  address: string;
  middle: Place;
  /** Metres before it is turned: width, height. */
  size: Place;
  /** Degrees clockwise about its middle. */
  turn: number;
  /** In how many places something is hidden in it. */
  masked: number;
}

export interface Plan {
  /** Degrees from the plan's up to north, clockwise. */
  north: number;
  rooms: readonly Room[];
  picture: PlanPicture | null;
}

export function readPlan(value: unknown): Plan | null {
  const json = (value ?? {}) as { north?: unknown; rooms?: unknown; picture?: unknown };
  if (!Array.isArray(json.rooms)) return null;
  const rooms = json.rooms.flatMap((room: { title?: unknown; outline?: unknown } | null) => {
    const corners = Array.isArray(room?.outline) ? room.outline.map(readPlace) : [];
    const outline = corners.filter((corner) => corner !== null);
    return outline.length >= 3 && outline.length === corners.length
      ? [{ title: String(room?.title ?? ""), outline }]
      : [];
  });
  const north = typeof json.north === "number" && Number.isFinite(json.north) ? json.north : 0;
  const picture = readPicture(json.picture);
  return rooms.length > 0 || picture ? { north, rooms, picture } : null;
}

function readPicture(value: unknown): PlanPicture | null {
  const json = (value ?? {}) as Record<keyof PlanPicture, unknown>;
  const { address, turn } = json;
  const [middle, size] = [readPlace(json.middle), readPlace(json.size)];
  // Pictures come from the court's own server, whatever the document says.
  if (typeof address !== "string" || !/^\/(?![/\\\s])/.test(address)) return null;
  if (!middle || !size?.every((side) => side > 0)) return null;
  const masked = typeof json.masked === "number" && json.masked > 0 ? Math.floor(json.masked) : 0;
  return { address, middle, size, masked, turn: typeof turn === "number" && Number.isFinite(turn) ? turn : 0 };
}

/** Where the corners of the picture lie on the plan. */
export function cornersOf({ middle: [x, y], size: [width, height], turn }: PlanPicture): Place[] {
  const [sine, cosine] = [Math.sin(radians(turn)), Math.cos(radians(turn))];
  return [-1, 1].flatMap((right) =>
    [-1, 1].map((up): Place => {
      const [dx, dy] = [(right * width) / 2, (up * height) / 2];
      return [x + dx * cosine + dy * sine, y - dx * sine + dy * cosine];
    }),
  );
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
  const corners = plan.picture ? cornersOf(plan.picture) : [];
  const all = [...plan.rooms.flatMap(({ outline }) => outline), ...corners, ...places];
  const [xs, ys] = [all.map(([x]) => x), all.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

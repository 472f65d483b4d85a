/** The floor plan and everything that can be done to it. Pure; metres, x to the right, y up. */
import type { DraftPlan, Place, PlanPicture, PlanRoom } from "../../api/tours.ts";

/** Corners come to rest on multiples of this, metres. */
const GRID = 0.05;
/** Within this they are drawn to the lines of other corners instead, metres. */
const REACH = 0.12;
/** Thinner rooms are slips of the hand, metres. */
const LEAST = 0.3;
export const MOST_CORNERS = 200;

export const EMPTY: DraftPlan = { north: 0, rooms: [] };

const onGrid = (metres: number): number => Math.round(Math.round(metres / GRID) * GRID * 100) / 100;

/** Area of a polygon without crossings, square metres (Gauss's area formula). */
export function areaOf(outline: readonly Place[]): number {
  return Math.abs(signedArea(outline));
}

function signedArea(outline: readonly Place[]): number {
  let twice = 0;
  outline.forEach(([x, y], index) => {
    const [nextX, nextY] = outline[(index + 1) % outline.length] as Place;
    twice += x * nextY - nextX * y;
  });
  return twice / 2;
}

/** Where a room's name is written: its centre of area; of one without area, the mean of its corners. */
export function middleOf(outline: readonly Place[]): Place {
  const area = signedArea(outline);
  if (Math.abs(area) < 1e-6) {
    const sum = outline.reduce(([a, b], [x, y]) => [a + x, b + y] as Place, [0, 0] as Place);
    return [sum[0] / outline.length, sum[1] / outline.length];
  }
  let [middleX, middleY] = [0, 0];
  outline.forEach(([x, y], index) => {
    const [nextX, nextY] = outline[(index + 1) % outline.length] as Place;
    const cross = x * nextY - nextX * y;
    middleX += (x + nextX) * cross;
    middleY += (y + nextY) * cross;
  });
  return [middleX / (6 * area), middleY / (6 * area)];
}

/** The place on the grid, or on the lines of corners of other rooms that are near. */
export function snapped([x, y]: Place, others: readonly PlanRoom[]): Place {
  const corners = others.flatMap((room) => room.outline);
  const near = (value: number, axis: 0 | 1): number => {
    let best = onGrid(value);
    let reach = REACH;
    for (const corner of corners) {
      const off = Math.abs(corner[axis] - value);
      if (off < reach) [best, reach] = [corner[axis], off];
    }
    return best;
  };
  return [near(x, 0), near(y, 1)];
}

/** A room with right angles between two opposite corners; none where it would be a sliver. */
export function rectangle([ax, ay]: Place, [bx, by]: Place): Place[] | undefined {
  const [left, right] = [Math.min(ax, bx), Math.max(ax, bx)];
  const [bottom, top] = [Math.min(ay, by), Math.max(ay, by)];
  if (right - left < LEAST || top - bottom < LEAST) return undefined;
  return [
    [left, bottom],
    [right, bottom],
    [right, top],
    [left, top],
  ];
}

function onRoom(plan: DraftPlan, index: number, change: (room: PlanRoom) => PlanRoom): DraftPlan {
  return { ...plan, rooms: plan.rooms.map((room, at) => (at === index ? change(room) : room)) };
}

export function withRoom(plan: DraftPlan, title: string, outline: Place[]): DraftPlan {
  return { ...plan, rooms: [...plan.rooms, { title, outline }] };
}

export function withoutRoom(plan: DraftPlan, index: number): DraftPlan {
  return { ...plan, rooms: plan.rooms.filter((_, at) => at !== index) };
}

export function renamed(plan: DraftPlan, index: number, title: string): DraftPlan {
  return onRoom(plan, index, (room) => ({ ...room, title }));
}

/** The room moved so that its first corner comes to rest well. */
export function movedRoom(plan: DraftPlan, index: number, [dx, dy]: Place): DraftPlan {
  const room = plan.rooms[index];
  const first = room?.outline[0];
  if (!room || !first) return plan;
  const [x, y] = snapped(
    [first[0] + dx, first[1] + dy],
    plan.rooms.filter((_, at) => at !== index),
  );
  const by: Place = [x - first[0], y - first[1]];
  return onRoom(plan, index, (one) => ({
    ...one,
    outline: one.outline.map(([a, b]) => [rounded(a + by[0]), rounded(b + by[1])]),
  }));
}

export function movedCorner(plan: DraftPlan, index: number, corner: number, to: Place): DraftPlan {
  const place = snapped(
    to,
    plan.rooms.filter((_, at) => at !== index),
  );
  return onRoom(plan, index, (room) => ({
    ...room,
    outline: room.outline.map((one, at) => (at === corner ? place : one)),
  }));
}

/** A new corner halfway to the next one. */
export function withCorner(plan: DraftPlan, index: number, after: number): DraftPlan {
  return onRoom(plan, index, (room) => {
    const [a, b] = [room.outline[after], room.outline[(after + 1) % room.outline.length]];
    if (!a || !b || room.outline.length >= MOST_CORNERS) return room;
    const middle: Place = [rounded((a[0] + b[0]) / 2), rounded((a[1] + b[1]) / 2)];
    return { ...room, outline: [...room.outline.slice(0, after + 1), middle, ...room.outline.slice(after + 1)] };
  });
}

/** Without that corner; a triangle keeps all of its own. */
export function withoutCorner(plan: DraftPlan, index: number, corner: number): DraftPlan {
  return onRoom(plan, index, (room) =>
    room.outline.length <= 3 ? room : { ...room, outline: room.outline.filter((_, at) => at !== corner) },
  );
}

export function rounded(metres: number): number {
  return Math.round(metres * 100) / 100;
}

/** Sides that a picture of a plan may have, metres. */
const SIDES = [0.5, 2_000] as const;

export function withPicture(plan: DraftPlan, picture: PlanPicture | null): DraftPlan {
  const { picture: _, ...rest } = plan;
  return picture ? { ...rest, picture } : rest;
}

/** A new picture: over what is drawn already, else ten metres wide from the origin. `shape`: height over width. */
export function laidBelow(plan: DraftPlan, places: readonly Place[], asset: string, shape: number): PlanPicture {
  const isDrawn = plan.rooms.length > 0 || places.length > 0;
  const [left, bottom, width, height] = sightOf(withPicture(plan, null), places);
  const fits = isDrawn ? Math.min(width - 2, (height - 2) / shape) : 10;
  const middle: Place = isDrawn ? [left + width / 2, bottom + height / 2] : [fits / 2, (fits * shape) / 2];
  return {
    asset,
    middle: [rounded(middle[0]), rounded(middle[1])],
    size: sized(fits, shape),
    turn: 0,
    shown: true,
  };
}

/** As wide as that, in its own shape; within what the server takes. */
function sized(width: number, shape: number): Place {
  const [least, most] = [SIDES[0] * Math.max(1, 1 / shape), SIDES[1] * Math.min(1, 1 / shape)];
  const wide = Math.min(most, Math.max(least, width));
  const across = Math.round(wide * 1000) / 1000;
  // The height has more digits, so that its shape is the picture's however often it is made larger or smaller.
  return [across, Math.round(across * shape * 1e6) / 1e6];
}

export function movedPicture(picture: PlanPicture, [dx, dy]: Place): PlanPicture {
  return { ...picture, middle: [rounded(picture.middle[0] + dx), rounded(picture.middle[1] + dy)] };
}

/** Another width; its middle stays. */
export function widened(picture: PlanPicture, width: number): PlanPicture {
  return { ...picture, size: sized(width, picture.size[1] / picture.size[0]) };
}

/** So large that what is seen from `a` to `b` is `metres` long; `a` stays where it is. */
export function scaled(picture: PlanPicture, a: Place, b: Place, metres: number): PlanPicture {
  const apart = Math.hypot(b[0] - a[0], b[1] - a[1]);
  if (apart < 1e-6 || !(metres > 0)) return picture;
  const size = sized((picture.size[0] * metres) / apart, picture.size[1] / picture.size[0]);
  const by = size[0] / picture.size[0];
  const along = (axis: 0 | 1): number => rounded(a[axis] + (picture.middle[axis] - a[axis]) * by);
  return { ...picture, size, middle: [along(0), along(1)] };
}

/** Where its corners lie. */
export function cornersOf({ middle, size, turn }: PlanPicture): Place[] {
  const [sine, cosine] = [Math.sin((turn * Math.PI) / 180), Math.cos((turn * Math.PI) / 180)];
  return [-0.5, 0.5].flatMap((right) =>
    [-0.5, 0.5].map((up): Place => {
      const [dx, dy] = [right * size[0], up * size[1]];
      return [middle[0] + dx * cosine + dy * sine, middle[1] - dx * sine + dy * cosine];
    }),
  );
}

/** What is shown: everything drawn and a metre around it, no less than 10 by 8 metres. Left, bottom, width, height. */
export function sightOf(plan: DraftPlan, places: readonly Place[]): [number, number, number, number] {
  const corners = plan.picture ? cornersOf(plan.picture) : [];
  const all = [...plan.rooms.flatMap((room) => room.outline), ...corners, ...places];
  const [xs, ys] = [all.map(([x]) => x), all.map(([, y]) => y)];
  const [left, right] = all.length > 0 ? [Math.min(...xs), Math.max(...xs)] : [0, 8];
  const [bottom, top] = all.length > 0 ? [Math.min(...ys), Math.max(...ys)] : [0, 6];
  const [width, height] = [Math.max(10, right - left + 2), Math.max(8, top - bottom + 2)];
  return [(left + right - width) / 2, (bottom + top - height) / 2, width, height];
}

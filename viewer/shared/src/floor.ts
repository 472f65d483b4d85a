/**
 * Lengths on a level floor, from the directions in which a camera of known height sees two points: what the server's
 * `geometry::floor` computes, which says how. `tests/vectors/hotspots.json` keeps both alike. Degrees and metres.
 */

export interface Direction {
  yaw: number;
  pitch: number;
}

export interface Length {
  length: number;
  /** Root of the sum of squares of what each cause may shift it by. */
  error: number;
}

/** How well a direction is known: the picture is levelled, and pressed, to half a degree. */
export const POINTING = 0.5;
/** Above this pitch a point is too far away for its distance to be known. */
export const HIGHEST = -5;

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** The distance of two points of the floor; null where one is none of the floor, or the height is no height. */
export function floorLength(from: Direction, to: Direction, height: number, heightError: number): Length | null {
  const usable = ({ yaw, pitch }: Direction) => Number.isFinite(yaw) && pitch <= HIGHEST && pitch >= -90;
  const known = Number.isFinite(height) && height > 0 && Number.isFinite(heightError) && heightError >= 0;
  if (!usable(from) || !usable(to) || !known) return null;
  const [a, b] = [foot(from, height), foot(to, height)];
  const [x, z] = [b.x - a.x, b.z - a.z];
  const length = Math.hypot(x, z);
  if (length <= 0) return null;
  const along = [x / length, z / length] as const;
  const squares = ((length * heightError) / height) ** 2 + shift(a, along) + shift(b, along);
  return { length, error: Math.sqrt(squares) };
}

interface Foot {
  x: number;
  z: number;
  yaw: number;
  outwards: number;
  sideways: number;
}

function foot({ yaw, pitch }: Direction, height: number): Foot {
  const [turn, down, pointing] = [radians(yaw), radians(-pitch), radians(POINTING)];
  const away = (height * Math.cos(down)) / Math.sin(down);
  return {
    x: away * Math.sin(turn),
    z: away * Math.cos(turn),
    yaw: turn,
    outwards: (height / Math.sin(down) ** 2) * pointing,
    sideways: away * pointing,
  };
}

function shift({ yaw, outwards, sideways }: Foot, [x, z]: readonly [number, number]): number {
  const out = (x * Math.sin(yaw) + z * Math.cos(yaw)) * outwards;
  const side = (x * Math.cos(yaw) - z * Math.sin(yaw)) * sideways;
  return out * out + side * side;
}

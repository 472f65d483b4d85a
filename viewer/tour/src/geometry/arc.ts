/** Straight lines as one sees them from within the sphere: parts of great circles. Pure. */
import { directionOf, dot, type Vector } from "./cube.ts";

/** Parts of a line; more would not be seen. */
const PARTS = 48;

interface Direction {
  yaw: number;
  pitch: number;
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

/**
 * The six cube faces: which direction a point of a face looks at, and back. The convention is that of
 * docs/contract.md (Pannellum's multires), which is also OpenGL's order of cube map faces turned into `f r b l u d`.
 * Pure; knows nothing of pixels, tiles or the screen.
 */

export type Face = "f" | "r" | "b" | "l" | "u" | "d";
export type Vector = readonly [x: number, y: number, z: number];

/** The order in which files, previews and packs list the faces. */
export const FACES: readonly Face[] = ["f", "r", "b", "l", "u", "d"];

/** Columns: what `a`, `b` and 1 of a face point (a, b, 1) add to x, y, z. x right, y up, z forward. */
export const FACE_BASIS: Readonly<Record<Face, readonly [a: Vector, b: Vector, one: Vector]>> = {
  f: [[1, 0, 0], [0, -1, 0], [0, 0, 1]], // biome-ignore format: one face, one line
  r: [[0, 0, -1], [0, -1, 0], [1, 0, 0]], // biome-ignore format: one face, one line
  b: [[-1, 0, 0], [0, -1, 0], [0, 0, -1]], // biome-ignore format: one face, one line
  l: [[0, 0, 1], [0, -1, 0], [-1, 0, 0]], // biome-ignore format: one face, one line
  u: [[1, 0, 0], [0, 0, 1], [0, 1, 0]], // biome-ignore format: one face, one line
  d: [[1, 0, 0], [0, 0, -1], [0, -1, 0]], // biome-ignore format: one face, one line
};

/** Direction of the face point (a, b), both −1 to 1; not normalised: its greatest component is ±1. */
export function direction(face: Face, a: number, b: number): Vector {
  const [ua, ub, one] = FACE_BASIS[face];
  return [ua[0] * a + ub[0] * b + one[0], ua[1] * a + ub[1] * b + one[1], ua[2] * a + ub[2] * b + one[2]];
}

/** The face that a direction meets, and where. Ties on an edge go to the earlier face of `FACES`. */
export function facePoint(d: Vector): { face: Face; a: number; b: number } {
  let best: Face = "f";
  let depth = Number.NEGATIVE_INFINITY;
  for (const face of FACES) {
    const along = dot(d, FACE_BASIS[face][2]);
    if (along > depth) [best, depth] = [face, along];
  }
  const [ua, ub] = FACE_BASIS[best];
  return { face: best, a: dot(d, ua) / depth, b: dot(d, ub) / depth };
}

/** Degrees; yaw right positive in (−180, 180], pitch up positive. */
export function anglesOf(d: Vector): { yaw: number; pitch: number } {
  return { yaw: degrees(Math.atan2(d[0], d[2])), pitch: degrees(Math.atan2(d[1], Math.hypot(d[0], d[2]))) };
}

/** Unit direction of yaw and pitch in degrees. */
export function directionOf(yaw: number, pitch: number): Vector {
  const [y, p] = [radians(yaw), radians(pitch)];
  return [Math.sin(y) * Math.cos(p), Math.sin(p), Math.cos(y) * Math.cos(p)];
}

export function dot(p: Vector, q: Vector): number {
  return p[0] * q[0] + p[1] * q[1] + p[2] * q[2];
}

export function radians(value: number): number {
  return (value * Math.PI) / 180;
}

export function degrees(value: number): number {
  return (value * 180) / Math.PI;
}

/** The same angle in [−180, 180). */
export function wrapDegrees(value: number): number {
  return ((((value + 180) % 360) + 360) % 360) - 180;
}

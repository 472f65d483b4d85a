/**
 * From what WebXR says of an eye to what draws and chooses tiles. WebXR's z points backward, the tour's forward. The picture
 * is as far away as the sky: where the head stands makes no difference to it, only where it looks. Pure.
 */
import { anglesOf, degrees, directionOf, dot, radians, type Vector } from "../../geometry/cube.ts";
import type { Camera } from "../../geometry/view.ts";
import type { XrTransform } from "./xr.ts";

/** Axes of a head, eye or hand in the tour's world, and where it is, in metres. */
export interface Attitude {
  right: Vector;
  up: Vector;
  forward: Vector;
  position: Vector;
}

export interface Eye extends Attitude {
  /** Half angles' tangents of the picture plane; left and down negative. */
  left: number;
  rightward: number;
  down: number;
  upward: number;
}

/** The pose, turned by `turn` degrees to the right about the vertical: so the headset's "ahead" gets a place in the picture. */
export function attitudeOf({ matrix: m }: XrTransform, turn: number): Attitude {
  const column = (at: number, sign: number) =>
    turned([sign * (m[at] ?? 0), sign * (m[at + 1] ?? 0), -sign * (m[at + 2] ?? 0)], turn);
  return { right: column(0, 1), up: column(4, 1), forward: column(8, -1), position: column(12, 1) };
}

export function turned([x, y, z]: Vector, turn: number): Vector {
  const [c, s] = [Math.cos(radians(turn)), Math.sin(radians(turn))];
  return [x * c + z * s, y, z * c - x * s];
}

/** An eye with the frustum of its projection matrix (by columns, as OpenGL has it): it need not be the same on both sides. */
export function eyeOf(transform: XrTransform, projection: ArrayLike<number>, turn: number): Eye {
  const [px, py, sx, sy] = [projection[0] ?? 1, projection[5] ?? 1, projection[8] ?? 0, projection[9] ?? 0];
  return {
    ...attitudeOf(transform, turn),
    left: (sx - 1) / px,
    rightward: (sx + 1) / px,
    down: (sy - 1) / py,
    upward: (sy + 1) / py,
  };
}

/** By columns: takes a direction, or a place as seen from the eye, to clip x and y, and to its depth. */
export function clipOf({ right, up, forward, left, rightward, down, upward }: Eye): number[] {
  const [px, py] = [2 / (rightward - left), 2 / (upward - down)];
  const [sx, sy] = [((rightward + left) / 2) * px, ((upward + down) / 2) * py];
  return [0, 1, 2].flatMap((axis) => {
    const [r, u, f] = [right[axis] ?? 0, up[axis] ?? 0, forward[axis] ?? 0];
    return [px * r - sx * f, py * u - sy * f, f];
  });
}

/**
 * Cameras that see at least what the eyes see, for the choice of tiles: the eye's widest half angle on both sides, at the eye's
 * own pixels. Eyes that look the same way, as in most headsets, mirror each other: their cameras are one.
 */
export function camerasOf(eyes: readonly { eye: Eye; width: number }[]): Camera[] {
  const cameras: Camera[] = [];
  for (const { eye, width } of eyes) {
    const focal = width / (eye.rightward - eye.left);
    const size = {
      width: 2 * focal * Math.max(-eye.left, eye.rightward),
      height: 2 * focal * Math.max(-eye.down, eye.upward),
    };
    const { right, up, forward } = eye;
    const same = cameras.find((camera) => dot(camera.forward, forward) > 1 - 1e-5 && dot(camera.up, up) > 1 - 1e-5);
    if (!same) cameras.push({ right, up, forward, focal, behind: 0, size });
    else {
      same.focal = Math.max(same.focal, focal);
      same.size = { width: Math.max(same.size.width, size.width), height: Math.max(same.size.height, size.height) };
    }
  }
  return cameras;
}

/** Where a head looks; near the poles, where the forward axis tells little, its top or chin tells the yaw. */
export function lookOf({ forward, up }: Attitude): { yaw: number; pitch: number } {
  const { yaw, pitch } = anglesOf(forward);
  if (Math.abs(pitch) < 80) return { yaw, pitch };
  const sign = pitch > 0 ? -1 : 1;
  return { yaw: degrees(Math.atan2(sign * up[0], sign * up[2])), pitch };
}

/** A plate in the picture, facing the eye: its middle, and half its width and height as vectors. */
export interface Plate {
  middle: Vector;
  side: Vector;
  top: Vector;
}

/** `width`, `height`: tangents of the half angles. */
export function plateAt(yaw: number, pitch: number, width: number, height: number): Plate {
  const [y, p] = [radians(yaw), radians(pitch)];
  return {
    middle: directionOf(yaw, pitch),
    side: [Math.cos(y) * width, 0, -Math.sin(y) * width],
    top: [-Math.sin(y) * Math.sin(p) * height, Math.cos(p) * height, -Math.cos(y) * Math.sin(p) * height],
  };
}

/** Where a direction meets a plate, −1 to 1 across and up; undefined where it misses it. */
export function hit(direction: Vector, { middle, side, top }: Plate): { x: number; y: number } | undefined {
  const depth = dot(direction, middle);
  if (depth <= 0) return undefined;
  const x = dot(direction, side) / depth / dot(side, side);
  const y = dot(direction, top) / depth / dot(top, top);
  return Math.abs(x) <= 1 && Math.abs(y) <= 1 ? { x, y } : undefined;
}

/** The plate that a direction meets; where plates lie over each other, the one whose middle is nearer. */
export function pick<T extends { plate: Plate }>(direction: Vector, plates: readonly T[]): T | undefined {
  let best: T | undefined;
  let nearest = Number.POSITIVE_INFINITY;
  for (const one of plates) {
    const at = hit(direction, one.plate);
    if (!at || Math.hypot(at.x, at.y) >= nearest) continue;
    [best, nearest] = [one, Math.hypot(at.x, at.y)];
  }
  return best;
}

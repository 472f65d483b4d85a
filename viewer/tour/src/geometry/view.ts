/**
 * A view: where one looks (yaw, pitch) and how wide (horizontal field of view), drawn in rectilinear projection on a
 * screen. Turns directions into screen points and back, and answers "how must I look so that this direction lies under
 * that point", on which drag, wheel and pinch rest. Screen points are in the pixels of the given size, y downwards.
 */
import { degrees, directionOf, dot, radians, type Vector, wrapDegrees } from "./cube.ts";

/** Degrees; `hfov` is the horizontal field of view. */
export interface View {
  yaw: number;
  pitch: number;
  hfov: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

/** What a panorama lets one see, and how far one may zoom. Degrees. */
export interface Limits {
  yaw: readonly [number, number];
  pitch: readonly [number, number];
  minHfov: number;
  maxHfov: number;
}

export interface Camera {
  right: Vector;
  up: Vector;
  forward: Vector;
  /** Distance of the picture plane in screen pixels. */
  focal: number;
  size: Size;
}

export function focalLength(hfov: number, width: number): number {
  return width / 2 / Math.tan(radians(hfov) / 2);
}

export function hfovOf(focal: number, width: number): number {
  return 2 * degrees(Math.atan(width / 2 / focal));
}

export function vfovOf(hfov: number, size: Size): number {
  return 2 * degrees(Math.atan(size.height / 2 / focalLength(hfov, size.width)));
}

export function cameraOf(view: View, size: Size): Camera {
  const [y, p] = [radians(view.yaw), radians(view.pitch)];
  return {
    right: [Math.cos(y), 0, -Math.sin(y)],
    up: [-Math.sin(y) * Math.sin(p), Math.cos(p), -Math.cos(y) * Math.sin(p)],
    forward: directionOf(view.yaw, view.pitch),
    focal: focalLength(view.hfov, size.width),
    size,
  };
}

/** Where a direction is on the screen; undefined behind the eye. The point may lie off the screen. */
export function toScreen(camera: Camera, d: Vector): Point | undefined {
  const depth = dot(d, camera.forward);
  if (depth <= 1e-6) return undefined;
  return {
    x: camera.size.width / 2 + (camera.focal * dot(d, camera.right)) / depth,
    y: camera.size.height / 2 - (camera.focal * dot(d, camera.up)) / depth,
  };
}

/** The unit direction seen at a screen point. */
export function fromScreen(camera: Camera, at: Point): Vector {
  const [x, y, z] = rayOf(camera.focal, camera.size, at);
  const { right, up, forward } = camera;
  return [
    right[0] * x + up[0] * y + forward[0] * z,
    right[1] * x + up[1] * y + forward[1] * z,
    right[2] * x + up[2] * y + forward[2] * z,
  ];
}

/** Unit ray in the eye's own axes (right, up, forward). */
function rayOf(focal: number, size: Size, at: Point): Vector {
  const [x, y] = [at.x - size.width / 2, size.height / 2 - at.y];
  const length = Math.hypot(x, y, focal);
  return [x / length, y / length, focal / length];
}

/**
 * The view of the given width that shows `target` (unit) at `at`. The eye never rolls, so near the poles no such view may
 * exist: then the nearest pitch is taken. With ray c and pitch p the target's height is c.y·cos p + c.z·sin p
 * = A·sin(p + φ), which gives p; the yaw follows from what is left in the horizontal plane.
 */
export function lookSoThat(target: Vector, at: Point, hfov: number, size: Size): View {
  const c = rayOf(focalLength(hfov, size.width), size, at);
  const amplitude = Math.hypot(c[1], c[2]);
  const phase = Math.atan2(c[1], c[2]);
  const pitch = Math.asin(clamp(target[1] / amplitude, -1, 1)) - phase;
  const turn = Math.atan2(c[0], c[2] * Math.cos(pitch) - c[1] * Math.sin(pitch));
  return { yaw: degrees(Math.atan2(target[0], target[2]) - turn), pitch: degrees(pitch), hfov };
}

/** Limits for a panorama on a screen: no further in than `magnification` screen pixels a texel, no wider than looks natural. */
export function limitsFor(
  coverage: { yaw: readonly [number, number]; pitch: readonly [number, number] },
  face: number,
  size: Size,
  magnification = 2,
): Limits {
  const closest = hfovOf((face / 2) * magnification, size.width);
  const tallest = hfovOf(size.height / 2 / Math.tan(radians(100) / 2), size.width);
  const widest = Math.min(110, tallest, coverage.yaw[1] - coverage.yaw[0]);
  const byHeight = coverage.pitch[1] - coverage.pitch[0];
  const covered = byHeight < 170 ? hfovOf(size.height / 2 / Math.tan(radians(byHeight) / 2), size.width) : 180;
  const maxHfov = Math.max(5, Math.min(widest, covered));
  return { yaw: coverage.yaw, pitch: coverage.pitch, minHfov: Math.min(Math.max(4, closest), maxHfov), maxHfov };
}

/** The nearest view that the limits allow: a partial panorama never shows what was not photographed. */
export function constrain(view: View, limits: Limits, size: Size): View {
  const hfov = clamp(view.hfov, limits.minHfov, limits.maxHfov);
  const halfHeight = vfovOf(hfov, size) / 2;
  const lowest = limits.pitch[0] <= -90 ? -90 : limits.pitch[0] + halfHeight;
  const highest = limits.pitch[1] >= 90 ? 90 : limits.pitch[1] - halfHeight;
  const pitch = lowest > highest ? (lowest + highest) / 2 : clamp(view.pitch, lowest, highest);
  const [west, east] = limits.yaw;
  if (east - west >= 360) return { yaw: wrapDegrees(view.yaw), pitch, hfov };
  const middle = (west + east) / 2;
  const room = Math.max(0, (east - west) / 2 - hfov / 2);
  return { yaw: middle + clamp(wrapDegrees(view.yaw - middle), -room, room), pitch, hfov };
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/**
 * A view: where one looks (yaw, pitch) and how wide (horizontal field of view), drawn on a screen. Up to about 100° the
 * projection is rectilinear. Wider views would be pulled apart at their edges, so the eye steps back from the sphere's
 * centre by `behind` (0 rectilinear … 1 stereographic): a direction at the angle θ from the middle lies at
 * (1 + behind)·sin θ / (behind + cos θ) focal lengths (the azimuthal perspective projections; Snyder, Map Projections,
 * USGS 1395, pp. 169–173). Turns directions into screen points and back, and answers "how must I look so that this direction lies under
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
  /** How far the eye stands behind the sphere's centre, in radii. */
  behind: number;
  size: Size;
}

/** Widest side in degrees that is still drawn rectilinear, and the one at which the projection has become stereographic. */
const FLAT = 100;
const ROUND = 165;

/** Distance of the eye for a view of this width; `tall` is height through width of the screen. */
export function behindOf(hfov: number, tall: number): number {
  if (hfov >= ROUND) return 1;
  const widest = 2 * degrees(Math.atan(Math.tan(radians(hfov) / 2) * Math.max(1, tall)));
  return clamp((widest - FLAT) / (ROUND - FLAT), 0, 1);
}

/** Distance from the middle, in focal lengths, of what is seen at `angle` degrees from it. */
function reach(angle: number, behind: number): number {
  return ((1 + behind) * Math.sin(radians(angle))) / (behind + Math.cos(radians(angle)));
}

export function focalLength(hfov: number, size: Size): number {
  return size.width / 2 / reach(hfov / 2, behindOf(hfov, size.height / size.width));
}

/** The horizontal field of view with this focal length: by bisection, for the projection changes with it. */
export function hfovOf(focal: number, size: Size): number {
  const flat = 2 * degrees(Math.atan(size.width / 2 / focal));
  if (behindOf(flat, size.height / size.width) === 0) return flat;
  let [low, high] = [1, 300];
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (focalLength(middle, size) > focal) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

export function vfovOf(hfov: number, size: Size): number {
  const camera = { focal: focalLength(hfov, size), behind: behindOf(hfov, size.height / size.width), size };
  return 2 * degrees(Math.acos(rayOf(camera, { x: size.width / 2, y: 0 })[2]));
}

export function cameraOf(view: View, size: Size): Camera {
  const [y, p] = [radians(view.yaw), radians(view.pitch)];
  return {
    right: [Math.cos(y), 0, -Math.sin(y)],
    up: [-Math.sin(y) * Math.sin(p), Math.cos(p), -Math.cos(y) * Math.sin(p)],
    forward: directionOf(view.yaw, view.pitch),
    focal: focalLength(view.hfov, size),
    behind: behindOf(view.hfov, size.height / size.width),
    size,
  };
}

/** Where a direction (of any length) is on the screen; undefined behind the eye. The point may lie off the screen. */
export function toScreen(camera: Camera, d: Vector): Point | undefined {
  const { behind } = camera;
  const depth = (dot(d, camera.forward) + behind * Math.hypot(...d)) / (1 + behind);
  if (depth <= 1e-6) return undefined;
  return {
    x: camera.size.width / 2 + (camera.focal * dot(d, camera.right)) / depth,
    y: camera.size.height / 2 - (camera.focal * dot(d, camera.up)) / depth,
  };
}

/** The unit direction seen at a screen point. */
export function fromScreen(camera: Camera, at: Point): Vector {
  const [x, y, z] = rayOf(camera, at);
  const { right, up, forward } = camera;
  return [
    right[0] * x + up[0] * y + forward[0] * z,
    right[1] * x + up[1] * y + forward[1] * z,
    right[2] * x + up[2] * y + forward[2] * z,
  ];
}

/**
 * Unit ray in the eye's own axes (right, up, forward). At ρ = distance from the middle through (1 + behind) focal lengths,
 * cos θ solves ρ² (behind + cos θ)² = 1 − cos² θ. Points outside of the sphere's picture give its rim.
 */
function rayOf({ focal, behind, size }: Pick<Camera, "focal" | "behind" | "size">, at: Point): Vector {
  const scale = focal * (1 + behind);
  const [x, y] = [(at.x - size.width / 2) / scale, (size.height / 2 - at.y) / scale];
  const k = x * x + y * y;
  const root = Math.sqrt(Math.max(0, k * k * behind * behind - (k + 1) * (k * behind * behind - 1)));
  const z = (root - k * behind) / (k + 1);
  const [a, b] = [x * (z + behind), y * (z + behind)];
  const length = Math.hypot(a, b, z);
  return [a / length, b / length, z / length];
}

/**
 * The view of the given width that shows `target` (unit) at `at`. The eye never rolls, so near the poles no such view may
 * exist: then the nearest pitch is taken. With ray c and pitch p the target's height is c.y·cos p + c.z·sin p
 * = A·sin(p + φ), which gives p; the yaw follows from what is left in the horizontal plane.
 */
export function lookSoThat(target: Vector, at: Point, hfov: number, size: Size): View {
  const c = rayOf({ focal: focalLength(hfov, size), behind: behindOf(hfov, size.height / size.width), size }, at);
  const amplitude = Math.hypot(c[1], c[2]);
  const phase = Math.atan2(c[1], c[2]);
  const pitch = Math.asin(clamp(target[1] / amplitude, -1, 1)) - phase;
  const turn = Math.atan2(c[0], c[2] * Math.cos(pitch) - c[1] * Math.sin(pitch));
  return { yaw: degrees(Math.atan2(target[0], target[2]) - turn), pitch: degrees(pitch), hfov };
}

/** Widest views in degrees, across and up. */
const WIDEST = { hfov: 140, vfov: 150 };

/**
 * Limits for a panorama on a screen: no further in than two screen pixels a texel, no wider than looks natural; without
 * `wide` no wider than a rectilinear picture.
 */
export function limitsFor(
  coverage: { yaw: readonly [number, number]; pitch: readonly [number, number] },
  face: number,
  size: Size,
  wide: boolean,
): Limits {
  const closest = hfovOf(face, size);
  const byHeight = coverage.pitch[1] - coverage.pitch[0];
  const widest = wide ? WIDEST : { hfov: FLAT, vfov: FLAT };
  const tallest = widestFor(Math.min(byHeight, widest.vfov), size);
  const maxHfov = Math.max(5, Math.min(widest.hfov, tallest, coverage.yaw[1] - coverage.yaw[0]));
  return { yaw: coverage.yaw, pitch: coverage.pitch, minHfov: Math.min(Math.max(4, closest), maxHfov), maxHfov };
}

/** The widest view that a scene opens with: as far as straight lines look straight, whatever the shape of the screen. */
export function naturalHfov(size: Size): number {
  return Math.min(110, hfovOf(size.height / 2 / Math.tan(radians(FLAT) / 2), size));
}

/** The horizontal field of view at which `vfov` fits the height of the screen. */
function widestFor(vfov: number, size: Size): number {
  let [low, high] = [1, 179];
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (vfovOf(middle, size) < vfov) low = middle;
    else high = middle;
  }
  return low;
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

/** Where a direction is on the screen, for what is laid over the picture: rectilinear projection, x right, y down. */
import type { View } from "../api/tours.ts";

export interface Direction {
  yaw: number;
  pitch: number;
}
export interface Size {
  width: number;
  height: number;
}
export interface Point {
  x: number;
  y: number;
}
export type Vector = [number, number, number];

export const RADIANS = Math.PI / 180;

/** Right, up, ahead for one who looks along yaw 0, pitch 0. */
export function vectorOf({ yaw, pitch }: Direction): Vector {
  const [turn, up] = [yaw * RADIANS, pitch * RADIANS];
  return [Math.cos(up) * Math.sin(turn), Math.sin(up), Math.cos(up) * Math.cos(turn)];
}

/** In the eye's own axes: right, up, ahead. */
export function inEye({ yaw, pitch }: Direction, view: View): Vector {
  const [x, up, z] = vectorOf({ yaw: yaw - view.yaw, pitch });
  const [sine, cosine] = [Math.sin(view.pitch * RADIANS), Math.cos(view.pitch * RADIANS)];
  return [x, up * cosine - z * sine, up * sine + z * cosine];
}

/** On the picture plane; what lies behind the eye must not come here. */
export function flat([x, y, z]: Vector, view: View, size: Size): Point {
  const focal = size.width / 2 / Math.tan((view.hfov * RADIANS) / 2);
  return { x: size.width / 2 + (focal * x) / z, y: size.height / 2 - (focal * y) / z };
}

/** Null when it is behind the eye or far outside. */
export function onScreen(direction: Direction, view: View, size: Size): Point | null {
  const eye = inEye(direction, view);
  if (eye[2] <= 0.01) return null;
  const { x, y } = flat(eye, view, size);
  const out = x < -60 || y < -60 || x > size.width + 60 || y > size.height + 60;
  return out ? null : { x, y };
}

/** The direction that is seen at a point of the screen: the inverse of `flat`. Yaw in (−180, 180]. */
export function through(point: Point, view: View, size: Size): Direction {
  const focal = size.width / 2 / Math.tan((view.hfov * RADIANS) / 2);
  const [x, y] = [(point.x - size.width / 2) / focal, (size.height / 2 - point.y) / focal];
  const [sine, cosine] = [Math.sin(view.pitch * RADIANS), Math.cos(view.pitch * RADIANS)];
  // From the eye's axes back: up and ahead turn by the pitch.
  const [up, ahead] = [y * cosine + sine, cosine - y * sine];
  const yaw = view.yaw + Math.atan2(x, ahead) / RADIANS;
  const turned = ((((yaw + 180) % 360) + 360) % 360) - 180;
  return { yaw: turned, pitch: Math.asin(up / Math.hypot(x, y, 1)) / RADIANS };
}

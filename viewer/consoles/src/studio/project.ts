/** Where a direction is on the screen, for markers laid over the picture: rectilinear projection, x right, y down. */
import type { View } from "../api/tours.ts";

const RADIANS = Math.PI / 180;

/** Null when it is behind the eye or far outside. */
export function onScreen(
  direction: { yaw: number; pitch: number },
  view: View,
  size: { width: number; height: number },
): { x: number; y: number } | null {
  const turn = (direction.yaw - view.yaw) * RADIANS;
  const [up, tilt] = [direction.pitch * RADIANS, view.pitch * RADIANS];
  const [x, y, z] = [Math.cos(up) * Math.sin(turn), Math.sin(up), Math.cos(up) * Math.cos(turn)];
  const depth = y * Math.sin(tilt) + z * Math.cos(tilt);
  if (depth <= 0.01) return null;
  const height = y * Math.cos(tilt) - z * Math.sin(tilt);
  const focal = size.width / 2 / Math.tan((view.hfov * RADIANS) / 2);
  const [px, py] = [size.width / 2 + (focal * x) / depth, size.height / 2 - (focal * height) / depth];
  const out = px < -60 || py < -60 || px > size.width + 60 || py > size.height + 60;
  return out ? null : { x: px, y: py };
}

/** Which way one looks on arriving through a link: onward, as somebody who has just walked in. Pure. */
import { wrapDegrees } from "../geometry/cube.ts";
import type { View } from "../geometry/view.ts";
import type { Link, Scene } from "./document.ts";

/**
 * With north known in both scenes the heading stays the same. Else the link that leads back tells where one came from,
 * and one looks the other way. Else the scene's own first view.
 */
export function arrivalOf(from: Scene, link: Link, to: Scene, view: View): Partial<View> {
  if (from.northYaw !== null && to.northYaw !== null)
    return { yaw: wrapDegrees(view.yaw - from.northYaw + to.northYaw), pitch: 0, hfov: view.hfov };
  const back = to.links.find((other) => other.target === from.id && from.id !== link.target);
  return back ? { yaw: wrapDegrees(back.yaw + 180), pitch: 0, hfov: view.hfov } : {};
}

/** The picture of another day that a scene may have (`otherDay` in tour.json). */
import type { Scene } from "../../tour/document.ts";
import { besideOf, objectOf } from "../beside.ts";

/** As a scene of its own, without ways and marks; undefined where there is none. */
export function otherDayOf(scene: Scene): Scene | undefined {
  const other = besideOf(scene, "otherDay");
  const day = objectOf(scene.otherDay)?.capturedAt;
  return other && { ...other, capturedAt: typeof day === "string" ? day : null };
}

/**
 * Degrees: what lies at the yaw y in the scene's panorama lies at y + this in the other. Read anew for each frame, so that the
 * studio can turn the one against the other while it is seen.
 */
export function yawOffsetOf(scene: Scene): number {
  const offset = objectOf(scene.otherDay)?.yawOffset;
  return typeof offset === "number" && Number.isFinite(offset) ? offset : 0;
}

/** Whether the other day lies before the scene's own; where a date is missing it is taken to. */
export function isEarlier(scene: Scene, other: Scene): boolean {
  return !scene.capturedAt || !other.capturedAt || other.capturedAt <= scene.capturedAt;
}

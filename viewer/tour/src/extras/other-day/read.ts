/** The picture of another day that a scene may have (`otherDay` in tour.json), checked on reading: one that cannot be read is left out. */
import { type Panorama, readPanorama, type Scene, type Tour } from "../../tour/document.ts";

/** The end of the name under which its pictures are published. */
const SUFFIX = "-other";

/** As a scene of its own, without ways and marks; undefined where there is none. */
export function otherDayOf(scene: Scene): Scene | undefined {
  const json = objectOf(scene.otherDay);
  if (!json) return undefined;
  try {
    const capturedAt = typeof json.capturedAt === "string" ? json.capturedAt : null;
    const panorama = readPanorama(json.panorama);
    return { ...scene, id: scene.id + SUFFIX, capturedAt, panorama, links: [], hotspots: undefined };
  } catch {
    return undefined;
  }
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

/** The panorama whose pictures are published under this name: a scene's own, or that of another day. */
export function panoramaNamed(tour: Tour, name: string): Panorama | undefined {
  const own = tour.scenes.find(({ id }) => id === name);
  if (own) return own.panorama;
  const scene = tour.scenes.find(({ id }) => id + SUFFIX === name);
  return scene && otherDayOf(scene)?.panorama;
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
}

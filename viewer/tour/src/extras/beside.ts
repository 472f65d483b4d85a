/**
 * Pictures that lie beside a scene's own: that of another day (`otherDay` in tour.json), and what the right eye sees in a headset
 * (`rightEye`). Checked on reading: one that cannot be read is left out.
 */
import { type Panorama, readPanorama, type Scene, type Tour } from "../tour/document.ts";

/** The ends of the names under which their pictures are published. */
const SUFFIXES = { otherDay: "-other", rightEye: "-right" } as const;

export type Beside = keyof typeof SUFFIXES;

/** As a scene of its own, without ways and marks; undefined where there is none. */
export function besideOf(scene: Scene, which: Beside): Scene | undefined {
  const json = objectOf(scene[which]);
  if (!json) return undefined;
  try {
    const panorama = readPanorama(json.panorama);
    return { ...scene, id: scene.id + SUFFIXES[which], panorama, links: [], hotspots: undefined };
  } catch {
    return undefined;
  }
}

/** The panorama whose pictures are published under this name: a scene's own, or one beside it. */
export function panoramaNamed(tour: Tour, name: string): Panorama | undefined {
  for (const scene of tour.scenes) {
    if (scene.id === name) return scene.panorama;
    for (const which of ["otherDay", "rightEye"] as const)
      if (scene.id + SUFFIXES[which] === name) return besideOf(scene, which)?.panorama;
  }
  return undefined;
}

export function objectOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
}

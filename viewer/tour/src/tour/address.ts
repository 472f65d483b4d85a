/** The view in the page's address: `#scene=…&yaw=…&pitch=…&hfov=…`, so that a link shows what its sender saw. */
import type { View } from "../geometry/view.ts";

export interface Place {
  /** Undefined: the tour's first. */
  scene: string | undefined;
  view: Partial<View>;
}

export function writePlace(scene: string, view: View): string {
  const round = (value: number) => String(Math.round(value * 10) / 10 || 0);
  const fields = { scene, yaw: round(view.yaw), pitch: round(view.pitch), hfov: round(view.hfov) };
  return `#${new URLSearchParams(fields)}`;
}

/** Undefined when the hash is none of ours; numbers that are no numbers are left out. */
export function readPlace(hash: string): Place | undefined {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  const scene = fields.get("scene") ?? undefined;
  const view: Partial<View> = {};
  for (const name of ["yaw", "pitch", "hfov"] as const) {
    const value = Number.parseFloat(fields.get(name) ?? "");
    if (Number.isFinite(value)) view[name] = value;
  }
  return scene || Object.keys(view).length > 0 ? { scene, view } : undefined;
}

/** Arrows turn the head, + and − zoom, Home goes back to the first view of the scene. Works while the canvas has the focus. */
import type { Rig } from "./rig.ts";

type Sense = "yaw" | "pitch" | "zoom";

const KEYS: Readonly<Record<string, readonly [Sense, number]>> = {
  ArrowLeft: ["yaw", -1],
  ArrowRight: ["yaw", 1],
  ArrowUp: ["pitch", 1],
  ArrowDown: ["pitch", -1],
  "+": ["zoom", 1],
  "=": ["zoom", 1],
  "-": ["zoom", -1],
  _: ["zoom", -1],
};

export function useKeyboard(surface: HTMLElement, rig: Rig, touched: () => void, home: () => void): () => void {
  const down = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") touched();
    if (event.key === "Home") {
      event.preventDefault();
      return home();
    }
    const key = KEYS[event.key];
    if (!key) return;
    event.preventDefault();
    touched();
    if (!event.repeat || rig.calm) rig.hold(...key);
    if (rig.calm) rig.hold(key[0], 0);
  };
  const up = (event: KeyboardEvent) => {
    const key = KEYS[event.key];
    if (key) rig.hold(key[0], 0);
  };
  const leave = () => {
    for (const sense of ["yaw", "pitch", "zoom"] as const) rig.hold(sense, 0);
  };
  surface.addEventListener("keydown", down);
  surface.addEventListener("keyup", up);
  surface.addEventListener("blur", leave);
  return () => {
    surface.removeEventListener("keydown", down);
    surface.removeEventListener("keyup", up);
    surface.removeEventListener("blur", leave);
  };
}

/** The pins that a reviewer sets before returning a tour; kept over a reload of the page. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Pin, Tour } from "../api/tours.ts";
import { place } from "../studio/draft.ts";
import type { Direction } from "../studio/project.ts";

export interface Pins {
  list: readonly Pin[];
  /** Index of the pin that was set last, whose text is to be written. */
  fresh: number | null;
  add: (scene: string, at: Direction) => void;
  write: (index: number, text: string) => void;
  /** Takes a pin away; the answer puts it back. */
  remove: (index: number) => () => void;
  clear: () => void;
}

/** What an earlier page of the same version left, as far as it can be read. */
export function pinsFrom(text: string | null, tour: Tour): Pin[] {
  try {
    const list: unknown = JSON.parse(text ?? "[]");
    if (!Array.isArray(list)) return [];
    return list.filter(
      (pin): pin is Pin =>
        typeof pin?.text === "string" &&
        Number.isFinite(pin.yaw) &&
        Number.isFinite(pin.pitch) &&
        tour.scenes.some((scene) => scene.id === pin.scene),
    );
  } catch {
    return [];
  }
}

export function usePins(id: string, tour: Tour, open: boolean): Pins {
  const key = `kanfang-pins/${id}/${tour.version}`;
  const list = useSignal<readonly Pin[]>([]);
  const fresh = useSignal<number | null>(null);
  useEffect(() => {
    list.value = open ? pinsFrom(sessionStorage.getItem(key), tour) : [];
    fresh.value = null;
  }, [key, open]);
  const keep = (next: readonly Pin[]): void => {
    list.value = next;
    if (next.length > 0) sessionStorage.setItem(key, JSON.stringify(next));
    else sessionStorage.removeItem(key);
  };
  return {
    list: list.value,
    fresh: fresh.value,
    add(scene, at) {
      fresh.value = list.value.length;
      keep([...list.value, { scene, ...place(at.yaw, at.pitch), text: "" }]);
    },
    write: (index, text) => keep(list.value.map((pin, at) => (at === index ? { ...pin, text } : pin))),
    remove(index) {
      const before = list.value;
      fresh.value = null;
      keep(before.filter((_, at) => at !== index));
      return () => keep(before);
    },
    clear: () => keep([]),
  };
}

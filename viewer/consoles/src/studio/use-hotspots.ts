/** The hotspots of the scene on the studio's desk: which is chosen, which is being placed, which still lacks something. */
import { type Signal, useSignal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import type { DraftHotspot, DraftScene, HotspotKind } from "../api/tours.ts";
import { t } from "../texts.ts";
import { toast } from "../ui/toasts.tsx";
import { place } from "./draft.ts";
import { type Direction, lacksOf, newHotspot } from "./hotspots.ts";
import { newId, type StudioModel } from "./model.ts";
import type { LineEnd } from "./spot-layer.tsx";

export interface Hotspots {
  /** As they are to be seen, with the one that is being filled in. */
  all: readonly DraftHotspot[];
  chosen: DraftHotspot | undefined;
  /** The kind whose place is to be shown now. */
  placing: HotspotKind | null;
  /** A line's first end, while the other is to be shown. */
  begun: Direction | null;
  choose(id: string | null): void;
  start(kind: HotspotKind | null): void;
  place(at: Direction): void;
  change(next: DraftHotspot): void;
  move(id: string, end: LineEnd, to: Direction): void;
  remove(id: string): void;
}

export function useHotspots(model: StudioModel, scene: DraftScene | undefined): Hotspots {
  const chosen = useSignal<string | null>(null);
  const placing: Signal<HotspotKind | null> = useSignal<HotspotKind | null>(null);
  const begun = useSignal<Direction | null>(null);
  // The server takes no tour in which a hotspot lacks something, so such a one stays here until it is whole.
  const unfinished = useSignal<DraftHotspot | null>(null);
  const reset = (): void => {
    chosen.value = null;
    placing.value = null;
    begun.value = null;
    unfinished.value = null;
  };
  useLayoutEffect(reset, [scene?.id]);

  const saved = scene?.hotspots ?? [];
  const mine = unfinished.value;
  const all = mine ? [...saved.filter(({ id }) => id !== mine.id), mine] : saved;
  const change = (next: DraftHotspot): void => {
    if (!scene) return;
    const whole = lacksOf(next).length === 0;
    unfinished.value = whole ? null : next;
    if (whole) model.edit({ do: "put-hotspot", scene: scene.id, hotspot: next });
  };
  return {
    all,
    chosen: all.find(({ id }) => id === chosen.value),
    placing: placing.value,
    begun: begun.value,
    change,
    choose(id) {
      if (mine && mine.id !== id) unfinished.value = null;
      chosen.value = id;
    },
    start(kind) {
      placing.value = kind;
      begun.value = null;
    },
    place(at) {
      const kind = placing.value;
      if (!kind) return;
      const here = place(at.yaw, at.pitch);
      if (kind === "measure" && !begun.value) {
        begun.value = here;
        return;
      }
      const made = newHotspot(newId(), kind, begun.value ?? here, here, new Date().toLocaleDateString("sv-SE"));
      placing.value = null;
      begun.value = null;
      chosen.value = made.id;
      change(made);
    },
    move(id, end, to) {
      if (!scene) return;
      if (mine?.id !== id) {
        model.edit({ do: "move-hotspot", scene: scene.id, id, end, ...to });
        return;
      }
      const at = place(to.yaw, to.pitch);
      change(mine.kind === "measure" && end === "to" ? { ...mine, to: at } : { ...mine, ...at });
    },
    remove(id) {
      if (!scene) return;
      chosen.value = null;
      unfinished.value = null;
      if (!saved.some((one) => one.id === id)) return;
      model.edit({ do: "remove-hotspot", scene: scene.id, id });
      toast(t("spot-removed"), { undo: () => model.undo() });
    },
  };
}

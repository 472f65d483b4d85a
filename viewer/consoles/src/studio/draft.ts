/** The draft of a tour and everything that can be done to it. Pure: a draft and an edit give a new draft. */
import type { Draft, DraftHotspot, DraftLink, DraftPlan, DraftScene, OtherDay, Place, View } from "../api/tours.ts";
import { measuredAnew } from "./hotspots.ts";

export type Edit =
  | { do: "add"; scenes: readonly DraftScene[] }
  | { do: "remove"; scene: string }
  | { do: "move"; scene: string; to: number }
  | { do: "rename"; scene: string; title: string }
  | { do: "start"; scene: string }
  | { do: "view"; scene: string; view: View }
  | { do: "north"; scene: string; yaw: number | null }
  /** The day of the picture, as 2026-03-30. */
  | { do: "date"; scene: string; day: string | null }
  /** Edits of the plan on one topic in quick succession are one step. */
  | { do: "plan"; plan: DraftPlan | null; topic?: string }
  | { do: "position"; scene: string; at: Place | null }
  | { do: "narration"; scene: string; text: string }
  /** A recording of the listing, or none. */
  | { do: "narration-sound"; scene: string; sound: string | null }
  | { do: "other-day"; scene: string; other: OtherDay | null }
  | { do: "link"; scene: string; link: DraftLink }
  | { do: "move-link"; scene: string; index: number; yaw: number; pitch: number }
  | { do: "unlink"; scene: string; index: number }
  /** Adds a hotspot, or puts it in the place of the one with its id. */
  | { do: "put-hotspot"; scene: string; hotspot: DraftHotspot }
  /** Moves a hotspot, or a line's other end. */
  | { do: "move-hotspot"; scene: string; id: string; end: "from" | "to"; yaw: number; pitch: number }
  | { do: "remove-hotspot"; scene: string; id: string };

const round = (value: number, decimals: number): number => Math.round(value * 10 ** decimals) / 10 ** decimals;

/** Yaw in [−180, 180). */
export function wrapYaw(yaw: number): number {
  return ((((yaw + 180) % 360) + 360) % 360) - 180;
}

function onScene(draft: Draft, id: string, change: (scene: DraftScene) => DraftScene): Draft {
  return { ...draft, scenes: draft.scenes.map((scene) => (scene.id === id ? change(scene) : scene)) };
}

function onLink(scene: DraftScene, index: number, change: (link: DraftLink) => DraftLink): DraftScene {
  return { ...scene, links: scene.links.map((link, at) => (at === index ? change(link) : link)) };
}

function onHotspots(scene: DraftScene, change: (hotspots: DraftHotspot[]) => DraftHotspot[]): DraftScene {
  return { ...scene, hotspots: change(scene.hotspots ?? []) };
}

export function place(yaw: number, pitch: number): { yaw: number; pitch: number } {
  return { yaw: round(wrapYaw(yaw), 2), pitch: round(Math.max(-90, Math.min(90, pitch)), 2) };
}

export function edited(draft: Draft, edit: Edit): Draft {
  switch (edit.do) {
    case "add": {
      const added = edit.scenes.filter(({ id }) => !draft.scenes.some((scene) => scene.id === id));
      if (added.length === 0) return draft;
      return { ...draft, start: draft.start ?? added[0]?.id ?? null, scenes: [...draft.scenes, ...added] };
    }
    case "remove": {
      const scenes = draft.scenes
        .filter((scene) => scene.id !== edit.scene)
        .map((scene) => ({ ...scene, links: scene.links.filter((link) => link.target !== edit.scene) }));
      return { ...draft, start: draft.start === edit.scene ? (scenes[0]?.id ?? null) : draft.start, scenes };
    }
    case "move": {
      const from = draft.scenes.findIndex((scene) => scene.id === edit.scene);
      const moved = draft.scenes[from];
      if (!moved) return draft;
      const scenes = draft.scenes.filter((scene) => scene.id !== edit.scene);
      scenes.splice(Math.max(0, Math.min(scenes.length, edit.to)), 0, moved);
      return { ...draft, scenes };
    }
    case "rename":
      return onScene(draft, edit.scene, (scene) => ({ ...scene, title: edit.title }));
    case "start":
      return draft.scenes.some((scene) => scene.id === edit.scene) ? { ...draft, start: edit.scene } : draft;
    case "view": {
      const view = { ...place(edit.view.yaw, edit.view.pitch), hfov: round(edit.view.hfov, 1) };
      return onScene(draft, edit.scene, (scene) => ({ ...scene, initial_view: view }));
    }
    case "north":
      return onScene(draft, edit.scene, (scene) => ({
        ...scene,
        north_yaw: edit.yaw === null ? null : round(wrapYaw(edit.yaw), 2),
      }));
    case "date":
      return onScene(draft, edit.scene, (scene) => ({ ...scene, captured_at: edit.day }));
    case "plan": {
      const { plan: _, ...rest } = draft;
      return edit.plan ? { ...rest, plan: edit.plan } : rest;
    }
    case "position":
      return onScene(draft, edit.scene, (scene) => ({ ...scene, position: edit.at }));
    case "narration":
      return onScene(draft, edit.scene, ({ narration: _, ...scene }) =>
        edit.text === "" ? scene : { ...scene, narration: edit.text },
      );
    case "narration-sound":
      return onScene(draft, edit.scene, ({ narration_sound: _, ...scene }) =>
        edit.sound === null ? scene : { ...scene, narration_sound: edit.sound },
      );
    case "other-day":
      return onScene(draft, edit.scene, ({ other_day: _, ...scene }) =>
        edit.other
          ? { ...scene, other_day: { ...edit.other, yaw_offset: round(wrapYaw(edit.other.yaw_offset), 2) } }
          : scene,
      );
    case "link":
      if (edit.link.target === edit.scene) return draft;
      return onScene(draft, edit.scene, (scene) => ({
        ...scene,
        links: [...scene.links, { ...edit.link, ...place(edit.link.yaw, edit.link.pitch) }],
      }));
    case "move-link":
      return onScene(draft, edit.scene, (scene) =>
        onLink(scene, edit.index, (link) => ({ ...link, ...place(edit.yaw, edit.pitch) })),
      );
    case "unlink":
      return onScene(draft, edit.scene, (scene) => ({
        ...scene,
        links: scene.links.filter((_, index) => index !== edit.index),
      }));
    case "put-hotspot":
      return onScene(draft, edit.scene, (scene) =>
        onHotspots(scene, (all) =>
          all.some(({ id }) => id === edit.hotspot.id)
            ? all.map((one) => (one.id === edit.hotspot.id ? edit.hotspot : one))
            : [...all, edit.hotspot],
        ),
      );
    case "move-hotspot":
      return onScene(draft, edit.scene, (scene) =>
        onHotspots(scene, (all) =>
          all.map((one) => (one.id === edit.id ? moved(one, edit.end, place(edit.yaw, edit.pitch)) : one)),
        ),
      );
    case "remove-hotspot":
      return onScene(draft, edit.scene, (scene) => onHotspots(scene, (all) => all.filter(({ id }) => id !== edit.id)));
  }
}

function moved(hotspot: DraftHotspot, end: "from" | "to", to: { yaw: number; pitch: number }): DraftHotspot {
  if (hotspot.kind !== "measure") return { ...hotspot, ...to };
  return measuredAnew(end === "to" ? { ...hotspot, to } : { ...hotspot, ...to });
}

/** The captions of a hotspot's videos in the draft. Pure. */
import type { Cue } from "@kanfang/shared/captions.ts";
import type { DraftHotspot, DraftScene } from "../api/tours.ts";

/** What may show videos. */
export type Filmed = Extract<DraftHotspot, { kind: "information" | "defect" }>;

const isFilmed = (one: DraftHotspot): one is Filmed => one.kind === "information" || one.kind === "defect";

/** Empty where there are none. */
export function cuesOf(hotspot: Filmed, video: string): readonly Cue[] {
  return hotspot.captions?.find((one) => one.video === video)?.cues ?? [];
}

/** With these captions of one of its videos, or without. */
export function withCues(hotspot: Filmed, video: string, cues: readonly Cue[]): Filmed {
  const { captions = [], ...rest } = hotspot;
  const others = captions.filter((one) => one.video !== video);
  const next = cues.length > 0 ? [...others, { video, cues: [...cues] }] : others;
  return next.length > 0 ? { ...rest, captions: next } : rest;
}

/** With these videos; captions of those that are gone go with them. */
export function withVideos(hotspot: Filmed, videos: string[]): Filmed {
  const { captions = [], ...rest } = hotspot;
  const kept = captions.filter((one) => videos.includes(one.video));
  return kept.length > 0 ? { ...rest, videos, captions: kept } : { ...rest, videos };
}

/** Whether any note shows a video. */
export const isFilmedIn = (scenes: readonly DraftScene[]): boolean =>
  scenes.some(({ hotspots }) => hotspots?.some((one) => isFilmed(one) && (one.videos ?? []).length > 0));

/** Scenes of which a note shows one of these videos without captions. */
export function uncaptioned(scenes: readonly DraftScene[], sounding: ReadonlySet<string>): DraftScene[] {
  const lacks = (one: DraftHotspot): boolean =>
    isFilmed(one) && (one.videos ?? []).some((video) => sounding.has(video) && cuesOf(one, video).length === 0);
  return scenes.filter((scene) => (scene.hotspots ?? []).some(lacks));
}

/** What is said in the videos of a tour: each list of captions with the scene and the note in which it is shown. */
export function allCaptions(
  scenes: readonly DraftScene[],
): { scene: DraftScene; note: Filmed; video: string; cues: readonly Cue[] }[] {
  return scenes.flatMap((scene) =>
    (scene.hotspots ?? [])
      .filter(isFilmed)
      .flatMap((note) => (note.captions ?? []).map(({ video, cues }) => ({ scene, note, video, cues }))),
  );
}

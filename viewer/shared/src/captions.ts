/** Captions of videos, as the tour shows them to bidders and the consoles to staff. */

/** Words that are shown while a part of a video plays; seconds from its beginning. */
export interface Cue {
  start: number;
  end: number;
  text: string;
}

/**
 * Gives the video a track of captions that shows at once and that the player's own menu switches. Nothing is fetched, so it works in
 * a copy on a disk, too. Undefined where the browser draws no captions.
 */
export function captionsOn(video: HTMLVideoElement, label: string): TextTrack | undefined {
  if (typeof VTTCue === "undefined" || !video.addTextTrack) return undefined;
  const track = video.addTextTrack("captions", label);
  track.mode = "showing";
  return track;
}

/** Puts these cues in the place of those that the track has. */
export function fill(track: TextTrack, cues: readonly Cue[]): void {
  // A track that is switched off shows no list to take from.
  const mode = track.mode;
  if (mode === "disabled") track.mode = "hidden";
  for (const old of [...(track.cues ?? [])]) track.removeCue(old);
  for (const { start, end, text } of cues) track.addCue(new VTTCue(start, end, plain(text)));
  track.mode = mode;
}

/** What a cue says is text; a browser would read markup in it. */
export function plain(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** A moment as players tell it: `1:05`. */
export function moment(seconds: number): string {
  const whole = Math.floor(Math.max(0, seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Whether a video or a recording was played, not only jumped through. */

/** Part of its length that must have been played: the last picture may be cut short. */
const WHOLE = 0.95;

/** Whether all of it was played since it was loaded, in whatever order. */
export function wasPlayed({ played, duration }: Pick<HTMLMediaElement, "played" | "duration">): boolean {
  let sum = 0;
  for (let index = 0; index < played.length; index += 1) sum += played.end(index) - played.start(index);
  return sum >= WHOLE * duration;
}

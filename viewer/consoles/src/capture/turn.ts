/**
 * Where the camera looked at each photo of a turn, and what of the circle is missing. The telephone's sensor says how it is held;
 * its zero may be anywhere, so only differences count.
 */

const RADIANS = Math.PI / 180;

/**
 * Degrees clockwise, 0–360, of where the back camera looks, from the angles of a `deviceorientation` event (W3C Device
 * Orientation and Motion, the worked example of a compass heading); null where it looks at floor or ceiling.
 */
export function headingOf(alpha: number, beta: number, gamma: number): number | null {
  const [a, b, g] = [alpha * RADIANS, beta * RADIANS, gamma * RADIANS];
  const east = -Math.cos(a) * Math.sin(g) - Math.sin(a) * Math.sin(b) * Math.cos(g);
  const north = -Math.sin(a) * Math.sin(g) + Math.cos(a) * Math.sin(b) * Math.cos(g);
  if (Math.hypot(east, north) < 0.25) return null;
  return (Math.atan2(east, north) / RADIANS + 360) % 360;
}

/** Parts of the circle, degrees `[from, to]` clockwise, that no photo shows; `to` may be above 360. */
export function gaps(headings: number[], hfov: number): [number, number][] {
  if (headings.length === 0) return [[0, 360]];
  const sorted = [...headings].sort((one, other) => one - other);
  const found: [number, number][] = [];
  for (const [index, heading] of sorted.entries()) {
    const next = index + 1 < sorted.length ? (sorted[index + 1] as number) : (sorted[0] as number) + 360;
    const [from, to] = [heading + hfov / 2, next - hfov / 2];
    if (to > from) found.push([from, to]);
  }
  return found;
}

let last: { heading: number | null; at: number } | undefined;

/** Keeps the newest heading; what it answers ends that. */
export function watchHeading(): () => void {
  const read = ({ alpha, beta, gamma }: DeviceOrientationEvent): void => {
    if (alpha !== null && beta !== null && gamma !== null)
      last = { heading: headingOf(alpha, beta, gamma), at: performance.now() };
  };
  window.addEventListener("deviceorientation", read);
  return () => window.removeEventListener("deviceorientation", read);
}

/** Where the camera looks now; null where the sensor is silent. A photo comes back before the telephone is turned on. */
export function headingNow(): number | null {
  return last && performance.now() - last.at < 3_000 ? last.heading : null;
}

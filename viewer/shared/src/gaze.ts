/**
 * A grid on the sphere whose cells are nearly alike in size, in which directions of looking are counted: what the server's
 * `geometry::gaze` says. `tests/vectors/gaze.json` keeps both alike. Degrees.
 */

/** Cells of each band of 10° of pitch, from the zenith down; each band begins at yaw −180° and goes to the right. */
export const BANDS: readonly number[] = [3, 9, 15, 21, 25, 29, 33, 35, 36, 36, 35, 33, 29, 25, 21, 15, 9, 3];
/** Height of a band. */
export const BAND = 10;
export const CELLS = 412;

/** The cell that a direction lies in; undefined for what is no direction. */
export function cellOf(yaw: number, pitch: number): number | undefined {
  if (!Number.isFinite(yaw) || !(pitch >= -90 && pitch <= 90)) return undefined;
  const band = Math.min(BANDS.length - 1, Math.floor((90 - pitch) / BAND));
  const turn = ((((yaw + 180) % 360) + 360) % 360) / 360;
  const width = BANDS[band] ?? 1;
  const before = BANDS.slice(0, band).reduce((sum, count) => sum + count, 0);
  return before + Math.min(width - 1, Math.floor(turn * width));
}

export interface Cell {
  /** Edges: from the left to the right, from below to above. */
  yaw: readonly [number, number];
  pitch: readonly [number, number];
  /** The part of the sphere that it covers, in steradian. */
  solidAngle: number;
}

/** All cells in their order. */
export function cells(): Cell[] {
  return BANDS.flatMap((width, band) => {
    const [above, below] = [90 - BAND * band, 90 - BAND * (band + 1)];
    const sine = (degrees: number): number => Math.sin((degrees * Math.PI) / 180);
    const solidAngle = ((2 * Math.PI) / width) * (sine(above) - sine(below));
    return Array.from({ length: width }, (_, column): Cell => {
      const edge = (place: number): number => (360 * place) / width - 180;
      return { yaw: [edge(column), edge(column + 1)], pitch: [below, above], solidAngle };
    });
  });
}

/**
 * From seconds a cell to a picture of heat: the time of each cell is spread over the sphere by a bell of 8° around its
 * middle, so that the picture shows seconds a steradian, which no projection distorts, as multiples of what an even look
 * around would give.
 */
import { type Cell, cells } from "@kanfang/shared/gaze.ts";

/** Standard deviation of the bell: cells are 10° wide, and a screen shows more than its middle. */
const SPREAD = 8;
/** Beyond so many standard deviations nothing is added. */
const REACH = 3.5;

export interface Heat {
  width: number;
  height: number;
  /** Multiples of the average, row by row from the top left of the equirectangular picture. */
  values: Float32Array;
  most: number;
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

type Vector = readonly [number, number, number];

function vectorOf(yaw: number, pitch: number): Vector {
  const [turn, height] = [radians(yaw), radians(pitch)];
  return [Math.cos(height) * Math.sin(turn), Math.sin(height), Math.cos(height) * Math.cos(turn)];
}

function middleOf({ yaw, pitch }: Cell): Vector {
  return vectorOf((yaw[0] + yaw[1]) / 2, (pitch[0] + pitch[1]) / 2);
}

/** The heat of an equirectangular picture `width` points wide; all 0 where nobody looked. */
export function heatOf(seconds: readonly number[], width: number): Heat {
  const height = width / 2;
  const values = new Float32Array(width * height);
  const whole = seconds.reduce((sum, one) => sum + one, 0);
  const hot = cells()
    .map((cell, place) => ({ at: middleOf(cell), weight: seconds[place] ?? 0 }))
    .filter(({ weight }) => weight > 0);
  const [spread, nearest] = [radians(SPREAD) ** 2, Math.cos(radians(SPREAD * REACH))];
  // Seconds a steradian under a bell of weight 1, over those of an even look around.
  const scale = (4 * Math.PI) / (whole * 2 * Math.PI * spread);
  let most = 0;
  if (whole > 0)
    for (let row = 0; row < height; row += 1)
      for (let column = 0; column < width; column += 1) {
        const [x, y, z] = vectorOf(((column + 0.5) / width - 0.5) * 360, (0.5 - (row + 0.5) / height) * 180);
        let sum = 0;
        for (const { at, weight } of hot) {
          const cosine = at[0] * x + at[1] * y + at[2] * z;
          // 1 − cos θ ≈ θ²/2, close enough within the bell.
          if (cosine > nearest) sum += weight * Math.exp((cosine - 1) / spread);
        }
        const value = sum * scale;
        values[row * width + column] = value;
        most = Math.max(most, value);
      }
  return { width, height, values, most };
}

/** Light yellow to dark red (ColorBrewer's YlOrRd), which reads on a grey picture and for the colour-blind. */
const RAMP: readonly Vector[] = [[255, 255, 178], [254, 204, 92], [253, 141, 60], [240, 59, 32], [189, 0, 38]]; // biome-ignore format: a table

/** Colour and opacity, 0–255, of a part 0–1 of the greatest heat. */
export function colourAt(part: number): [red: number, green: number, blue: number, alpha: number] {
  const place = Math.min(1, Math.max(0, part)) * (RAMP.length - 1);
  const below = Math.min(RAMP.length - 2, Math.floor(place));
  const [one, other] = [RAMP[below] ?? [0, 0, 0], RAMP[below + 1] ?? [0, 0, 0]];
  const mixed = ([0, 1, 2] as const).map((i) => Math.round(one[i] + (other[i] - one[i]) * (place - below)));
  const alpha = Math.round(220 * Math.min(1, Math.max(0, part) / 0.25));
  return [mixed[0] ?? 0, mixed[1] ?? 0, mixed[2] ?? 0, alpha];
}

export type Sector = "above" | "level" | "below";
/** Pitch from which one looks up, and to which down. */
const STEEP = 20;

/** Shares of looking, 0–1: eight directions of 45°, the first around the middle of the picture, then to the right. */
export function shares(seconds: readonly number[]): Record<Sector, number[]> {
  const found: Record<Sector, number[]> = { above: Array(8).fill(0), level: Array(8).fill(0), below: Array(8).fill(0) };
  const whole = seconds.reduce((sum, one) => sum + one, 0);
  if (whole === 0) return found;
  for (const [place, { yaw, pitch }] of cells().entries()) {
    const [turn, height] = [(yaw[0] + yaw[1]) / 2, (pitch[0] + pitch[1]) / 2];
    const sector: Sector = height > STEEP ? "above" : height < -STEEP ? "below" : "level";
    const eighth = ((Math.round(turn / 45) % 8) + 8) % 8;
    const row = found[sector];
    row[eighth] = (row[eighth] ?? 0) + (seconds[place] ?? 0) / whole;
  }
  return found;
}

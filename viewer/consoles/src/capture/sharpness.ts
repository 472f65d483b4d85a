/**
 * How wide the edges of a picture are. The contrast across two pixels is compared with that across twelve, at places where the
 * wide contrast is well above the noise (edge-width measures: Marziliano et al., "A no-reference perceptual blur metric",
 * ICIP 2002). Content that is soft by nature has no such places; a picture is as sharp as its sharpest edges. Upright and lying
 * edges are told apart: a camera that moved sideways blurs only the upright ones.
 */
import type { Grey } from "./measure.ts";

/** Pixels to either side across which an edge has its full contrast. */
const WIDE = 6;
/** Least contrast of an edge, grey values. */
const LEAST = 36;
/** Least places of either direction from which anything is told. */
const FEWEST = 150;
/** The edges are sorted by width, and this share of them is sharper than what is told. */
const SHARPEST = 0.2;
const BINS = 64;

/**
 * Width in pixels, 2 (as sharp as can be) to about 24; of the worse direction; null where there are too few edges. A very
 * blurred picture has edges only when it is made smaller.
 */
export function blurWidth(grey: Grey): number | null {
  const found = widthOf(grey);
  if (found !== null || grey.width < 400) return found;
  const coarse = widthOf(halved(grey));
  return coarse === null ? null : 2 * coarse;
}

function widthOf(grey: Grey): number | null {
  const least = Math.max(LEAST, 8 * noise(grey));
  const upright = widths(grey, 1, grey.width, least);
  const lying = widths(grey, grey.width, 1, least);
  const known = [upright, lying].filter((one) => one !== null);
  return known.length > 0 ? Math.max(...known) : null;
}

/**
 * `along`: distance in memory of pixels across the edge; `aside`: of those along it, over three of which the mean is taken
 * so that noise does not look like sharpness.
 */
function widths({ width, height, values }: Grey, along: number, aside: number, least: number): number | null {
  const histogram = new Uint32Array(BINS + 1);
  let count = 0;
  const three = (at: number): number =>
    (values[at - aside] as number) + (values[at] as number) + (values[at + aside] as number);
  const margin = WIDE + 2;
  for (let y = margin; y < height - margin; y += 1)
    for (let x = margin; x < width - margin; x += 2) {
      const at = y * width + x;
      const wide = Math.abs((values[at + WIDE * along] as number) - (values[at - WIDE * along] as number));
      if (wide < least) continue;
      const contrast = Math.abs(three(at + WIDE * along) - three(at - WIDE * along));
      const slope = Math.abs(three(at + along) - three(at - along));
      // Only the middle of an edge: where the slope is greater than beside it.
      if (
        contrast < 3 * least ||
        slope < Math.abs(three(at + 2 * along) - three(at)) ||
        slope <= Math.abs(three(at) - three(at - 2 * along))
      )
        continue;
      const ratio = Math.min(1, slope / contrast);
      const bin = Math.round(ratio * BINS);
      histogram[bin] = (histogram[bin] as number) + 1;
      count += 1;
    }
  if (count < FEWEST) return null;
  let left = count * SHARPEST;
  for (let bin = BINS; bin >= 0; bin -= 1) {
    left -= histogram[bin] as number;
    if (left <= 0) return Math.min(2 * WIDE, (2 * BINS) / Math.max(1, bin));
  }
  return null;
}

/** Standard deviation of the noise: median of what a second difference in both directions leaves (Immerkær 1996). */
function noise({ width, height, values }: Grey): number {
  const histogram = new Uint32Array(1024);
  let count = 0;
  for (let y = 1; y < height - 1; y += 3)
    for (let x = 1; x < width - 1; x += 3) {
      const at = y * width + x;
      const sum = (a: number): number =>
        (values[a - 1] as number) - 2 * (values[a] as number) + (values[a + 1] as number);
      const found = Math.abs(sum(at - width) - 2 * sum(at) + sum(at + width));
      histogram[Math.min(1023, found)] = (histogram[Math.min(1023, found)] as number) + 1;
      count += 1;
    }
  let seen = 0;
  for (let value = 0; value < 1024; value += 1) {
    seen += histogram[value] as number;
    // The mask's weights have the norm 6; the median of a normal variable's size is 0.6745 of its deviation.
    if (seen * 2 >= count) return value / (6 * 0.6745);
  }
  return 0;
}

/** Half as wide and high, each pixel the mean of four. */
function halved({ width, height, values }: Grey): Grey {
  const half: Grey = { width: width >> 1, height: height >> 1, values: new Uint8Array((width >> 1) * (height >> 1)) };
  for (let y = 0; y < half.height; y += 1)
    for (let x = 0; x < half.width; x += 1) {
      const at = 2 * y * width + 2 * x;
      const v = (offset: number): number => values[at + offset] as number;
      half.values[y * half.width + x] = (v(0) + v(1) + v(width) + v(width + 1) + 2) >> 2;
    }
  return half;
}

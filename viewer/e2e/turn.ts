/** Photos of a drawn room, taken by turning on one spot: what a stitcher needs, without a file in the repository. */
import { png } from "../tour/e2e/png.ts";

const SPHERE = { width: 1024, height: 512 };

/** Numbers from 0 to 1, the same for the same seed. */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A sphere full of coloured rectangles, 0xRRGGBB a pixel. */
function drawnSphere(seed: number): Uint32Array {
  const { width, height } = SPHERE;
  const sphere = new Uint32Array(width * height).fill(0x8c8a80);
  const next = dice(seed);
  for (let shape = 0; shape < 1500; shape += 1) {
    const [cx, cy] = [next() * width, next() * height];
    const size = 2 + (next() * next() * width) / 20;
    const tall = size * (0.4 + next());
    const wide = size / Math.max(0.15, Math.sin((cy / height) * Math.PI));
    const colour = Math.floor(next() * 2 ** 24);
    const bottom = Math.min(height, cy + tall / 2);
    for (let y = Math.max(0, Math.floor(cy - tall / 2)); y < bottom; y += 1)
      for (let x = Math.floor(cx - wide / 2); x < cx + wide / 2; x += 1)
        sphere[y * width + (((x % width) + width) % width)] = colour;
  }
  return sphere;
}

/** The whole sphere as one equirectangular PNG. */
export function wholeSphere(seed: number): Buffer {
  const sphere = drawnSphere(seed);
  return png(SPHERE.width, SPHERE.height, (x, y) => sphere[y * SPHERE.width + x] ?? 0);
}

/** The whole sphere for two eyes, the left one's above the right one's, which is half as bright and sees everything a little aside. */
export function forTwoEyes(seed: number): Buffer {
  const sphere = drawnSphere(seed);
  const { width, height } = SPHERE;
  return png(width, 2 * height, (x, y) => {
    if (y < height) return sphere[y * width + x] ?? 0;
    return ((sphere[(y - height) * width + ((x + 4) % width)] ?? 0) >> 1) & 0x7f7f7f;
  });
}

/** Level photos 90° wide, `count` all around, as PNG. */
export function turnAround(count: number, width = 320, height = 240): Buffer[] {
  const sphere = drawnSphere(5);
  const focal = width / 2;
  return Array.from({ length: count }, (_, index) => {
    const yaw = (index / count) * 2 * Math.PI;
    return png(width, height, (x, y) => {
      // Four looks a pixel: edges that are not stairs can be found again.
      let [red, green, blue] = [0, 0, 0];
      for (const [dx, dy] of [
        [0.25, 0.25],
        [0.75, 0.25],
        [0.25, 0.75],
        [0.75, 0.75],
      ] as const) {
        const [right, down] = [x + dx - width / 2, y + dy - height / 2];
        const longitude = yaw + Math.atan2(right, focal);
        const latitude = Math.atan2(-down, Math.hypot(right, focal));
        const column = Math.floor((longitude / (2 * Math.PI) + 0.5) * SPHERE.width);
        const row = Math.floor((0.5 - latitude / Math.PI) * SPHERE.height);
        const colour = sphere[row * SPHERE.width + (((column % SPHERE.width) + SPHERE.width) % SPHERE.width)] ?? 0;
        red += (colour >> 16) & 255;
        green += (colour >> 8) & 255;
        blue += colour & 255;
      }
      return ((red >> 2) << 16) | ((green >> 2) << 8) | (blue >> 2);
    });
  });
}

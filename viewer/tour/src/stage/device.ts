/**
 * What this device and line can bear: texture memory, screen pixels, loads at once. WeChat and iPhone kill a page that
 * takes too much, so they get the smallest budget.
 */

export interface Means {
  /** Bytes of tile textures. Previews (3 MB) and the fading scene (4 bytes a pixel of the screen) come on top. */
  textureBytes: number;
  /** Device pixels drawn for one CSS pixel. */
  pixelRatio: number;
  concurrency: number;
  /** Screen pixels a texel may cover: more where the reader pays for every byte. */
  magnification: number;
  /** Load what may be wanted next. */
  prefetch: boolean;
  /** Textures moved to the graphics card in one frame. */
  uploads: number;
}

export interface Signs {
  userAgent: string;
  touchPoints: number;
  memoryGiB: number | undefined;
  saveData: boolean;
  slow: boolean;
  devicePixelRatio: number;
}

const MIB = 1024 * 1024;

export function meansOf(signs: Signs): Means {
  const { userAgent } = signs;
  const apple = /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && signs.touchPoints > 1);
  const tight = apple || /MicroMessenger/.test(userAgent) || (signs.memoryGiB ?? 8) <= 2;
  const phone = tight || /Android|Mobile/.test(userAgent);
  const spare = signs.saveData || signs.slow;
  // Pixels that the eye can tell apart need texels smaller than they are, to be averaged (docs/viewer.md).
  const fine = (signs.devicePixelRatio || 1) < 1.5;
  return {
    textureBytes: (tight ? 36 : phone ? 96 : 256) * MIB,
    pixelRatio: Math.min(signs.devicePixelRatio || 1, spare ? 1.25 : phone ? 2 : 2.5),
    // More than a browser has connections: the line is not idle while the page draws.
    concurrency: spare ? 4 : 10,
    magnification: spare ? 1.8 : fine ? 0.9 : 1.2,
    prefetch: !spare,
    uploads: phone ? 2 : 6,
  };
}

interface Connection {
  saveData?: boolean;
  effectiveType?: string;
}

export function signsHere(): Signs {
  const here = navigator as Navigator & { deviceMemory?: number; connection?: Connection };
  return {
    userAgent: here.userAgent,
    touchPoints: here.maxTouchPoints,
    memoryGiB: here.deviceMemory,
    saveData: here.connection?.saveData === true,
    slow: /2g/.test(here.connection?.effectiveType ?? ""),
    devicePixelRatio: window.devicePixelRatio,
  };
}

import { describe, expect, it } from "vitest";
import { direction, facePoint } from "../src/geometry/cube.ts";
import { childrenOf, type Pyramid, parentOf, pixelsOf, rectOf, tilesAcross } from "../src/geometry/pyramid.ts";
import { bytesOf, chooseTiles } from "../src/geometry/tiles.ts";
import { cameraOf, fromScreen } from "../src/geometry/view.ts";

const PYRAMID: Pyramid = { levels: [324, 648, 1296, 2592], tile: 512 };
const SIZE = { width: 1280, height: 720 };
const FREE = { magnification: 1.2, bytes: 1e12 };

describe("the pyramid", () => {
  it("counts and measures tiles, the last one smaller", () => {
    expect([1, 2, 3, 4].map((level) => tilesAcross(PYRAMID, level))).toEqual([1, 2, 3, 6]);
    expect(pixelsOf(PYRAMID, { level: 2, face: "f", row: 0, column: 1 })).toEqual({ width: 136, height: 512 });
    expect(rectOf(PYRAMID, { level: 2, face: "f", row: 1, column: 1 }).right).toBe(1);
  });

  it("knows parents and children", () => {
    for (const child of childrenOf(PYRAMID, { level: 2, face: "u", row: 1, column: 0 })) {
      expect(parentOf(child)).toEqual({ level: 2, face: "u", row: 1, column: 0 });
    }
  });
});

describe("the choice of tiles", () => {
  it("takes the level whose texels are as fine as the screen", () => {
    const chosen = chooseTiles(PYRAMID, cameraOf({ yaw: 0, pitch: 0, hfov: 90 }, SIZE), FREE);
    expect(chosen).toHaveLength(6);
    expect(chosen.every(({ tile, magnification }) => tile.level === 3 && magnification < 1)).toBe(true);
  });

  it("covers every point of the screen once, wherever one looks", () => {
    for (let n = 0; n < 60; n++) {
      const view = { yaw: n * 77 - 180, pitch: ((n * 37) % 180) - 90, hfov: 15 + ((n * 13) % 190) };
      const camera = cameraOf(view, SIZE);
      const chosen = chooseTiles(PYRAMID, camera, FREE);
      for (const at of [
        { x: 1, y: 1 },
        { x: 1279, y: 2 },
        { x: 3, y: 719 },
        { x: 640, y: 360 },
        { x: 1000, y: 500 },
      ]) {
        // biome-ignore format: short
        const { face, a, b } = facePoint(fromScreen(camera, at));
        const hits = chosen.filter(({ tile }) => {
          const rect = rectOf(PYRAMID, tile);
          return tile.face === face && a >= rect.left && a < rect.right && b >= rect.top && b < rect.bottom;
        });
        expect(hits, JSON.stringify({ view, at })).toHaveLength(1);
      }
    }
  });

  it("magnifies no more than allowed while finer levels exist", () => {
    for (let yaw = 0; yaw < 360; yaw += 15) {
      const chosen = chooseTiles(PYRAMID, cameraOf({ yaw, pitch: 20, hfov: 75 }, SIZE), FREE);
      for (const { tile, magnification } of chosen) if (tile.level < 4) expect(magnification).toBeLessThanOrEqual(1.2);
    }
  });

  it("gives the magnification that a difference of two projections gives", () => {
    const camera = cameraOf({ yaw: 25, pitch: 10, hfov: 40 }, SIZE);
    for (const { tile, magnification } of chooseTiles(PYRAMID, camera, { magnification: 9, bytes: 1e12 })) {
      let most = 0;
      const rect = rectOf(PYRAMID, tile);
      const texel = (rect.right - rect.left) / pixelsOf(PYRAMID, tile).width;
      for (let i = 0; i <= 40; i++)
        for (let j = 0; j <= 40; j++) {
          const a = rect.left + ((rect.right - rect.left) * i) / 40;
          const b = rect.top + ((rect.bottom - rect.top) * j) / 40;
          most = Math.max(most, areaOfTexel(camera, tile.face, a, b, texel));
        }
      expect(Math.sqrt(most)).toBeLessThanOrEqual(magnification * 1.02);
    }
  });

  it("stays within its bytes by taking coarser tiles", () => {
    const camera = cameraOf({ yaw: 45, pitch: 30, hfov: 60 }, { width: 3840, height: 2160 });
    const free = chooseTiles(PYRAMID, camera, FREE).reduce((sum, { tile }) => sum + bytesOf(PYRAMID, tile), 0);
    for (const bytes of [3e6, 5e6, 8e6]) {
      const chosen = chooseTiles(PYRAMID, camera, { magnification: 1.2, bytes });
      expect(chosen.reduce((sum, { tile }) => sum + bytesOf(PYRAMID, tile), 0)).toBeLessThanOrEqual(bytes);
    }
    expect(free).toBeGreaterThan(8e6);
  });

  it("begins in the middle of the screen", () => {
    const chosen = chooseTiles(PYRAMID, cameraOf({ yaw: 60, pitch: -20, hfov: 100 }, SIZE), FREE);
    expect(chosen[0]?.distance).toBe(0);
    expect(chosen.map(({ distance }) => distance)).toEqual(
      chosen.map(({ distance }) => distance).sort((p, q) => p - q),
    );
  });
});

/** Screen area of one texel by finite differences; 0 off the screen. */
function areaOfTexel(
  camera: ReturnType<typeof cameraOf>,
  face: "f" | "r" | "b" | "l" | "u" | "d",
  a: number,
  b: number,
  texel: number,
): number {
  const at = (p: number, q: number) => {
    const d = direction(face, p, q);
    const depth = d[0] * camera.forward[0] + d[1] * camera.forward[1] + d[2] * camera.forward[2];
    if (depth < 0.05) return undefined;
    const x = (d[0] * camera.right[0] + d[1] * camera.right[1] + d[2] * camera.right[2]) / depth;
    const y = (d[0] * camera.up[0] + d[1] * camera.up[1] + d[2] * camera.up[2]) / depth;
    return [x * camera.focal, y * camera.focal] as const;
  };
  const [p, q, r] = [at(a, b), at(a + 1e-5, b), at(a, b + 1e-5)];
  if (!p || !q || !r || Math.abs(p[0]) > 640 || Math.abs(p[1]) > 360) return 0;
  const scale = (texel / 1e-5) ** 2;
  return Math.abs((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])) * scale;
}

import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { anglesOf, direction, directionOf, dot, FACES, facePoint, wrapDegrees } from "../src/geometry/cube.ts";
import {
  behindOf,
  cameraOf,
  constrain,
  focalLength,
  fromScreen,
  hfovOf,
  limitsFor,
  lookSoThat,
  naturalHfov,
  toScreen,
  vfovOf,
} from "../src/geometry/view.ts";

const SIZE = { width: 1280, height: 720 };
const ALL = { yaw: [-180, 180], pitch: [-90, 90] } as const;

describe("cube faces", () => {
  it("look where the contract says", () => {
    const centres = FACES.map((face) => anglesOf(direction(face, 0, 0)));
    expect(centres.map(({ yaw, pitch }) => [Math.abs(yaw) === 180 ? 180 : Math.round(yaw), Math.round(pitch)])).toEqual(
      [
        [0, 0],
        [90, 0],
        [180, 0],
        [-90, 0],
        [0, 90],
        [0, -90],
      ],
    );
    expect(direction("u", 0.25, 0.5)).toEqual([0.25, 1, 0.5]);
    expect(direction("d", 0.25, 0.5)).toEqual([0.25, -1, -0.5]);
    expect(direction("b", 0.25, 0.5)).toEqual([-0.25, -0.5, -1]);
  });

  it("give back the point that a direction came from", () => {
    for (const face of FACES)
      for (const a of [-0.99, -0.3, 0, 0.71])
        for (const b of [-0.8, 0.1, 0.98]) {
          const found = facePoint(direction(face, a, b));
          expect(found.face).toBe(face);
          expect(found.a).toBeCloseTo(a, 12);
          expect(found.b).toBeCloseTo(b, 12);
        }
  });

  it("share their edges", () => {
    for (const t of [-0.5, 0, 0.9]) {
      expect(direction("f", 1, t)).toEqual(direction("r", -1, t));
      expect(direction("r", 1, t)).toEqual(direction("b", -1, t));
      expect(direction("f", t, -1)).toEqual(direction("u", t, 1));
      expect(direction("f", t, 1)).toEqual(direction("d", t, -1));
    }
  });

  const vectors = new URL("../../../tests/vectors/cube.json", import.meta.url);
  it.skipIf(!existsSync(vectors))("agree with the vectors that the server's tests use", () => {
    const count = checkVectors(JSON.parse(readFileSync(vectors, "utf8")));
    expect(count).toBeGreaterThan(0);
  });
});

interface VectorCase {
  face: (typeof FACES)[number];
  a: number;
  b: number;
  yaw: number;
  pitch: number;
}

/** The file is a list of cases, bare or under a name. */
function checkVectors(file: unknown): number {
  const lists = Array.isArray(file) ? [file] : Object.values(file as object).filter(Array.isArray);
  const cases = lists.flat().filter((item): item is VectorCase => typeof item === "object" && item && "yaw" in item);
  for (const { face, a, b, yaw, pitch } of cases) {
    const angles = anglesOf(direction(face, a, b));
    expect(Math.abs(angles.pitch - pitch)).toBeLessThan(1e-6);
    if (Math.abs(pitch) < 89.9999) expect(Math.abs(wrapDegrees(angles.yaw - yaw))).toBeLessThan(1e-6);
  }
  return cases.length;
}

describe("a view", () => {
  it("puts its middle in the middle and the edge of its field at the edge", () => {
    const camera = cameraOf({ yaw: 30, pitch: 0, hfov: 90 }, SIZE);
    expect(toScreen(camera, directionOf(30, 0))).toEqual({ x: 640, y: 360 });
    expect(toScreen(camera, directionOf(75, 0))?.x).toBeCloseTo(1280, 6);
    expect(toScreen(camera, directionOf(30, 10))?.y).toBeLessThan(360);
    expect(toScreen(camera, directionOf(-150, 0))).toBeUndefined();
  });

  it("goes from screen to direction and back", () => {
    for (const view of [
      { yaw: 10, pitch: 40, hfov: 70 },
      { yaw: -170, pitch: -80, hfov: 100 },
    ]) {
      // biome-ignore format: short
      const camera = cameraOf(view, SIZE);
      for (const at of [
        { x: 3, y: 700 },
        { x: 900, y: 12 },
        { x: 640, y: 360 },
      ]) {
        // biome-ignore format: short
        const back = toScreen(camera, fromScreen(camera, at));
        expect(back?.x).toBeCloseTo(at.x, 6);
        expect(back?.y).toBeCloseTo(at.y, 6);
      }
    }
  });

  it("keeps what is held under the finger", () => {
    const before = cameraOf({ yaw: 20, pitch: 15, hfov: 80 }, SIZE);
    const held = fromScreen(before, { x: 200, y: 500 });
    const view = lookSoThat(held, { x: 900, y: 300 }, 60, SIZE);
    const after = toScreen(cameraOf(view, SIZE), held);
    expect(after?.x).toBeCloseTo(900, 6);
    expect(after?.y).toBeCloseTo(300, 6);
  });

  it("takes the nearest pitch where no view fits", () => {
    const view = lookSoThat(directionOf(0, 89), { x: 640, y: 715 }, 90, SIZE);
    expect(Number.isFinite(view.yaw) && Number.isFinite(view.pitch)).toBe(true);
  });
});

describe("a wide view", () => {
  const PHONE = { width: 390, height: 844 };

  it("bends no line up to 100 degrees, and is stereographic in the end", () => {
    expect(behindOf(100, 9 / 16)).toBeCloseTo(0, 12);
    expect(behindOf(101, 9 / 16)).toBeGreaterThan(0);
    expect(behindOf(165, 9 / 16)).toBe(1);
    expect(behindOf(60, 844 / 390)).toBeGreaterThan(behindOf(50, 844 / 390));
  });

  it("puts the edge of its field at the edge, and goes from screen to direction and back", () => {
    for (const size of [SIZE, PHONE])
      for (const hfov of [60, 104, 120, 139, 220]) {
        const camera = cameraOf({ yaw: 0, pitch: 0, hfov }, size);
        expect(toScreen(camera, directionOf(hfov / 2, 0))?.x).toBeCloseTo(size.width, 6);
        const tilted = cameraOf({ yaw: 30, pitch: -50, hfov }, size);
        for (const [u, v] of [
          [0.02, 0.03],
          [0.5, 0.5],
          [0.9, 0.2],
          [1, 1],
        ] as const) {
          // biome-ignore format: short
          const at = { x: u * size.width, y: v * size.height };
          const back = toScreen(tilted, fromScreen(tilted, at));
          expect(back?.x).toBeCloseTo(at.x, 5);
          expect(back?.y).toBeCloseTo(at.y, 5);
        }
      }
  });

  it("zooms without a jump: the focal length falls all the way, and gives back its field of view", () => {
    for (const size of [SIZE, PHONE]) {
      let before = Number.POSITIVE_INFINITY;
      for (let hfov = 20; hfov < 230; hfov += 0.5) {
        const focal = focalLength(hfov, size);
        expect(focal).toBeLessThan(before);
        if (Number.isFinite(before)) expect(before - focal).toBeLessThan(0.06 * before);
        expect(hfovOf(focal, size)).toBeCloseTo(hfov, 5);
        before = focal;
      }
    }
  });

  it("keeps what is held under the finger", () => {
    const held = fromScreen(cameraOf({ yaw: 20, pitch: 10, hfov: 130 }, SIZE), { x: 200, y: 500 });
    const after = toScreen(cameraOf(lookSoThat(held, { x: 900, y: 300 }, 125, SIZE), SIZE), held);
    expect(after?.x).toBeCloseTo(900, 5);
    expect(after?.y).toBeCloseTo(300, 5);
  });
});

describe("limits", () => {
  it("stop before texels grow beyond two pixels, and before a phone shows a tunnel", () => {
    const limits = limitsFor(ALL, 1296, SIZE, true);
    expect(limits.minHfov).toBeCloseTo((2 * Math.atan(640 / 1296) * 180) / Math.PI, 6);
    expect(limits.maxHfov).toBe(140);
    const phone = { width: 390, height: 844 };
    const { maxHfov } = limitsFor(ALL, 1296, phone, true);
    expect(vfovOf(maxHfov, phone)).toBeCloseTo(150, 6);
    // What opens is narrower than what one may zoom out to.
    expect(naturalHfov(phone)).toBeLessThan(60);
    expect(naturalHfov(SIZE)).toBe(110);
  });

  it("never show what a partial panorama lacks", () => {
    const coverage = { yaw: [-60, 80], pitch: [-20, 30] } as const;
    const limits = limitsFor(coverage, 2000, SIZE, true);
    for (const wish of [
      { yaw: -179, pitch: 90, hfov: 110 },
      { yaw: 100, pitch: -90, hfov: 60 },
    ]) {
      // biome-ignore format: short
      const view = constrain(wish, limits, SIZE);
      const camera = cameraOf(view, SIZE);
      const [left, right] = [fromScreen(camera, { x: 0, y: 360 }), fromScreen(camera, { x: 1280, y: 360 })].map(
        anglesOf,
      );
      const [top, bottom] = [fromScreen(camera, { x: 640, y: 0 }), fromScreen(camera, { x: 640, y: 720 })].map(
        anglesOf,
      );
      expect(top?.pitch).toBeLessThanOrEqual(30.001);
      expect(bottom?.pitch).toBeGreaterThanOrEqual(-20.001);
      expect(left?.yaw).toBeGreaterThanOrEqual(-62);
      expect(right?.yaw).toBeLessThanOrEqual(82);
    }
  });

  it("wrap a full turn and hold the poles", () => {
    const limits = limitsFor(ALL, 1296, SIZE, true);
    const view = constrain({ yaw: 190, pitch: 120, hfov: 90 }, limits, SIZE);
    expect(view).toEqual({ yaw: -170, pitch: 90, hfov: 90 });
    expect(dot(directionOf(190, 0), directionOf(-170, 0))).toBeCloseTo(1, 12);
  });
});

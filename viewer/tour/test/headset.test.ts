import { describe, expect, it } from "vitest";
import { wrapped } from "../src/extras/headset/drawings.ts";
import { DWELL, Dwell, Snap } from "../src/extras/headset/dwell.ts";
import {
  attitudeOf,
  camerasOf,
  clipOf,
  eyeOf,
  hit,
  lookOf,
  pick,
  plateAt,
  turned,
} from "../src/extras/headset/eyes.ts";
import { anglesOf, directionOf, dot, type Vector } from "../src/geometry/cube.ts";
import { toScreen } from "../src/geometry/view.ts";

/** WebXR's matrix of a head that looks there: x right, y up, z backward. */
// biome-ignore format: a matrix by columns
const pose = (yaw: number, pitch: number) => {
  const [y, p] = [(yaw * Math.PI) / 180, (pitch * Math.PI) / 180];
  return { matrix: [Math.cos(y), 0, Math.sin(y), 0, -Math.sin(y) * Math.sin(p), Math.cos(p), Math.cos(y) * Math.sin(p), 0,
    -Math.sin(y) * Math.cos(p), -Math.sin(p), Math.cos(y) * Math.cos(p), 0, 1, 2, 3, 1] };
};
/** OpenGL's projection of a frustum given by tangents. */
const frustum = (left: number, right: number, down: number, up: number) => {
  const matrix = new Float32Array(16);
  matrix[0] = 2 / (right - left);
  matrix[5] = 2 / (up - down);
  matrix[8] = (right + left) / (right - left);
  matrix[9] = (up + down) / (up - down);
  return matrix;
};
const clip = (matrix: readonly number[], [x, y, z]: Vector) =>
  [0, 1, 2].map((row) => (matrix[row] ?? 0) * x + (matrix[3 + row] ?? 0) * y + (matrix[6 + row] ?? 0) * z);

describe("a pose", () => {
  it("looks where its yaw and pitch say, turned by the bearing of the picture", () => {
    for (const [yaw, pitch, turn] of [
      [0, 0, 0],
      [40, -20, 0],
      [-100, 60, 35],
      [170, 10, 90],
    ] as const) {
      const attitude = attitudeOf(pose(yaw, pitch), turn);
      const expected = anglesOf(turned(directionOf(yaw, pitch), turn));
      expect(lookOf(attitude).yaw).toBeCloseTo(expected.yaw, 5);
      expect(lookOf(attitude).pitch).toBeCloseTo(pitch, 5);
      expect(dot(attitude.right, attitude.up)).toBeCloseTo(0, 6);
      expect(dot(attitude.right, attitude.forward)).toBeCloseTo(0, 6);
    }
  });

  it("keeps its yaw when one looks straight up or down", () => {
    for (const pitch of [89.9, -89.9, 85, -85]) expect(lookOf(attitudeOf(pose(30, pitch), 0)).yaw).toBeCloseTo(30, 3);
  });
});

describe("an eye", () => {
  const left = eyeOf(pose(20, -5), frustum(-1.2, 0.84, -1.19, 1), 10);

  it("has the frustum of its projection, corner by corner", () => {
    expect([left.left, left.rightward, left.down, left.upward].map((one) => Number(one.toFixed(5)))).toEqual([-1.2, 0.84, -1.19, 1]); // biome-ignore format: short
    const matrix = clipOf(left);
    for (const [x, y, cx, cy] of [
      [left.left, left.down, -1, -1],
      [left.rightward, left.upward, 1, 1],
      [0.2, -0.3, undefined, undefined],
    ] as const) {
      const way = [0, 1, 2].map((i) => (left.forward[i] ?? 0) + x * (left.right[i] ?? 0) + y * (left.up[i] ?? 0));
      const [a = 0, b = 0, w = 1] = clip(matrix, way as unknown as Vector);
      expect(w).toBeCloseTo(1, 6);
      if (cx !== undefined) expect([a / w, b / w].map((one) => Number(one.toFixed(5)))).toEqual([cx, cy]);
    }
  });

  it("and its mirror image need one choice of tiles, which covers both", () => {
    const right = eyeOf(pose(20, -5), frustum(-0.84, 1.2, -1.19, 1), 10);
    const cameras = camerasOf([{ eye: left, width: 1680 }, { eye: right, width: 1680 }]); // biome-ignore format: short
    expect(cameras).toHaveLength(1);
    const camera = cameras[0];
    for (const eye of [left, right])
      for (const [x, y] of [
        [eye.left, eye.down],
        [eye.rightward, eye.upward],
      ] as const) {
        const way = [0, 1, 2].map((i) => (eye.forward[i] ?? 0) + x * (eye.right[i] ?? 0) + y * (eye.up[i] ?? 0));
        const at = camera && toScreen(camera, way as unknown as Vector);
        expect(at?.x).toBeGreaterThanOrEqual(-1e-6);
        expect(at?.x).toBeLessThanOrEqual((camera?.size.width ?? 0) + 1e-6);
        expect(at?.y).toBeGreaterThanOrEqual(-1e-6);
        expect(at?.y).toBeLessThanOrEqual((camera?.size.height ?? 0) + 1e-6);
      }
    expect(camera?.focal).toBeCloseTo(1680 / 2.04, 3);
  });

  it("that is canted outwards has a choice of its own", () => {
    const right = eyeOf(pose(30, -5), frustum(-0.84, 1.2, -1.19, 1), 10);
    expect(camerasOf([{ eye: left, width: 100 }, { eye: right, width: 100 }])).toHaveLength(2); // biome-ignore format: short
  });
});

describe("plates", () => {
  it("are met within their sides, and never from behind", () => {
    const plate = plateAt(40, 10, 0.2, 0.1);
    expect(hit(directionOf(40, 10), plate)).toEqual({ x: expect.closeTo(0, 6), y: expect.closeTo(0, 6) });
    expect(hit(directionOf(40 + 11, 10), plate)).toBeDefined();
    expect(hit(directionOf(40 + 12, 10), plate)).toBeUndefined();
    expect(hit(directionOf(40, 10 + 6), plate)).toBeUndefined();
    expect(hit(directionOf(-140, -10), plate)).toBeUndefined();
  });

  it("that lie over each other: the one whose middle is nearer", () => {
    const [one, other] = [{ plate: plateAt(0, 0, 0.2, 0.2) }, { plate: plateAt(8, 0, 0.2, 0.2) }];
    expect(pick(directionOf(3, 0), [one, other])).toBe(one);
    expect(pick(directionOf(5, 0), [one, other])).toBe(other);
    expect(pick(directionOf(90, 0), [one, other])).toBeUndefined();
  });
});

describe("choosing by looking", () => {
  it("takes its time, happens once, and begins anew after a look away", () => {
    const dwell = new Dwell<string>();
    expect(dwell.look("door", 0)).toBe(false);
    expect(dwell.look("door", DWELL / 2)).toBe(false);
    expect(dwell.progress).toBeCloseTo(0.5);
    expect(dwell.look("pin", DWELL)).toBe(false);
    expect(dwell.look("pin", 2 * DWELL)).toBe(true);
    expect(dwell.look("pin", 9 * DWELL)).toBe(false);
    expect(dwell.progress).toBe(0);
    dwell.look(undefined, 10 * DWELL);
    dwell.look("pin", 10 * DWELL);
    expect(dwell.look("pin", 11 * DWELL)).toBe(true);
  });

  it("a push of the thumbstick counts once until it comes back", () => {
    const snap = new Snap();
    expect([0.1, 0.5, 0.8, 1, 0.5, 0.8, 0.2, -0.9, -1, 0].map((push) => snap.step(push))).toEqual([0, 0, 1, 0, 0, 0, 0, -1, 0, 0]); // biome-ignore format: short
  });
});

describe("lines of a card", () => {
  it("break at spaces, and between characters written without", () => {
    const measure = (part: string) => part.length;
    expect(wrapped("three keys are here", 10, measure)).toEqual(["three keys", "are here"]);
    expect(wrapped("钢质防盗门，三把钥匙", 4, measure)).toEqual(["钢质防盗", "门，三把", "钥匙"]);
    expect(wrapped("one\n\ntwo", 10, measure)).toEqual(["one", "", "two"]);
  });
});

import { describe, expect, it } from "vitest";
import type { Corner } from "../src/api/masks.ts";
import { type Masks, shownOf } from "../src/api/masks.ts";
import {
  cornerAt,
  frameOf,
  movedBy,
  nudgedFlat,
  onScreen,
  panOf,
  tidyFlat,
  WHOLE,
  zoomedAt,
} from "../src/masks/flat.ts";

const picture = { width: 1200, height: 1600 };
const box = { width: 800, height: 600 };

describe("a photo on the screen", () => {
  it("is seen whole, in the middle, and in its own shape", () => {
    const frame = frameOf(WHOLE, picture, box);
    expect(frame.width / frame.height).toBeCloseTo(0.75, 9);
    expect(frame.height).toBeLessThan(600);
    expect(frame.left + frame.width / 2).toBeCloseTo(400, 9);
    expect(frame.top + frame.height / 2).toBeCloseTo(300, 9);
  });

  it("gives the corner back that is shown at a point", () => {
    const pan = { x: 0.3, y: 0.8, zoom: 3 };
    const frame = frameOf(pan, picture, box);
    for (const corner of [
      [0.3, 0.8],
      [0.12345, 0.9],
    ] as Corner[]) {
      expect(cornerAt(onScreen(corner, frame), frame)).toEqual(corner);
    }
    expect(onScreen([0.3, 0.8], frame)).toEqual({ x: 400, y: 300 });
    // Beside the photo: the nearest place on its border.
    expect(cornerAt({ x: -1e4, y: 300 }, frame)[0]).toBe(0);
  });

  it("keeps what lies under the pointer when it is enlarged", () => {
    const point = { x: 480, y: 320 };
    let pan = WHOLE;
    const before = cornerAt(point, frameOf(pan, picture, box));
    for (const factor of [2, 1.7, 0.6]) {
      pan = zoomedAt(pan, factor, point, picture, box);
      const after = cornerAt(point, frameOf(pan, picture, box));
      expect(after[0]).toBeCloseTo(before[0], 4);
      expect(after[1]).toBeCloseTo(before[1], 4);
    }
    expect(zoomedAt(WHOLE, 1000, point, picture, box).zoom).toBe(8);
    expect(zoomedAt(WHOLE, 0.01, point, picture, box).zoom).toBe(1);
  });

  it("goes along with the finger and no farther than its border reaches the middle", () => {
    const moved = movedBy({ x: 0.5, y: 0.5, zoom: 2 }, 30, -20, picture, box);
    const frame = frameOf(moved, picture, box);
    expect(onScreen([0.5, 0.5], frame).x).toBeCloseTo(430, 6);
    expect(onScreen([0.5, 0.5], frame).y).toBeCloseTo(280, 6);
    expect(movedBy(WHOLE, 1e6, 1e6, picture, box)).toEqual({ x: 0, y: 0, zoom: 1 });
  });

  it("is moved and enlarged so that a mask is seen whole", () => {
    const corners: Corner[] = [
      [0.1, 0.6],
      [0.2, 0.6],
      [0.2, 0.7],
      [0.1, 0.7],
    ];
    const frame = frameOf(panOf(corners, picture, box), picture, box);
    const points = corners.map((corner) => onScreen(corner, frame));
    for (const { x, y } of points) {
      expect(x > 0 && x < box.width && y > 0 && y < box.height).toBe(true);
    }
    expect(Math.max(...points.map(({ y }) => y)) - Math.min(...points.map(({ y }) => y))).toBeGreaterThan(100);
  });
});

describe("corners in a photo", () => {
  it("stay within it, to the hundred-thousandth", () => {
    expect(tidyFlat(0.123456, 1.4)).toEqual([0.12346, 1]);
    expect(tidyFlat(-0.1, 0)).toEqual([0, 0]);
  });

  it("go up where the arrow points up", () => {
    expect(nudgedFlat([0.5, 0.5], [0, 1], false)).toEqual([0.5, 0.498]);
    expect(nudgedFlat([0.5, 0.5], [1, 0], true)).toEqual([0.51, 0.5]);
  });
});

describe("what there is to look at", () => {
  const masks = (some: Partial<Masks>): Masks => ({ surface: "flat", shown: null, unmasked: null, ...some }) as Masks;
  it("is the photo without masks for whoever may see it, else what the public sees, else nothing", () => {
    const [shown, unmasked] = [{ picture: "/masked" }, { picture: "/plain" }];
    expect(shownOf(masks({ shown, unmasked }), false)).toEqual({ surface: "flat", picture: "/plain" });
    expect(shownOf(masks({ shown, unmasked }), true)).toEqual({ surface: "flat", picture: "/masked" });
    expect(shownOf(masks({ shown }), false)).toEqual({ surface: "flat", picture: "/masked" });
    expect(shownOf(masks({ unmasked }), true)).toBeUndefined();
    expect(shownOf(masks({ surface: "sphere", shown: { face: 1 } }), true)).toEqual({
      surface: "sphere",
      panorama: { face: 1 },
    });
  });
});

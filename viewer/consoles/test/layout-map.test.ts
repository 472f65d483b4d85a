import { describe, expect, it } from "vitest";
import { framed } from "../src/media/layout-map.tsx";

const whole = [-8, 0, 376, 180];

describe("the part of the map of a set that is shown", () => {
  it("is all of it where photos look around", () => {
    expect(framed([])).toEqual(whole);
    expect(framed([0, 90, 180, 270].map((x) => ({ x, y: 90 })))).toEqual(whole);
    const column = [20, 60, 100, 140].map((y) => ({ x: 180, y }));
    expect(framed(column)).toEqual(whole);
  });

  it("is where the photos of a narrow panorama are, in the shape of the map", () => {
    const [left, top, width, height] = framed([150, 170, 200].map((x) => ({ x, y: 90 })));
    expect([left, width]).toEqual([175 - 37.5, 75]);
    expect(width / height).toBeCloseTo(376 / 180);
    expect(top + height / 2).toBeCloseTo(90);
  });

  it("stays on the map and does not grow beyond measure", () => {
    const [left, top, width, height] = framed([{ x: 358, y: 178 }]);
    expect(width).toBe(40);
    expect([left + width, top + height]).toEqual([368, 180]);
  });
});

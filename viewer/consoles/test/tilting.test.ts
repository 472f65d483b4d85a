import { describe, expect, it } from "vitest";
import { nearestQuarter, retilt, turned, wrapped } from "../src/media/tilting.ts";

const WHOLE = { yaw: [-180, 180] as [number, number], pitch: [-90, 90] as [number, number] };

/** A picture whose pixels say where they are: column in red, row in green. */
function sphere(width: number): ImageData {
  const data = new Uint8ClampedArray(width * (width / 2) * 4);
  for (let row = 0; row < width / 2; row++)
    for (let column = 0; column < width; column++) data.set([column, row, 0, 255], 4 * (row * width + column));
  return { data, width, height: width / 2, colorSpace: "srgb" } as ImageData;
}

function at(picture: ImageData, column: number, row: number): number[] {
  return [...picture.data.slice(4 * (row * picture.width + column)).slice(0, 2)];
}

describe("a panorama tilted by hand", () => {
  it("is what it was without a tilt", () => {
    const source = sphere(64);
    const target = sphere(64);
    target.data.fill(7);
    retilt(source, WHOLE, { pitch: 3, roll: -5 }, { pitch: 3, roll: -5 }, target);
    expect([...target.data]).toEqual([...source.data]);
  });

  it("shows in its middle what lay below, when its middle was raised", () => {
    const target = sphere(128);
    retilt(sphere(128), WHOLE, { pitch: 0, roll: 0 }, { pitch: 20, roll: 0 }, target);
    // Raised by 20°: what was in the middle is now 20° above it, 20 / 180 of 64 rows.
    const [column, row] = at(target, 64, 32 - 7);
    expect(Math.abs((column ?? 0) - 64)).toBeLessThanOrEqual(1);
    expect(Math.abs((row ?? 0) - 32)).toBeLessThanOrEqual(1);
  });

  it("turns clockwise: what lay ahead and above comes to the right", () => {
    const target = sphere(128);
    retilt(sphere(128), WHOLE, { pitch: 0, roll: 0 }, { pitch: 0, roll: 90 }, target);
    // 45° up ahead (row 16) is 45° to the right now (column 64 + 16).
    const [column, row] = at(target, 64 + 16, 32);
    expect(Math.abs((column ?? 0) - 64)).toBeLessThanOrEqual(1);
    expect(Math.abs((row ?? 0) - 16)).toBeLessThanOrEqual(1);
  });

  it("leaves grey what a part of a sphere does not show", () => {
    const target = sphere(64);
    const part = { yaw: [-90, 90] as [number, number], pitch: [-45, 45] as [number, number] };
    retilt(sphere(64), part, { pitch: 0, roll: 0 }, { pitch: 0, roll: 0 }, target);
    expect(at(target, 2, 16)).toEqual([0x9a, 0x9a]);
    expect(at(target, 32, 16)).toEqual([33, 17]);
  });

  it("uses a turn whose rows are upright on one another", () => {
    const m = turned({ pitch: 12, roll: -30 });
    const dot = (a: number, b: number) =>
      [0, 1, 2].reduce((sum, k) => sum + (m[3 * a + k] ?? 0) * (m[3 * b + k] ?? 0), 0);
    for (let a = 0; a < 3; a++) for (let b = 0; b < 3; b++) expect(dot(a, b)).toBeCloseTo(a === b ? 1 : 0, 12);
  });

  it("turns by quarters, and stays within half a turn", () => {
    expect([185, -185, 180, -180, 44].map(wrapped)).toEqual([-175, 175, 180, -180, 44]);
    expect([-175, 3, 93.5, 70, 160].map(nearestQuarter)).toEqual([-180, 0, 90, 90, 180]);
    // A panorama on its head stands after two quarters.
    const target = sphere(128);
    retilt(sphere(128), WHOLE, { pitch: 0, roll: 0 }, { pitch: 0, roll: wrapped(90 + 90) }, target);
    expect(at(target, 64, 10)[1]).toBe(53);
  });
});

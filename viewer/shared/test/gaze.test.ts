import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CELLS, cellOf, cells } from "../src/gaze.ts";

interface Vectors {
  directions: { yaw: number; pitch: number; cell: number }[];
  solid_angles: { cell: number; solid_angle: number }[];
}

describe("the grid of gazes", () => {
  const file = new URL("../../../tests/vectors/gaze.json", import.meta.url);
  const vectors = JSON.parse(readFileSync(file, "utf8")) as Vectors;

  it("agrees with the vectors that the server's tests use", () => {
    expect(vectors.directions.length).toBeGreaterThan(50);
    for (const { yaw, pitch, cell } of vectors.directions) expect(cellOf(yaw, pitch), `${yaw} ${pitch}`).toBe(cell);
    const all = cells();
    for (const { cell, solid_angle } of vectors.solid_angles)
      expect(all[cell]?.solidAngle).toBeCloseTo(solid_angle, 12);
  });

  it("covers the sphere, each cell once", () => {
    const all = cells();
    expect(all.length).toBe(CELLS);
    expect(all.reduce((sum, { solidAngle }) => sum + solidAngle, 0)).toBeCloseTo(4 * Math.PI, 9);
    for (const [place, { yaw, pitch }] of all.entries())
      expect(cellOf((yaw[0] + yaw[1]) / 2, (pitch[0] + pitch[1]) / 2)).toBe(place);
  });

  it("has no cell for what is no direction", () => {
    for (const [yaw, pitch] of [
      [Number.NaN, 0],
      [0, 91],
      [0, Number.NaN],
      [Number.POSITIVE_INFINITY, 0],
    ] as const)
      expect(cellOf(yaw, pitch)).toBeUndefined();
  });
});

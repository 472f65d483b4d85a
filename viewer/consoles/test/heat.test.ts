import { CELLS, cellOf } from "@kanfang/shared/gaze.ts";
import { describe, expect, it } from "vitest";
import { colourAt, heatOf, shares } from "../src/statistics/heat.ts";
import { periodOf, spoken } from "../src/statistics/period.ts";

const looked = (...at: [yaw: number, pitch: number, seconds: number][]): number[] => {
  const cells = Array<number>(CELLS).fill(0);
  for (const [yaw, pitch, seconds] of at) cells[cellOf(yaw, pitch) ?? 0] = seconds;
  return cells;
};

describe("heat", () => {
  it("is hottest where people looked, across the seam and at the zenith too", () => {
    for (const [yaw, pitch] of [
      [2, 5],
      [-177, -5],
      [178, 5],
      [40, 85],
    ] as const) {
      const { values, width, height, most } = heatOf(looked([yaw, pitch, 60]), 72);
      const at = (y: number, p: number): number => {
        const column = Math.min(width - 1, Math.floor(((y + 180) / 360) * width));
        return values[Math.floor(((90 - p) / 180) * height) * width + column] ?? 0;
      };
      expect(most).toBeGreaterThan(10);
      expect(at(yaw, pitch)).toBeGreaterThan(most * 0.4);
      expect(at(yaw > 0 ? yaw - 100 : yaw + 100, -pitch)).toBeLessThan(most * 0.01);
    }
    const seam = heatOf(looked([-175, 5, 60]), 72);
    expect(seam.values[17 * 72 + 71]).toBeGreaterThan(seam.most * 0.3);
  });

  it("is everywhere the same, and 1, after an even look around", () => {
    const all = heatOf(Array<number>(CELLS).fill(1), 72);
    for (const value of all.values) expect(Math.abs(value - 1)).toBeLessThan(0.2);
  });

  it("is nothing where nobody looked", () => {
    expect(heatOf(looked(), 36).most).toBe(0);
    expect(colourAt(0)[3]).toBe(0);
    expect(colourAt(1)).toEqual([189, 0, 38, 220]);
  });

  it("is told in words: shares of eight directions and three heights", () => {
    const { above, level, below } = shares(looked([0, 0, 30], [90, 5, 50], [-90, -60, 20]));
    expect(level.map((share) => Math.round(share * 100))).toEqual([30, 0, 50, 0, 0, 0, 0, 0]);
    expect(Math.round((below[6] ?? 0) * 100)).toBe(20);
    expect(above.every((share) => share === 0)).toBe(true);
  });
});

describe("periods", () => {
  it("end today in Shanghai", () => {
    expect(periodOf(7, Date.parse("2026-11-25T16:30:00Z"))).toEqual({ from: "2026-11-20", to: "2026-11-26" });
    expect(periodOf(1, Date.parse("2026-11-25T15:59:59Z"))).toEqual({ from: "2026-11-25", to: "2026-11-25" });
  });

  it("are spoken of in hours, minutes and seconds", () => {
    expect([0, 59, 61, 3600, 90_061].map((seconds) => spoken(seconds, "en"))).toEqual([
      "0 s",
      "59 s",
      "1 min 1 s",
      "1 h",
      "25 h 1 min",
    ]);
    expect(spoken(3725, "zh-CN")).toBe("1 小时 2 分");
  });
});

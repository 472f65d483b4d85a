import { describe, expect, it } from "vitest";
import { readMasked } from "../src/extras/masked.ts";

describe("places of masks", () => {
  it("are read, and what is none is left out", () => {
    expect(readMasked([[12, -3.5, 4]])).toEqual([{ yaw: 12, pitch: -3.5, reach: 4 }]);
    expect(readMasked(undefined)).toEqual([]);
    expect(readMasked("masked")).toEqual([]);
    expect(readMasked([[1, 2], [1, 2, "3"], [1, Number.NaN, 3], null, [5, 6, 7]])).toEqual([
      { yaw: 5, pitch: 6, reach: 7 },
    ]);
    expect(readMasked(Array.from({ length: 500 }, () => [0, 0, 1])).length).toBe(200);
  });
});

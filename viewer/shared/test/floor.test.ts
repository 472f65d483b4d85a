import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Direction, floorLength } from "../src/floor.ts";

interface Case {
  from: Direction;
  to: Direction;
  camera_height: number;
  camera_height_error: number;
  length: number | null;
  error: number | null;
}

describe("lengths on the floor", () => {
  const vectors = new URL("../../../tests/vectors/hotspots.json", import.meta.url);
  const { floor } = JSON.parse(readFileSync(vectors, "utf8")) as { floor: Case[] };

  it.each(floor)("agree with the vectors that the server's tests use: %o", (one) => {
    const found = floorLength(one.from, one.to, one.camera_height, one.camera_height_error);
    if (one.length === null) {
      expect(found).toBeNull();
    } else {
      expect(found?.length).toBeCloseTo(one.length, 5);
      expect(found?.error).toBeCloseTo(one.error ?? Number.NaN, 4);
    }
  });
});

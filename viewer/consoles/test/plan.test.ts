import { describe, expect, it } from "vitest";
import type { DraftPlan, Place } from "../src/api/tours.ts";
import * as drawing from "../src/studio/plan/drawing.ts";

const SQUARE: Place[] = [
  [0, 0],
  [4, 0],
  [4, 3],
  [0, 3],
];
const ANGLE: Place[] = [
  [0, 0],
  [4, 0],
  [4, 1],
  [1, 1],
  [1, 3],
  [0, 3],
];
const plan = (...outlines: Place[][]): DraftPlan => ({
  north: 0,
  rooms: outlines.map((outline, index) => ({ title: `r${index}`, outline })),
});

describe("a room", () => {
  it("has an area whatever the way round, and its name in its middle", () => {
    expect(drawing.areaOf(SQUARE)).toBeCloseTo(12);
    expect(drawing.areaOf([...SQUARE].reverse())).toBeCloseTo(12);
    expect(drawing.areaOf(ANGLE)).toBeCloseTo(6);
    expect(drawing.middleOf(SQUARE)).toEqual([2, 1.5]);
    const [x, y] = drawing.middleOf(ANGLE);
    // Two rectangles: 4 by 1 and 1 by 2.
    expect([x, y]).toEqual([(4 * 2 + 2 * 0.5) / 6, (4 * 0.5 + 2 * 2) / 6]);
  });

  it("without area has its name at the mean of its corners", () => {
    const line: Place[] = [
      [0, 0],
      [2, 2],
      [4, 4],
    ];
    expect(drawing.middleOf(line)).toEqual([2, 2]);
  });

  it("is drawn between two corners in any order, unless it is a sliver", () => {
    expect(drawing.rectangle([4, 3], [0, 0])).toEqual(SQUARE);
    expect(drawing.rectangle([0, 0], [4, 0.2])).toBeUndefined();
  });
});

describe("corners", () => {
  it("rest on the grid of 5 cm, or in line with those of other rooms", () => {
    expect(drawing.snapped([1.013, 2.489], [])).toEqual([1, 2.5]);
    const others = plan([
      [1.04, 0],
      [3, 0],
      [3, 2.41],
    ]).rooms;
    expect(drawing.snapped([1.1, 2.5], others)).toEqual([1.04, 2.41]);
    expect(drawing.snapped([1.3, 2.6], others)).toEqual([1.3, 2.6]);
  });

  it("move alone, are put in and taken out again; three always stay", () => {
    const moved = drawing.movedCorner(plan(SQUARE), 0, 2, [5.02, 4]);
    expect(moved.rooms[0]?.outline).toEqual([
      [0, 0],
      [4, 0],
      [5, 4],
      [0, 3],
    ]);
    const more = drawing.withCorner(plan(SQUARE), 0, 3);
    expect(more.rooms[0]?.outline[4]).toEqual([0, 1.5]);
    expect(drawing.withoutCorner(more, 0, 4)).toEqual(plan(SQUARE));
    let least = plan(SQUARE);
    for (let turn = 0; turn < 4; turn += 1) least = drawing.withoutCorner(least, 0, 0);
    expect(least.rooms[0]?.outline.length).toBe(3);
  });
});

describe("moving a room", () => {
  it("keeps its shape and rests against its neighbour", () => {
    const both = plan(SQUARE, [
      [4.09, 0.06],
      [6.09, 0.06],
      [6.09, 2.06],
    ]);
    const moved = drawing.movedRoom(both, 1, [-0.02, -0.02]);
    expect(moved.rooms[1]?.outline).toEqual([
      [4, 0],
      [6, 0],
      [6, 2],
    ]);
    expect(drawing.areaOf(moved.rooms[1]?.outline ?? [])).toBeCloseTo(2);
  });
});

describe("what is shown", () => {
  it("is everything with room around it, and not too small a part of the world", () => {
    expect(drawing.sightOf(drawing.EMPTY, [])).toEqual([-1, -1, 10, 8]);
    const [left, bottom, width, height] = drawing.sightOf(plan(SQUARE), [[14, -2]]);
    expect(left).toBeLessThan(0);
    expect(bottom).toBeLessThan(-2);
    expect(left + width).toBeGreaterThan(14);
    expect(bottom + height).toBeGreaterThan(3);
  });
});

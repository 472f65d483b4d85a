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

describe("the picture below", () => {
  const laid = { asset: "a", middle: [4, 3] as Place, size: [8, 6] as Place, turn: 0, shown: true };

  it("begins where the flat is drawn, in its own shape", () => {
    const fresh = drawing.laidBelow(drawing.EMPTY, [], "a", 0.5);
    expect(fresh).toMatchObject({ middle: [5, 2.5], size: [10, 5], turn: 0, shown: true });
    const [left, bottom, width, height] = drawing.sightOf(plan(SQUARE), []);
    const over = drawing.laidBelow(plan(SQUARE), [], "a", 2);
    expect(over.middle).toEqual([left + width / 2, bottom + height / 2]);
    expect(over.size[1] / over.size[0]).toBeCloseTo(2);
    expect(over.size[1]).toBeLessThanOrEqual(height - 2 + 1e-9);
  });

  it("is scaled by a known length, and one end of that stays", () => {
    const wall: [Place, Place] = [
      [1, 1],
      [3, 1],
    ];
    const larger = drawing.scaled(laid, ...wall, 3);
    expect(larger.size).toEqual([12, 9]);
    expect(larger.middle).toEqual([5.5, 4]);
    // What lay at the other end lies three metres away now.
    expect(drawing.scaled(laid, wall[0], wall[0], 3)).toBe(laid);
    expect(drawing.scaled(laid, ...wall, 0)).toBe(laid);
  });

  it("stays within what the server takes, whatever its shape", () => {
    for (const shape of [0.01, 0.7, 1, 4, 90])
      for (const width of [0, 0.2, 8, 1e6]) {
        const { size } = drawing.widened({ ...laid, size: [1, shape] }, width);
        expect(Math.min(...size), `${shape} ${width}`).toBeGreaterThanOrEqual(0.499);
        expect(Math.max(...size), `${shape} ${width}`).toBeLessThanOrEqual(2_000.5);
        expect(size[1] / size[0] / shape).toBeCloseTo(1, 2);
      }
  });

  it("is seen whole on the paper, also turned", () => {
    const [left, bottom, width, height] = drawing.sightOf(
      drawing.withPicture(drawing.EMPTY, { ...laid, turn: 90 }),
      [],
    );
    expect([left, bottom, left + width, bottom + height]).toEqual([-1, -2, 9, 8]);
    expect(drawing.withPicture(drawing.withPicture(drawing.EMPTY, laid), null)).toEqual(drawing.EMPTY);
  });
});

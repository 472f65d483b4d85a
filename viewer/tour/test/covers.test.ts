import { describe, expect, it } from "vitest";
import { boxAround, wayAside } from "../src/extras/covers.ts";

describe("what lies over the picture", () => {
  const picture = { width: 390, height: 844 };
  const bar = { left: 330, top: 8, right: 382, bottom: 424 };
  const plate = { left: 8, top: 8, right: 281, bottom: 93 };
  const most = { x: 40, y: 16 };
  const label = (x: number, y: number) => boxAround({ x, y }, { width: 80, height: 32 });

  it("lets be what is free, and sends aside by the shortest way what is not", () => {
    expect(wayAside(label(200, 300), [bar, plate], most, picture)).toEqual({ x: 0, y: 0 });
    expect(wayAside(label(310, 300), [bar, plate], most, picture)).toEqual({ x: -20, y: 0 });
    expect(wayAside(label(350, 430), [bar, plate], most, picture)).toEqual({ x: 0, y: 10 });
  });

  it("sends nothing farther than it may, out of the picture, or under something else", () => {
    expect(wayAside(label(350, 300), [bar, plate], most, picture)).toBeUndefined();
    expect(wayAside(label(360, 430), [bar, plate], most, picture)).toBeUndefined();
    expect(wayAside(label(300, 80), [bar, plate], { x: 80, y: 16 }, picture)).toBeUndefined();
  });
});

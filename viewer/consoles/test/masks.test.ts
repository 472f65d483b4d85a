import { describe, expect, it } from "vitest";
import type { Corner } from "../src/api/masks.ts";
import { type Drawing, differs, edited, MOST_CORNERS } from "../src/masks/drawing.ts";
import { cornerOnScreen, isInside, outlineOnScreen, tidy, viewOf } from "../src/masks/project.ts";

const size = { width: 800, height: 600 };
const ahead = { yaw: 0, pitch: 0, hfov: 90 };
const square: Corner[] = [
  [-10, -10],
  [10, -10],
  [10, 10],
  [-10, 10],
];
const empty: Drawing = { masks: [], outline: [] };

describe("drawing masks", () => {
  it("closes a shape of three corners and not of two", () => {
    let drawing = empty;
    for (const at of square.slice(0, 2)) drawing = edited(drawing, { do: "corner", at });
    expect(edited(drawing, { do: "close", id: "a", kind: "face" })).toBe(drawing);
    drawing = edited(edited(drawing, { do: "corner", at: [10, 10] }), { do: "close", id: "a", kind: "plate" });
    expect(drawing.outline).toEqual([]);
    expect(drawing.masks[0]).toMatchObject({ id: "a", kind: "plate", origin: "hand", state: "confirmed" });
  });

  it("takes corners back, and no more than there are", () => {
    const one = edited(empty, { do: "corner", at: [1, 2] });
    expect(edited(one, { do: "back" })).toEqual(empty);
    expect(edited(empty, { do: "back" })).toBe(empty);
    let many = empty;
    for (let count = 0; count < 100; count += 1) many = edited(many, { do: "corner", at: [count / 10, 0] });
    expect(many.outline.length).toBe(MOST_CORNERS);
  });

  it("keeps three corners whatever is removed", () => {
    let drawing = edited(empty, { do: "add", id: "a", kind: "face", corners: square });
    drawing = edited(drawing, { do: "remove-corner", id: "a", index: 1 });
    expect(drawing.masks[0]?.corners.length).toBe(3);
    drawing = edited(drawing, { do: "remove-corner", id: "a", index: 1 });
    expect(drawing.masks[0]?.corners.length).toBe(3);
  });

  it("knows whether there is something to save", () => {
    const drawing = edited(empty, { do: "add", id: "a", kind: "face", corners: square });
    const saved = drawing.masks.map((mask) => ({ ...mask, seen: null, by: "somebody" }));
    expect(differs(drawing.masks, saved)).toBe(false);
    expect(differs(edited(drawing, { do: "note", id: "a", note: "x" }).masks, saved)).toBe(true);
  });
});

describe("outlines on the screen", () => {
  it("puts a direction where a rectilinear picture has it", () => {
    const at = cornerOnScreen([45, 0], ahead, size);
    expect(at?.x).toBeCloseTo(800, 6);
    expect(at?.y).toBeCloseTo(300, 6);
    expect(cornerOnScreen([180, 0], ahead, size)).toBeUndefined();
    expect(cornerOnScreen([30, 60], { yaw: 30, pitch: 60, hfov: 70 }, size)?.x).toBeCloseTo(400, 6);
  });

  it("sees what is across the seam and around a pole", () => {
    const seam: Corner[] = square.map(([yaw, pitch]) => tidy(yaw + 180, pitch));
    const back = outlineOnScreen(seam, { yaw: 180, pitch: 0, hfov: 90 }, size);
    expect(isInside(back, { x: 400, y: 300 })).toBe(true);
    expect(isInside(back, { x: 10, y: 300 })).toBe(false);
    const cap: Corner[] = [0, 90, 180, -90].map((yaw) => [yaw, -70]);
    const floor = outlineOnScreen(cap, { yaw: 17, pitch: -90, hfov: 90 }, size);
    expect(isInside(floor, { x: 400, y: 300 })).toBe(true);
  });

  it("cuts off what lies behind the eye", () => {
    const wide: Corner[] = [
      [-70, -5],
      [70, -5],
      [70, 5],
      [-70, 5],
    ];
    const cut = outlineOnScreen(wide, { yaw: 60, pitch: 0, hfov: 90 }, size);
    expect(cut.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
    expect(isInside(cut, { x: 400, y: 300 })).toBe(true);
    expect(outlineOnScreen(square, { yaw: 180, pitch: 0, hfov: 90 }, size)).toEqual([]);
  });

  it("looks at the middle of an outline", () => {
    const view = viewOf(square.map(([yaw, pitch]) => tidy(yaw + 175, pitch + 30)));
    expect(Math.abs(view.yaw - 175)).toBeLessThan(0.5);
    expect(Math.abs(view.pitch - 30)).toBeLessThan(1.5);
    expect(view.hfov).toBeGreaterThan(30);
  });

  it("keeps angles as the server does", () => {
    expect(tidy(190.12345, 95)).toEqual([-169.877, 90]);
    expect(tidy(-180, -12.34567)).toEqual([-180, -12.346]);
  });
});

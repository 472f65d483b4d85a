import { describe, expect, it } from "vitest";
import { Rig } from "../src/controls/rig.ts";
import { linkOf } from "../src/extras/share.ts";
import { limitsFor } from "../src/geometry/view.ts";
import type { Scene, Tour } from "../src/tour/document.ts";
import { bearingOn, boundsOf, readPlace, readPlan } from "../src/tour/plan.ts";

const SQUARE = [[0, 0], [4, 0], [4, 3], [0, 3]]; // biome-ignore format: short

describe("a floor plan", () => {
  it("keeps the rooms that have corners, and is none without any", () => {
    const plan = readPlan({ north: 10, rooms: [{ title: "客厅", outline: SQUARE }, { outline: [[1, 2]] }, null, 7] });
    expect(plan).toEqual({ north: 10, rooms: [{ title: "客厅", outline: SQUARE }], picture: null });
    for (const none of [null, undefined, 3, "plan", [], {}, { rooms: {} }, { rooms: [] }, { rooms: [{ outline: [] }] }])
      expect(readPlan(none), JSON.stringify(none)).toBeNull();
    expect(readPlan({ north: Number.NaN, rooms: [{ title: "a", outline: SQUARE }] })?.north).toBe(0);
  });

  it("may be a picture alone, if that is the court's own and can be laid", () => {
    const laid = { address: "/t/v/picture/1.jpg", middle: [4, 3], size: [8, 6], turn: 90, masked: 2 };
    expect(readPlan({ rooms: [], picture: laid })).toEqual({ north: 0, rooms: [], picture: laid });
    for (const wrong of [
      { address: "https://evil.example/1.jpg" },
      { address: "//evil.example/1.jpg" },
      { address: "/\\evil.example/1.jpg" },
      { address: "/\t/evil.example/1.jpg" },
      { address: 7 },
      { middle: [1] },
      { size: [8, 0] },
      { size: null },
    ])
      expect(readPlan({ rooms: [], picture: { ...laid, ...wrong } }), JSON.stringify(wrong)).toBeNull();
    expect(readPlan({ rooms: [], picture: { ...laid, turn: "x" } })?.picture?.turn).toBe(0);
    for (const masked of [undefined, -1, "2", null])
      expect(readPlan({ rooms: [], picture: { ...laid, masked } })?.picture?.masked).toBe(0);
  });

  it("has room for a picture as it is turned", () => {
    const picture = { address: "/1.jpg", middle: [4, 3] as const, size: [8, 6] as const, turn: 90, masked: 0 };
    const bounds = boundsOf({ north: 0, rooms: [], picture }, []);
    for (const [index, edge] of [1, -1, 7, 7].entries()) expect(bounds[index]).toBeCloseTo(edge);
  });

  it("knows places from what is none", () => {
    expect(readPlace([1.5, -2])).toEqual([1.5, -2]);
    for (const none of [null, [1], [1, 2, 3], ["1", 2], [1, Number.NaN], {}]) expect(readPlace(none)).toBeNull();
  });

  it("turns yaw into a bearing on the paper", () => {
    const plan = { north: 0, rooms: [], picture: null };
    // Facing the panorama's north is up on a plan whose up is north; a quarter to the right is to the right.
    expect(bearingOn(plan, -160, -160)).toBe(0);
    expect(bearingOn(plan, -160, -70)).toBe(90);
    expect(bearingOn({ ...plan, north: 45 }, -160, -70)).toBe(135);
    expect(bearingOn(plan, null, 12)).toBeNull();
  });

  it("has room for rooms and standpoints", () => {
    const plan = { north: 0, picture: null, rooms: [{ title: "", outline: [[0, 0], [4, 0], [4, 3]] as const }] }; // biome-ignore format: short
    expect(boundsOf(plan, [[-1, 5]])).toEqual([-1, 0, 4, 5]);
  });
});

describe("the shared link", () => {
  const rig = new Rig();
  const size = { width: 1280, height: 720 };
  rig.resize(size, limitsFor({ yaw: [-180, 180], pitch: [-90, 90] }, 2592, size, true));
  rig.look({ yaw: 12.34, pitch: -5, hfov: 80 });
  const host = { tour: { id: "a b" } as Tour, scene: { id: "s1" } as Scene, rig, embedded: false };

  it("is the page's own address with the view", () => {
    const link = linkOf(host, "https://court.example/listings/1?lang=en#scene=old");
    expect(link).toBe("https://court.example/listings/1?lang=en#scene=s1&yaw=12.3&pitch=-5&hfov=80");
  });

  it("leads from a foreign page to the court's", () => {
    const link = linkOf({ ...host, embedded: true }, "https://court.example/embed/a%20b?lang=en");
    expect(link).toBe("https://court.example/tour/a%20b#scene=s1&yaw=12.3&pitch=-5&hfov=80");
  });
});

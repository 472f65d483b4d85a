import { describe, expect, it } from "vitest";
import { Rig } from "../src/controls/rig.ts";
import { lookOf } from "../src/extras/motion-sensor.ts";
import { limitsFor } from "../src/geometry/view.ts";
import { meansOf } from "../src/stage/device.ts";
import { readPlace, writePlace } from "../src/tour/address.ts";
import { arrivalOf } from "../src/tour/arrival.ts";
import { readTour, tileAddress } from "../src/tour/document.ts";
import { readStatus } from "../src/tour/status.ts";

const scene = (id: string, north: number | null, links: object[]) => ({
  id,
  title: id,
  capturedAt: null,
  northYaw: north,
  initialView: { yaw: 0, pitch: 0, hfov: 90 },
  panorama: {
    face: 648,
    tile: 512,
    levels: [324, 648],
    tiles: "/t/{level}/{face}{row}_{column}",
    preview: "p",
    stills: "s/{face}",
  },
  links,
});
const document = (scenes: object[]) => ({
  format: "kanfang-tour",
  version: 1,
  id: "x",
  title: "t",
  start: "a",
  scenes,
});

describe("the document", () => {
  it("is read whole, links into nowhere left out", () => {
    const tour = readTour(document([scene("a", 0, [{ target: "b", yaw: 1, pitch: 2 }, { target: "zz", yaw: 1, pitch: 2 }]), scene("b", 0, [])])); // biome-ignore format: one tour
    expect(tour.scenes[0]?.links).toEqual([{ target: "b", yaw: 1, pitch: 2, title: "" }]);
    expect(tour.scenes[0]?.panorama.coverage).toEqual({ yaw: [-180, 180], pitch: [-90, 90] });
    const address = tileAddress(tour.scenes[0]?.panorama as never, { level: 2, face: "u", row: 1, column: 0 });
    expect(address).toBe("/t/2/u1_0");
  });
  it("is refused with its fault when something lacks", () => {
    expect(() => readTour({})).toThrow("format");
    expect(() => readTour(document([]))).toThrow("no scenes");
    expect(() => readTour({ ...document([]), version: 2 })).toThrow("version 2");
    const bad = scene("a", 0, []);
    expect(() => readTour(document([{ ...bad, panorama: { ...bad.panorama, levels: [648, 324] } }]))).toThrow("levels");
  });
});

describe("the address", () => {
  it("keeps the view", () => {
    const hash = writePlace("客厅 1", { yaw: -12.345, pitch: 0.01, hfov: 75 });
    expect(readPlace(hash)).toEqual({ scene: "客厅 1", view: { yaw: -12.3, pitch: 0, hfov: 75 } });
  });
  it("bears nonsense", () => {
    expect(readPlace("#top")).toBeUndefined();
    expect(readPlace("#scene=a&yaw=much")).toEqual({ scene: "a", view: {} });
  });
});

describe("arriving through a link", () => {
  const tour = readTour(document([scene("a", 30, [{ target: "b", yaw: 90, pitch: 0 }]), scene("b", 50, [{ target: "a", yaw: -40, pitch: 0 }])])); // biome-ignore format: one tour
  const [a, b] = tour.scenes as [never, never];
  const link = (a as { links: never[] }).links[0] as never;
  const view = { yaw: 80, pitch: -20, hfov: 70 };
  it("keeps the heading where north is known", () => {
    expect(arrivalOf(a, link, b, view)).toEqual({ yaw: 100, pitch: 0, hfov: 70 });
  });
  it("turns the back to where one came from", () => {
    expect(arrivalOf({ ...(a as object), northYaw: null } as never, link, b, view).yaw).toBe(140);
  });
});

describe("the status", () => {
  it("is open, a notice or the end", () => {
    expect(readStatus({ state: "announced" })).toEqual({ kind: "open" });
    expect(readStatus({ state: "suspended", banner: "因故中止" })).toMatchObject({
      kind: "notice",
      banner: "因故中止",
    });
    expect(readStatus({ state: "withdrawn" })).toEqual({ kind: "withdrawn" });
    expect(readStatus(null)).toEqual({ kind: "open" });
  });
});

describe("means of the device", () => {
  const desk = { userAgent: "Chrome", touchPoints: 0, memoryGiB: 8, saveData: false, slow: false, devicePixelRatio: 1 };
  it("are small in WeChat and on iPhones, and spare with bytes when asked", () => {
    const budgets = ["iPhone", "Android MicroMessenger", "Android Chrome", "Chrome"].map(
      (userAgent) => meansOf({ ...desk, userAgent }).textureBytes / 1024 / 1024,
    );
    expect(budgets).toEqual([36, 36, 96, 256]);
    expect(meansOf({ ...desk, userAgent: "Macintosh", touchPoints: 5 }).textureBytes).toBe(36 * 1024 * 1024);
    expect(meansOf({ ...desk, saveData: true })).toMatchObject({ prefetch: false, magnification: 1.8 });
    expect(meansOf({ ...desk, devicePixelRatio: 3, userAgent: "iPhone" }).pixelRatio).toBe(2);
  });
});

describe("the motion sensor", () => {
  it("turns the phone's angles into a view", () => {
    const upright = lookOf(0, 90, 0);
    expect(upright.yaw).toBeCloseTo(0, 6);
    expect(upright.pitch).toBeCloseTo(0, 6);
    expect(lookOf(90, 90, 0).yaw).toBeCloseTo(-90, 6);
    expect(lookOf(0, 120, 0).pitch).toBeCloseTo(30, 6);
    expect(lookOf(0, 0, 0).pitch).toBeCloseTo(-90, 6);
  });
});

describe("the rig", () => {
  const size = { width: 1280, height: 720 };
  const rig = () => {
    const it = new Rig();
    it.resize(size, limitsFor({ yaw: [-180, 180], pitch: [-90, 90] }, 2592, size, true));
    it.look({ yaw: 0, pitch: 0, hfov: 90 });
    return it;
  };
  it("glides on when let go and comes to rest", () => {
    const it = rig();
    it.throw(100, 0);
    for (let now = 16; now < 4000; now += 16) it.tick(now);
    expect(it.view.yaw).toBeGreaterThan(20);
    expect(it.moving).toBe(false);
  });
  it("stands still when the reader wants no motion", () => {
    const it = rig();
    it.calm = true;
    it.throw(100, 0);
    it.turnTo({ yaw: 50 }, 500, 0);
    expect(it.view.yaw).toBe(50);
    expect(it.moving).toBe(false);
  });
  it("turns the short way", () => {
    const it = rig();
    it.look({ yaw: 170, pitch: 0, hfov: 90 });
    it.turnTo({ yaw: -170 }, 100, 0);
    it.tick(50);
    expect(Math.abs(it.view.yaw)).toBeGreaterThan(169);
  });
  it("keeps the point under the wheel", () => {
    const it = rig();
    const before = it.directionAt({ x: 1000, y: 200 });
    it.zoomAt(1.7, { x: 1000, y: 200 });
    const after = it.directionAt({ x: 1000, y: 200 });
    expect(after[0]).toBeCloseTo(before[0], 9);
    expect(after[1]).toBeCloseTo(before[1], 9);
    expect(it.view.hfov).toBeLessThan(90);
  });
});

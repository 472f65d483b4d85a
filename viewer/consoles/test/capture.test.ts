import { describe, expect, it } from "vitest";
import type { Facts } from "../src/api/listings.ts";
import type { Room, ShotList } from "../src/api/shot-list.ts";
import { adviceOn } from "../src/capture/advice.ts";
import { type Grey, measure } from "../src/capture/measure.ts";
import { readHeader } from "../src/capture/picture.ts";
import { isComplete, photosForTurn, progressOf } from "../src/capture/progress.ts";
import { layoutOf, merged, proposeRooms } from "../src/capture/rooms.ts";
import { blurWidth } from "../src/capture/sharpness.ts";
import type { Shot } from "../src/capture/store.ts";
import { gaps, headingOf } from "../src/capture/turn.ts";
import { lean } from "../src/capture/upright.ts";
import { numbered } from "../src/studio/new-scenes.ts";

const facts = (kind: string, house_type: string | null, defects: object[] = []): Facts => ({
  kind,
  region: "北京市",
  address: null,
  building: { house_type },
  defects,
});
const names = (rooms: Room[]): string[] => rooms.map((one) => one.name);

describe("rooms", () => {
  it("reads layouts as people write them", () => {
    expect(layoutOf("2室1厅1厨1卫")).toEqual({ 室: 2, 厅: 1, 厨: 1, 卫: 1, 阳: 0 });
    expect(layoutOf("三室两厅")).toEqual({ 室: 3, 厅: 2, 厨: 0, 卫: 0, 阳: 0 });
    expect(layoutOf("３房２厅２卫1阳台")).toEqual({ 室: 3, 厅: 2, 厨: 0, 卫: 2, 阳: 1 });
    for (const nothing of [null, undefined, "", "开间", "复式"]) expect(layoutOf(nothing)).toBeNull();
  });

  it("are proposed from the facts, each name once", () => {
    const flat = proposeRooms(facts("residential", "3室2厅1厨2卫"));
    expect(names(flat)).toEqual(
      expect.arrayContaining(["客厅", "餐厅", "主卧", "次卧", "卧室3", "厨房", "主卫", "次卫"]),
    );
    expect(names(proposeRooms(facts("residential", "1室0厅1卫")))).not.toContain("客厅");
    for (const kind of [
      "residential",
      "commercial",
      "office",
      "industrial",
      "land",
      "parking",
      "vehicle",
      "equipment",
    ]) {
      const rooms = proposeRooms(facts(kind, null));
      expect(rooms.length).toBeGreaterThan(0);
      expect(new Set(names(rooms)).size).toBe(rooms.length);
      for (const { wanted } of rooms) for (const { count } of wanted) expect(count).toBeGreaterThan(0);
    }
  });

  it("ask for each stated defect where it is", () => {
    const rooms = proposeRooms(
      facts("residential", "2室1厅", [
        { place: "次卧", text: "水渍" },
        { place: "次卧", text: "裂缝" },
        { place: "地下室", text: "渗水" },
      ]),
    );
    const second = rooms.find((one) => one.name === "次卧");
    expect(second?.wanted.find((one) => one.need === "defect")?.count).toBe(2);
    expect(second?.note).toBe("水渍；裂缝");
    expect(rooms.at(-1)).toMatchObject({ name: "地下室", wanted: [{ need: "defect", count: 1 }] });
  });

  it("keep what both have changed", () => {
    const room = (id: string, name: string, more: Partial<Room> = {}): Room => ({
      id,
      name,
      wanted: [],
      not_taken: null,
      note: "",
      ...more,
    });
    const base = [room("a", "客厅"), room("b", "主卧"), room("c", "厨房")];
    const mine = [room("a", "客厅", { not_taken: "locked" }), room("c", "厨房"), room("d", "储藏室")];
    const theirs = [room("a", "起居室"), room("b", "主卧"), room("c", "厨房", { note: "新" }), room("e", "阳台")];
    const both = merged(base, mine, theirs);
    expect(both.map((one) => one.id)).toEqual(["a", "c", "e", "d"]);
    expect(both[0]).toMatchObject({ name: "起居室", not_taken: "locked" });
    expect(both[1]?.note).toBe("新");
    // What they changed is not taken away by me; a room that both added is one.
    expect(names(merged(base, base.slice(1), [room("a", "起居室"), ...base.slice(1)]))).toContain("起居室");
    expect(names(merged([], [room("x", "客厅")], [room("y", "客厅")]))).toEqual(["客厅"]);
    expect(names(merged(base, [base[2], base[0], base[1]] as Room[], base))).toEqual(["厨房", "客厅", "主卧"]);
  });

  it("number a title that is taken", () => {
    expect([numbered("客厅", []), numbered("客厅", ["客厅"]), numbered("客厅", ["客厅", "客厅 2"])]).toEqual([
      "客厅",
      "客厅 2",
      "客厅 3",
    ]);
  });
});

const shot = (more: Partial<Shot>): Shot => ({
  id: Math.random().toString(),
  listing: "l",
  room_id: "a",
  room_name: "客厅",
  need: "panorama",
  name: "x.jpg",
  type: "image/jpeg",
  size: 1,
  modified: 0,
  added: 0,
  preview: null,
  measures: null,
  unreadable: false,
  hfov: null,
  heading: null,
  hash: null,
  asset: null,
  error: null,
  ...more,
});

describe("progress", () => {
  const room: Room = {
    id: "a",
    name: "客厅",
    wanted: [
      { need: "panorama", count: 2 },
      { need: "meter", count: 1 },
    ],
    not_taken: null,
    note: "",
  };
  const file = (asset: string, need: "panorama" | "meter", taken_for: string, id = "a"): ShotList["files"][number] => ({
    asset,
    file_name: asset,
    state: "ready",
    taken_for,
    thumbnail: null,
    shown: { room_id: id, room_name: "客厅", need },
  });
  const measured = { kind: "panorama" } as Shot["measures"];

  it("counts what the server has and what this device keeps, nothing twice", () => {
    const files = [file("1", "panorama", "equirectangular"), file("2", "meter", "flat_photo")];
    const shots = [shot({ measures: measured }), shot({ measures: measured, asset: "1" })];
    const progress = progressOf(room, [room], files, shots);
    expect(progress.map((one) => one.there)).toEqual([2, 1]);
    expect(isComplete(room, progress)).toBe(true);
    expect(isComplete(room, progressOf(room, [room], files, []))).toBe(false);
    expect(isComplete({ ...room, not_taken: "refused" }, [])).toBe(true);
  });

  it("finds pictures of a room that has left the list by its name", () => {
    const files = [file("1", "panorama", "equirectangular", "gone")];
    expect(progressOf(room, [room], files, [])[0]?.there).toBe(1);
    const other = { ...room, id: "gone", name: "餐厅" };
    expect(progressOf(room, [room, other], files, [])[0]?.there).toBe(0);
  });

  it("takes enough photos all round for a standpoint, by the lens", () => {
    expect(photosForTurn(65)).toBe(9);
    expect(photosForTurn(100)).toBeLessThan(photosForTurn(50));
    const photo = { kind: "photo" } as Shot["measures"];
    const shots = Array.from({ length: 8 }, () => shot({ measures: photo, hfov: 65 }));
    expect(progressOf(room, [room], [], shots)[0]).toMatchObject({ there: 0, turn: { photos: 8, needed: 9 } });
    shots.push(shot({ measures: photo, hfov: 65 }));
    expect(progressOf(room, [room], [], shots)[0]).toMatchObject({ there: 1, turn: null });
  });
});

/** A scene of upright and lying bars; `soft`: width of the edges in pixels, `grain`: amplitude of noise. */
function bars(width: number, height: number, soft: number, grain = 2): Grey {
  const values = new Uint8Array(width * height);
  let seed = 7;
  const edge = (place: number): number => {
    const at = ((place % 80) + 80) % 80;
    return Math.min(1, Math.max(0, (at < 40 ? at : 80 - at) / soft - 20 / soft + 0.5));
  };
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      seed = (seed * 1_664_525 + 1_013_904_223) >>> 0;
      const noise = ((seed >>> 24) / 255 - 0.5) * 2 * grain;
      values[y * width + x] = 60 + 120 * (y < height / 2 ? edge(x) : edge(y)) + noise;
    }
  return { width, height, values };
}

describe("a turn", () => {
  it("knows where the camera looks, however the telephone is held", () => {
    // Upright in the hand: turning left lets alpha grow.
    expect(headingOf(0, 90, 0)).toBeCloseTo(0, 6);
    expect(headingOf(270, 90, 0)).toBeCloseTo(90, 6);
    expect(headingOf(180, 80, 0)).toBeCloseTo(180, 6);
    // Held across, top to the left: the camera looks where the right side showed.
    expect(headingOf(0, 0, -90)).toBeCloseTo(90, 6);
    expect(headingOf(0, 0, 90)).toBeCloseTo(270, 6);
    expect(headingOf(30, 0, 0)).toBeNull();
  });

  it("tells what of the circle is missing", () => {
    expect(gaps([], 60)).toEqual([[0, 360]]);
    expect(gaps([0, 60, 120, 180, 240, 300], 65)).toEqual([]);
    expect(gaps([0, 60, 120, 240, 300], 60)).toEqual([[150, 210]]);
    expect(gaps([60, 120, 180, 240, 300], 60)).toEqual([[330, 390]]);
    expect(gaps([10], 90)).toEqual([[55, 325]]);
  });
});

describe("sharpness", () => {
  it("tells the width of edges, with noise and without", () => {
    for (const grain of [0, 3, 8]) {
      expect(blurWidth(bars(800, 600, 1, grain))).toBeLessThan(3);
      expect(blurWidth(bars(800, 600, 9, grain))).toBeGreaterThan(5);
    }
    const widths = [1, 3, 5, 7].map((soft) => blurWidth(bars(800, 600, soft)) ?? 0);
    expect(widths).toEqual([...widths].sort((a, b) => a - b));
  });

  it("says nothing of a bare wall", () => {
    expect(blurWidth({ width: 640, height: 480, values: new Uint8Array(640 * 480).fill(180) })).toBeNull();
    expect(blurWidth(bars(640, 480, 200))).toBeNull();
  });

  it("sees a camera that moved sideways by the upright edges alone", () => {
    const scene = bars(800, 600, 1);
    const values = new Uint8Array(scene.values.length);
    for (let y = 0; y < 600; y += 1)
      for (let x = 0; x < 800; x += 1) {
        let sum = 0;
        for (let step = 0; step < 10; step += 1) sum += scene.values[y * 800 + Math.min(799, x + step)] as number;
        values[y * 800 + x] = sum / 10;
      }
    expect(blurWidth({ ...scene, values })).toBeGreaterThan(4);
  });
});

/** A room of upright bars, seen by a camera that leans by `angle` degrees towards `yaw`. */
function leaning(angle: number, yaw: number): Grey {
  const [width, height] = [1024, 512];
  const values = new Uint8Array(width * height);
  const rad = Math.PI / 180;
  const [e, l0] = [angle * rad, yaw * rad];
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const [l, p] = [((x + 0.5) / width - 0.5) * 2 * Math.PI, (0.5 - (y + 0.5) / height) * Math.PI];
      // x forward to yaw 0, y to the right, z up; then so turned that the lean is about the second axis.
      const [a, b, c] = [Math.cos(p) * Math.cos(l - l0), Math.cos(p) * Math.sin(l - l0), Math.sin(p)];
      const [d, f] = [a * Math.cos(e) + c * Math.sin(e), -a * Math.sin(e) + c * Math.cos(e)];
      const level = Math.atan2(b, d) / rad;
      // Edges as a lens makes them, some pixels wide.
      const wave = Math.sin(((level + 2) / 7.5) * Math.PI) * 7;
      values[y * width + x] = Math.abs(f) > 0.9 ? 120 : 125 + 65 * Math.max(-1, Math.min(1, wave));
    }
  return { width, height, values };
}

describe("panoramas", () => {
  it("lean by the angle that they were turned by", () => {
    expect(lean(leaning(0, 0))?.angle).toBeLessThan(0.5);
    for (const [angle, yaw] of [
      [3, 0],
      [5, 90],
      [7, -135],
    ] as const) {
      const found = lean(leaning(angle, yaw)) ?? { angle: 0, yaw: 0 };
      expect(Math.abs(found.angle - angle)).toBeLessThan(0.6);
      expect(Math.cos(((found.yaw - yaw) * Math.PI) / 180)).toBeGreaterThan(0.98);
    }
  });

  it("are told from photos and from two circles, and their ends are compared", () => {
    const whole = leaning(0, 0);
    expect(measure(whole, false)).toMatchObject({ kind: "panorama" });
    expect(measure(whole, false).seam).toBeLessThan(3);
    expect(measure(bars(640, 480, 1), false)).toMatchObject({ kind: "photo", seam: null, lean: null });
    const circles: Grey = { width: 400, height: 200, values: new Uint8Array(80_000) };
    for (let y = 0; y < 200; y += 1)
      for (let x = 0; x < 400; x += 1) if (Math.hypot((x % 200) - 100, y - 100) < 98) circles.values[y * 400 + x] = 120;
    expect(measure(circles, false).kind).toBe("dual_fisheye");
    // One end darker than the other.
    const torn = { ...whole, values: whole.values.map((value, at) => Math.max(0, value - ((at % 1024) * 50) / 1024)) };
    expect(measure(torn, false).seam).toBeGreaterThan(3.5);
  });
});

describe("advice", () => {
  const well = { kind: "photo", blur: 2.5, brightness: 120, burnt: 0.02, black: 0, lean: null, seam: null } as const;
  it("is given for what is wrong, and not for what is well or cannot be told", () => {
    expect(adviceOn(well, "detail")).toEqual([]);
    expect(adviceOn({ ...well, blur: null }, "detail")).toEqual([]);
    const keys = (change: object, need: "detail" | "panorama" = "panorama"): string[] =>
      adviceOn({ ...well, ...change }, need).map((one) => one.key);
    expect(keys({ blur: 4.2 })).toEqual(["advice-soft"]);
    expect(keys({ blur: 7 })).toEqual(["advice-blurred"]);
    expect(keys({ brightness: 20, burnt: 0.4 })).toEqual(["advice-dark", "advice-burnt"]);
    expect(keys({ kind: "panorama", lean: { angle: 6, yaw: 0 }, seam: 5 })).toEqual(["advice-leaning", "advice-seam"]);
    expect(keys({ kind: "panorama" }, "detail")).toEqual(["advice-panorama-here"]);
  });
});

/** A JPEG's markers: EXIF with orientation and focal length, then a frame. */
function jpeg(orientation: number, focal: number, width: number, height: number): Uint8Array {
  const exif = new DataView(new ArrayBuffer(6 + 8 + 2 + 24 + 4 + 2 + 12));
  [0x45, 0x78, 0x69, 0x66, 0, 0, 0x4d, 0x4d, 0, 42].forEach((byte, at) => {
    exif.setUint8(at, byte);
  });
  exif.setUint32(10, 8);
  exif.setUint16(14, 2);
  const entry = (at: number, tag: number, type: number, put: () => void): void => {
    exif.setUint16(at, tag);
    exif.setUint16(at + 2, type);
    exif.setUint32(at + 4, 1);
    put();
  };
  entry(16, 0x0112, 3, () => exif.setUint16(24, orientation));
  entry(28, 0x8769, 4, () => exif.setUint32(36, 38));
  exif.setUint16(44, 1);
  entry(46, 0xa405, 3, () => exif.setUint16(54, focal));
  const frame = [0xff, 0xc0, 0, 11, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 0, 0x11, 0];
  const length = exif.byteLength + 2;
  return new Uint8Array([0xff, 0xd8, 0xff, 0xe1, length >> 8, length & 255, ...new Uint8Array(exif.buffer), ...frame]);
}

describe("what a file says", () => {
  const read = (bytes: Uint8Array): ReturnType<typeof readHeader> => readHeader(new Uint8Array(bytes).buffer);
  it("is its size as it is looked at, and the angle across", () => {
    expect(read(jpeg(1, 26, 4000, 3000))).toMatchObject({ width: 4000, height: 3000 });
    expect(read(jpeg(1, 26, 4000, 3000))?.hfov).toBeCloseTo(69.4, 1);
    expect(read(jpeg(6, 26, 4000, 3000))).toMatchObject({ width: 3000, height: 4000 });
    expect(read(jpeg(6, 26, 4000, 3000))?.hfov).toBeCloseTo(49.6, 1);
    expect(read(jpeg(1, 0, 4000, 3000))?.hfov).toBeNull();
  });

  it("is nothing where it is cut or broken, at whatever byte", () => {
    const whole = jpeg(1, 26, 4000, 3000);
    for (let end = 0; end < whole.length; end += 1) expect(() => read(whole.slice(0, end))).not.toThrow();
    for (let at = 0; at < whole.length; at += 1)
      for (const wrong of [0, 1, 127, 255]) {
        const broken = whole.slice();
        broken[at] = wrong;
        expect(() => read(broken)).not.toThrow();
      }
    expect(read(new Uint8Array([0x89, 0x50, 0x4e, 0x47]))).toBeNull();
  });
});

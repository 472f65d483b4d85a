import { readFileSync } from "node:fs";
import { moment, plain } from "@kanfang/shared/captions.ts";
import { describe, expect, it } from "vitest";
import { bearing, pathOf, thinOut } from "../src/extras/spots/place.ts";
import { lengthText, nameOf, readSpots } from "../src/extras/spots/read.ts";
import { timeText } from "../src/extras/spots/sheet.ts";
import { arc, middleOf } from "../src/geometry/arc.ts";
import { anglesOf, directionOf } from "../src/geometry/cube.ts";
import { cameraOf } from "../src/geometry/view.ts";

describe("hotspots in the document", () => {
  const place = { id: "a", yaw: 1, pitch: 2 };
  it("are read kind by kind, what cannot be shown is left out", () => {
    const kinds = readSpots([
      { ...place, kind: "information", title: "t" },
      { ...place, kind: "defect", text: "x\ny", pictures: ["/t/v/picture/1.jpg", "https://evil.example/1.jpg", "//evil.example/1.jpg", "/\\evil.example/1.jpg", "/\t/evil.example/1.jpg", 7] }, // biome-ignore format: one hotspot
      { ...place, kind: "document", title: "t", url: "https://a.cn/1.pdf" },
      { ...place, kind: "measure", to: { yaw: 3, pitch: 4 }, length: 2, error: 0.1 },
      { ...place, kind: "portal", title: "t", url: "https://a.cn/live" },
      { ...place, kind: "document", title: "t", url: "http://a.cn/1.pdf" },
      { ...place, kind: "document", title: "t", url: "https://court.cn@evil.example/" },
      { ...place, kind: "measure", to: { yaw: 3, pitch: 4 }, length: -2, error: 0.1 },
      { ...place, kind: "measure", length: 2, error: 0.1 },
      { ...place, pitch: 91, kind: "information", title: "t" },
      { ...place, kind: "defect", text: "" },
      "x",
    ]);
    expect(kinds.map(({ kind }) => kind)).toEqual(["information", "defect", "document", "measure", "portal"]);
    expect(kinds[1]).toMatchObject({ pictures: [{ address: "/t/v/picture/1.jpg", masked: 0 }] });
    expect(kinds[1] && nameOf(kinds[1])).toBe("x");
    expect(readSpots(undefined)).toEqual([]);
  });

  it("say of each photo in how many places something is hidden, also where another is left out", () => {
    const pictures = ["/a.jpg", "https://evil.example/b.jpg", "/c.jpg", "/d.jpg"];
    const [read] = readSpots([{ ...place, kind: "defect", text: "x", pictures, masked: [0, 7, 2, "3"] }]);
    expect(read).toMatchObject({
      pictures: [
        { address: "/a.jpg", masked: 0 },
        { address: "/c.jpg", masked: 2 },
        { address: "/d.jpg", masked: 0 },
      ],
    });
  });

  it("bring the captions of their videos, without what is none", () => {
    const video = { address: "/t/v/video/1.mp4", still: "/t/v/video/1.jpg" };
    const cue = { start: 0.5, end: 1, text: " 滴水 " };
    const wrong = [{ ...cue, end: 0.5 }, { ...cue, start: -1 }, { ...cue, text: " " }, { ...cue, end: "2" }, null];
    const [read] = readSpots([
      { ...place, kind: "defect", text: "x", videos: [{ ...video, captions: [cue, ...wrong] }, video] },
    ]);
    expect(read).toMatchObject({ videos: [{ captions: [{ start: 0.5, end: 1, text: "滴水" }] }, { captions: [] }] });
    expect(plain("<b>滴水</b> & 声")).toBe("&lt;b&gt;滴水&lt;/b&gt; &amp; 声");
    expect([0, 9.96, 60, 125].map(moment)).toEqual(["0:00", "0:09", "1:00", "2:05"]);
  });

  it("say a length with its error in the unit that suits it", () => {
    expect(lengthText(2.84, 0.02)).toBe("2.84 m ± 2 cm");
    expect(lengthText(2.8449, 0.004)).toBe("2.84 m ± 4 mm");
    expect(lengthText(34.29, 2.69)).toBe("34.29 m ± 2.7 m");
  });

  it("say a time in its own zone, and bear a zone that there is not", () => {
    expect(timeText("2026-10-08T02:00:00Z", "Asia/Shanghai", "en")).toContain("10:00");
    expect(timeText("2026-10-08T02:00:00Z", "No/Where", "en")).toContain("02:00");
    expect(timeText("soon", "Asia/Shanghai", "en")).toBe("soon");
  });
});

describe("directions", () => {
  const vectors = new URL("../../../tests/vectors/hotspots.json", import.meta.url);
  type Case = Record<"yaw" | "pitch" | "x" | "y" | "z", number>;
  const { directions } = JSON.parse(readFileSync(vectors, "utf8")) as { directions: Case[] };
  it.each(directions)("agree with the vectors that the server's tests use: %o", ({ yaw, pitch, x, y, z }) => {
    const found = directionOf(yaw, pitch);
    for (const [i, want] of [x, y, z].entries()) expect(found[i]).toBeCloseTo(want, 8);
  });
});

describe("lines", () => {
  it("are great circles: along the equator level, between two meridians over the pole's side", () => {
    for (const point of arc({ yaw: -40, pitch: 0 }, { yaw: 50, pitch: 0 })) expect(point[1]).toBeCloseTo(0);
    const middle = anglesOf(middleOf({ yaw: 170, pitch: -25 }, { yaw: -170, pitch: -25 }));
    expect(Math.abs(middle.yaw)).toBeCloseTo(180);
    expect(middle.pitch).toBeLessThan(-25);
  });
  it("go the same way in equal steps, and bear ends that are opposite or the same", () => {
    const points = arc({ yaw: 0, pitch: 0 }, { yaw: 90, pitch: 0 }, 3);
    expect(points.map((point) => Math.round(anglesOf(point).yaw))).toEqual([0, 30, 60, 90]);
    expect(arc({ yaw: 0, pitch: 0 }, { yaw: 180, pitch: 0 })).toHaveLength(2);
    expect(arc({ yaw: 5, pitch: 5 }, { yaw: 5, pitch: 5 })).toHaveLength(2);
  });
  it("break where they pass behind the eye", () => {
    const camera = cameraOf({ yaw: 0, pitch: 0, hfov: 90 }, { width: 800, height: 400 });
    const path = pathOf(camera, arc({ yaw: -30, pitch: 0 }, { yaw: 30, pitch: 0 }, 2));
    expect(path).toBe("M169.1 200.0L400.0 200.0L630.9 200.0");
    expect(pathOf(camera, arc({ yaw: 150, pitch: 0 }, { yaw: -150, pitch: 0 }))).toBe("");
  });
});

describe("pins", () => {
  it("come in the order in which one meets them on turning to the right", () => {
    expect([-30, 170, 0, 20].sort((a, b) => bearing(a, 0) - bearing(b, 0))).toEqual([0, 20, 170, -30]);
    expect(bearing(-170, 170)).toBeCloseTo(20);
  });
  it("stand for those that lie too close, the first before the later; nobody is lost", () => {
    const points = Array.from({ length: 500 }, (_, i) => ({ x: (i * 137) % 400, y: (i * 89) % 300 }));
    const groups = thinOut(points, 34);
    const kept = [...groups.keys()];
    for (const [i, a] of kept.entries())
      for (const b of kept.slice(i + 1)) {
        const [p, q] = [points[a], points[b]] as [{ x: number; y: number }, { x: number; y: number }];
        expect(Math.hypot(p.x - q.x, p.y - q.y)).toBeGreaterThanOrEqual(34);
      }
    const all = [...groups].flatMap(([index, joined]) => [index, ...joined]).sort((a, b) => a - b);
    expect(all).toEqual(points.map((_, i) => i));
    expect(kept[0]).toBe(0);
  });
});

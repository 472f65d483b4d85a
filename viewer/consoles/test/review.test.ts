import { describe, expect, it } from "vitest";
import type { Draft, DraftHotspot, DraftScene, Tour, VideoCaptions } from "../src/api/tours.ts";
import { pinsFrom } from "../src/review/use-pins.ts";
import { checklist, missingRooms, openChecks, roomsOf, unreachable } from "../src/studio/checklist.ts";
import { onScreen, through } from "../src/studio/project.ts";

function scene(title: string, ...targets: string[]): DraftScene {
  return {
    id: title,
    title,
    panorama: `p-${title}`,
    captured_at: "2026-03-30",
    north_yaw: 10,
    initial_view: { yaw: 0, pitch: 0, hfov: 90 },
    links: targets.map((target) => ({ target, yaw: 0, pitch: 0 })),
    position: [1, 1],
  };
}
const plan = { north: 0, rooms: [] };
const nothing = {
  sentences: [],
  houseType: undefined,
  undecided: new Map<string, number>(),
  sounding: new Set<string>(),
};
const states = (draft: Draft, known = {}) =>
  Object.fromEntries(checklist(draft, { ...nothing, ...known }).map(({ id, state }) => [id, state]));

describe("the checklist", () => {
  const whole: Draft = { start: "客厅", scenes: [scene("客厅", "厨房"), scene("厨房", "客厅")], plan };

  it("finds nothing where everything is right", () => {
    expect(new Set(Object.values(states(whole)))).toEqual(new Set(["good"]));
    expect(openChecks(checklist(whole, nothing))).toEqual([]);
  });

  it("tells each thing that is wrong, with its scenes", () => {
    const bare = { ...scene("", "客厅"), id: "x", captured_at: null, north_yaw: null, position: null };
    const draft: Draft = { start: "客厅", scenes: [scene("客厅"), bare], plan: null };
    expect(states(draft, { undecided: new Map([["p-", 3]]), houseType: "1室1厅" })).toEqual({
      scenes: "good",
      titles: "must",
      reachable: "doubt",
      ways: "doubt",
      rooms: "doubt",
      dates: "doubt",
      announced: "good",
      "close-ups": "good",
      captions: "good",
      "video-captions": "good",
      masks: "must",
      north: "advice",
      plan: "advice",
    });
    expect(unreachable(draft).map(({ id }) => id)).toEqual(["x"]);
    expect(states({ start: null, scenes: [] }).scenes).toBe("must");
  });

  it("wants each announced defect marked, and each mark shown from near", () => {
    const defect: DraftHotspot = {
      id: "d",
      kind: "defect",
      yaw: 0,
      pitch: 0,
      text: "渗水",
      pictures: [],
      seen_on: null,
      announcement: " 客厅：吊顶渗水 ",
    };
    const marked: Draft = {
      ...whole,
      scenes: [{ ...scene("客厅", "厨房"), hotspots: [defect] }, scene("厨房", "客厅")],
    };
    const sentences = ["客厅：吊顶渗水", "厨房：瓷砖开裂"];
    const announced = checklist(marked, { ...nothing, sentences }).find(({ id }) => id === "announced");
    expect(announced?.missing).toEqual(["厨房：瓷砖开裂"]);
    expect(states(marked)["close-ups"]).toBe("doubt");
  });

  it("asks for captions of videos that sound, and goes on with them or for silent ones", () => {
    const cues = [{ start: 0, end: 1, text: "滴水" }];
    const note = { id: "n", kind: "information", yaw: 0, pitch: 0, title: "t", text: "", pictures: [], videos: ["a", "b"] } as const; // biome-ignore format: a note
    const filmed = (captions: VideoCaptions[]): Draft => ({
      ...whole,
      scenes: [
        { ...scene("客厅", "厨房"), hotspots: [{ ...note, videos: ["a", "b"], pictures: [], captions }] },
        scene("厨房", "客厅"),
      ],
    });
    const sounding = new Set(["a"]);
    const found = checklist(filmed([{ video: "b", cues }]), { ...nothing, sounding });
    expect(found.find(({ id }) => id === "video-captions")).toMatchObject({
      state: "advice",
      scenes: [{ id: "客厅" }],
    });
    expect(openChecks(found), "nothing that keeps it back").toEqual([]);
    expect(states(filmed([{ video: "a", cues }]), { sounding })["video-captions"]).toBe("good");
    expect(states(filmed([]), { sounding: new Set() })["video-captions"]).toBe("good");
  });

  it("reads house types as courts write them", () => {
    expect([...roomsOf("2室1厅1厨1卫")]).toEqual([["室", 2], ["厅", 1], ["厨", 1], ["卫", 1]]); // biome-ignore format: a row
    expect([...roomsOf("两室一厅一卫（含阳台）")]).toEqual([["室", 2], ["厅", 1], ["卫", 1]]); // biome-ignore format: a row
    expect([...roomsOf("平房")]).toEqual([]);
    expect(missingRooms("2室1厅", [scene("主卧"), scene("Living room")])).toEqual([{ sign: "室", have: 1, want: 2 }]);
  });
});

describe("pins", () => {
  const tour = { scenes: [scene("客厅")] } as Tour;
  it("of an earlier page are taken up, and nothing that is none", () => {
    const pin = { scene: "客厅", yaw: 1, pitch: 2, text: "" };
    expect(pinsFrom(JSON.stringify([pin, { ...pin, scene: "gone" }, { ...pin, yaw: null }, null]), tour)).toEqual([
      pin,
    ]);
    for (const bad of [null, "", "{", "{}", "[1]"]) expect(pinsFrom(bad, tour)).toEqual([]);
  });

  it("lie where they were set, in every view", () => {
    const size = { width: 640, height: 480 };
    for (const view of [
      { yaw: 0, pitch: 0, hfov: 90 },
      { yaw: 170, pitch: -50, hfov: 70 },
      { yaw: 0, pitch: 90, hfov: 90 },
      { yaw: 0, pitch: -90, hfov: 90 },
    ]) {
      for (const point of [
        { x: 320, y: 240 },
        { x: 10, y: 470 },
        { x: 600, y: 30 },
      ]) {
        // biome-ignore format: three points
        const back = onScreen(through(point, view, size), view, size);
        expect(back?.x).toBeCloseTo(point.x, 6);
        expect(back?.y).toBeCloseTo(point.y, 6);
      }
    }
  });
});

import { describe, expect, it } from "vitest";
import { Problem } from "../src/api/problem.ts";
import type { Draft, DraftHotspot, DraftScene, Finished, Tour } from "../src/api/tours.ts";
import { announcedDefects } from "../src/studio/announced.ts";
import { Autosave } from "../src/studio/autosave.ts";
import { edited, wrapYaw } from "../src/studio/draft.ts";
import { clockOf, instantOf, isAddress, lacksOf, newHotspot, withMethod } from "../src/studio/hotspots.ts";
import { draftOf, newId } from "../src/studio/model.ts";
import { inOrder, scenesFor, titleOf } from "../src/studio/new-scenes.ts";
import { onScreen } from "../src/studio/project.ts";
import { levelOf, recordingName } from "../src/studio/recorder.ts";
import { commonRoom } from "../src/studio/room-names.ts";
import { begin, record, redone, undone } from "../src/studio/undo.ts";

function scene(id: string, ...targets: string[]): DraftScene {
  return {
    id,
    title: id,
    panorama: `p-${id}`,
    captured_at: null,
    north_yaw: null,
    initial_view: { yaw: 0, pitch: 0, hfov: 90 },
    links: targets.map((target) => ({ target, yaw: 0, pitch: 0 })),
  };
}

const FLAT: Draft = { start: "hall", scenes: [scene("hall", "room"), scene("room", "hall"), scene("bath")] };
const names = (draft: Draft) => draft.scenes.map((one) => one.id);

describe("a recording of the narration", () => {
  it("is put into its scene and taken out of it", () => {
    const told = edited(FLAT, { do: "narration-sound", scene: "hall", sound: "a" });
    expect(told.scenes.map((one) => one.narration_sound)).toEqual(["a", undefined, undefined]);
    expect(edited(told, { do: "narration-sound", scene: "hall", sound: null })).toEqual(FLAT);
  });

  it("is as loud as its meter says", () => {
    const of = (amplitude: number) => levelOf(new Float32Array(2048).map((_, i) => amplitude * Math.sin(i / 5)));
    expect(of(0)).toBe(0);
    expect(of(1)).toBeGreaterThan(0.9);
    expect(of(0.05)).toBeGreaterThan(0.35);
    expect(of(0.05)).toBeLessThan(of(0.2));
  });

  it("has a name with its room and the ending of its kind", () => {
    const at = new Date(2026, 10, 27, 9, 5, 7);
    expect(recordingName("客厅/阳台", "audio/webm;codecs=opus", at)).toBe("客厅 阳台-090507.webm");
    expect(recordingName("", "audio/mp4", at)).toBe("scene-090507.m4a");
  });
});

describe("draft", () => {
  it("keeps its order, start and links whole when a scene goes", () => {
    const next = edited(FLAT, { do: "remove", scene: "hall" });
    expect(next.start).toBe("room");
    expect(names(next)).toEqual(["room", "bath"]);
    expect(next.scenes[0]?.links).toEqual([]);
    expect(FLAT.scenes).toHaveLength(3);
  });

  it("keeps the floor plan and where the camera stood", () => {
    const planned: Draft = { ...FLAT, plan: { north: 0, rooms: [] }, scenes: [{ ...scene("hall"), position: [1, 2] }] };
    expect(draftOf({ ...planned, state: "draft" } as unknown as Tour)).toEqual(planned);
    const more = edited(planned, { do: "add", scenes: [scene("bath")] });
    const fewer = edited(more, { do: "remove", scene: "bath" });
    expect(fewer).toEqual(planned);
  });

  it("takes a plan and standpoints, and gives them up again", () => {
    const plan = { north: 10, rooms: [] };
    const planned = edited(FLAT, { do: "plan", plan });
    expect(planned.plan).toEqual(plan);
    expect("plan" in edited(planned, { do: "plan", plan: null })).toBe(false);
    const placed = edited(planned, { do: "position", scene: "hall", at: [1, 2] });
    expect(placed.scenes[0]?.position).toEqual([1, 2]);
    expect(edited(placed, { do: "position", scene: "hall", at: null }).scenes[0]?.position).toBeNull();
  });

  it("moves scenes within bounds", () => {
    expect(names(edited(FLAT, { do: "move", scene: "hall", to: 9 }))).toEqual(["room", "bath", "hall"]);
    expect(names(edited(FLAT, { do: "move", scene: "bath", to: -3 }))).toEqual(["bath", "hall", "room"]);
  });

  it("takes a scene in once, and the first one starts", () => {
    const one = edited({ start: null, scenes: [] }, { do: "add", scenes: [scene("hall")] });
    expect(one.start).toBe("hall");
    expect(edited(one, { do: "add", scenes: [scene("hall")] })).toBe(one);
  });

  it("keeps angles in their ranges", () => {
    const next = edited(FLAT, { do: "link", scene: "bath", link: { target: "hall", yaw: 190.004, pitch: 95 } });
    expect(next.scenes[2]?.links[0]).toEqual({ target: "hall", yaw: -170, pitch: 90 });
    expect([-180, 180, 540, -190].map(wrapYaw)).toEqual([-180, -180, -180, 170]);
  });

  it("never links a scene to itself", () => {
    expect(edited(FLAT, { do: "link", scene: "hall", link: { target: "hall", yaw: 0, pitch: 0 } })).toBe(FLAT);
  });
});

describe("undo", () => {
  it("goes back and forth, and a new edit forgets the future", () => {
    let line = record(record(begin(1), 2, null, 0), 3, null, 0);
    line = undone(undone(line));
    expect(line.now).toBe(1);
    expect(undone(line)).toBe(line);
    line = redone(line);
    expect(line.now).toBe(2);
    expect(redone(record(line, 9, null, 0)).now).toBe(9);
  });

  it("joins quick edits of one thing", () => {
    let line = begin("");
    for (const [index, text] of ["客", "客厅", "客厅一"].entries()) line = record(line, text, "rename/a", index * 300);
    expect(undone(line).now).toBe("");
    line = record(line, "客厅二", "rename/a", 9_000);
    expect(undone(line).now).toBe("客厅一");
  });
});

describe("autosave", () => {
  it("saves the last state once and builds on the version before", async () => {
    const seen: [string, string | null][] = [];
    const save = new Autosave<string>(async (value, etag) => {
      seen.push([value, etag]);
      return String(seen.length);
    }, "0");
    save.change("a");
    save.change("b");
    expect(await save.flush()).toBe(true);
    save.change("c");
    await save.flush();
    expect(seen).toEqual([
      ["b", "0"],
      ["c", "1"],
    ]);
    save.stop();
  });

  it("stops at a conflict until somebody decides", async () => {
    let refuse = true;
    const save = new Autosave<string>(async () => {
      if (refuse) throw new Problem({ slug: "stale", status: 412, title: "", detail: "" });
      return "9";
    }, "1");
    save.change("mine");
    expect(await save.flush()).toBe(false);
    expect(save.state.value).toBe("conflict");
    refuse = false;
    save.change("mine again");
    expect(await save.flush()).toBe(false);
    expect(await save.overwrite("8")).toBe(true);
    expect(save.etag).toBe("9");
  });
});

describe("projection", () => {
  const size = { width: 800, height: 400 };
  const view = { yaw: 30, pitch: 0, hfov: 90 };

  it("puts what one looks at in the middle", () => {
    expect(onScreen({ yaw: 30, pitch: 0 }, view, size)).toEqual({ x: 400, y: 200 });
    expect(onScreen({ yaw: 210, pitch: 0 }, view, size)).toBeNull();
  });

  it("puts the edge of the field of view at the edge of the picture, up above", () => {
    expect(onScreen({ yaw: 75, pitch: 0 }, view, size)?.x).toBeCloseTo(800);
    expect(onScreen({ yaw: 30, pitch: 10 }, view, size)?.y).toBeLessThan(200);
  });
});

describe("new scenes", () => {
  const title = (file_name: string, language: "zh-CN" | "en" = "zh-CN", room: string | null = null) =>
    titleOf({ file_name, room }, language);
  const found = (file_name: string, more: Partial<Finished> = {}): Finished => ({
    id: `p-${file_name}`,
    asset: "a",
    file_name,
    room: null,
    captured_on: null,
    north_yaw: null,
    ...more,
  });

  it.each([
    ["客厅/IMG_0012.jpg", "客厅"],
    ["卧室2.jpg", "卧室2"],
    ["IMG_0012_南次卧_全景.jpg", "南次卧"],
    ["01-主卧室360全景图.jpg", "主卧室"],
    ["客厅 2.jpg", "客厅2"],
    ["阳台20260330.jpg", "阳台"],
    ["living.jpg", "客厅"],
    ["MasterBedroom_2.JPG", "主卧2"],
    ["bedroom-03.jpg", "卧室3"],
    ["bedroom_20260330_101112.jpg", "卧室"],
    ["R0010045 kitchen.jpg", "厨房"],
    ["kids' room.heic", "儿童房"],
    ["zhuwo1.jpg", "主卧1"],
    ["rooms/weishengjian/R0010045.JPG", "卫生间"],
  ])("%s shows %s", (name, shown) => expect(title(name)).toBe(shown));

  it("a name that tells of no room is kept, a camera's number gives way to its folder", () => {
    expect(title("R0010045.JPG")).toBe("R0010045");
    expect(title("屋顶平台.jpg")).toBe("屋顶平台");
    expect(title("东侧/IMG_0012.jpg")).toBe("东侧");
    expect(title("stableford.jpg")).toBe("stableford");
  });

  it("English names stay English in the English console, the photographer's room goes before all", () => {
    expect(title("master bedroom 2.jpg", "en")).toBe("Main bedroom 2");
    expect(title("keting.jpg", "en")).toBe("客厅");
    expect(title("kitchen.jpg", "en", "南屋")).toBe("南屋");
  });

  it("photos of one room name their set", () => {
    expect(commonRoom(["living-01.jpg", "living-02.jpg"], "zh-CN")).toBe("客厅");
    expect(commonRoom(["主卧/IMG_1.jpg", "主卧/IMG_2.jpg"], "zh-CN")).toBe("主卧");
    expect(commonRoom(["主卧/IMG_1.jpg", "IMG_2.jpg"], "zh-CN")).toBe("");
    expect(commonRoom(["IMG_1.jpg", "IMG_2.jpg"], "zh-CN")).toBe("");
  });

  it("they stand as a visitor walks, unless the files are numbered", () => {
    const names = (...files: string[]) => inOrder(files.map((file) => found(file))).map(({ file_name }) => file_name);
    expect(names("R0012.jpg", "外观.jpg", "bedroom.jpg", "客厅.jpg", "入户门.jpg")).toEqual([
      "入户门.jpg",
      "客厅.jpg",
      "bedroom.jpg",
      "外观.jpg",
      "R0012.jpg",
    ]);
    expect(names("1 卧室.jpg", "2 入户门.jpg")).toEqual(["1 卧室.jpg", "2 入户门.jpg"]);
  });

  it("have titles of their own, the day and the north of the file", () => {
    const files = [found("客厅.jpg", { captured_on: "2026-03-28", north_yaw: -90 }), found("living.jpg")];
    const scenes = scenesFor(files, ["客厅"], "zh-CN");
    expect(scenes.map(({ title }) => title)).toEqual(["客厅 2", "客厅 3"]);
    expect(scenes[0]).toMatchObject({ captured_at: "2026-03-28", north_yaw: -90 });
    expect(scenes[1]).toMatchObject({ captured_at: null, north_yaw: null });
    expect(edited({ start: null, scenes: [] }, { do: "add", scenes })).toMatchObject({ start: scenes[0]?.id, scenes });
  });
});

it("ids are UUIDv7 in order of time", () => {
  const [early, late] = [newId(1_700_000_000_000), newId(1_700_000_000_001)];
  expect(early).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(early < late).toBe(true);
});

describe("hotspots", () => {
  const at = { yaw: 0, pitch: -45 };
  const line = newHotspot("m", "measure", at, { yaw: 90, pitch: -45 }, "2026-03-30") as DraftHotspot & {
    kind: "measure";
  };
  const defect = newHotspot("d", "defect", at, at, "2026-03-30");
  const spots = (draft: Draft) => draft.scenes[0]?.hotspots ?? [];

  it("are put in, moved within bounds, replaced and taken out; old drafts have none", () => {
    let draft = edited(FLAT, { do: "put-hotspot", scene: "hall", hotspot: defect });
    expect(spots(draft)).toEqual([defect]);
    draft = edited(draft, { do: "move-hotspot", scene: "hall", id: "d", end: "from", yaw: 190, pitch: -95 });
    expect(spots(draft)[0]).toMatchObject({ yaw: -170, pitch: -90 });
    draft = edited(draft, { do: "put-hotspot", scene: "hall", hotspot: { ...defect, kind: "defect", text: "裂缝" } as DraftHotspot }); // biome-ignore format: one edit
    expect(spots(draft)).toMatchObject([{ text: "裂缝", yaw: 0 }]);
    expect(spots(edited(draft, { do: "remove-hotspot", scene: "hall", id: "d" }))).toEqual([]);
    expect(FLAT.scenes[0]?.hotspots).toBeUndefined();
  });

  it("are not whole before they hold what the server asks for", () => {
    expect(lacksOf(defect)).toEqual(["text"]);
    expect(lacksOf(newHotspot("i", "information", at, at, ""))).toEqual(["title"]);
    expect(lacksOf(newHotspot("u", "document", at, at, ""))).toEqual(["title", "url"]);
    expect(lacksOf(newHotspot("p", "portal", at, at, ""))).toEqual(["title", "url", "beginning"]);
    expect(lacksOf(line)).toEqual(["length", "error"]);
    expect(lacksOf({ ...line, length: 2.84 })).toEqual([]);
    for (const bad of ["http://a.cn", "javascript:alert(1)", "https://", "https://a@b.cn/", "https://a.cn/<x>"])
      expect(isAddress(bad), bad).toBe(false);
    expect(isAddress("https://a.cn:8443/1.pdf?x=1#y")).toBe(true);
  });

  it("compute a length on the floor anew when an end or the camera's height changes, and keep a typed one", () => {
    const floor = withMethod({ ...line, length: 9, error: 1 }, "floor");
    expect(floor).toMatchObject({ length: 2.121, error: 0.041, camera_height: 1.5, method: "floor" });
    const draft = edited(FLAT, { do: "put-hotspot", scene: "hall", hotspot: floor });
    const next = edited(draft, { do: "move-hotspot", scene: "hall", id: "m", end: "to", yaw: 180, pitch: -45 });
    expect(spots(next)[0]).toMatchObject({ length: 3, to: { yaw: -180, pitch: -45 } });
    const laser = withMethod(floor, "laser");
    expect(laser).not.toHaveProperty("camera_height");
    const typed = edited(FLAT, { do: "put-hotspot", scene: "hall", hotspot: laser });
    const kept = edited(typed, { do: "move-hotspot", scene: "hall", id: "m", end: "to", yaw: 180, pitch: -45 });
    expect(spots(kept)[0]).toMatchObject({ length: 2.121 });
    expect(lacksOf(withMethod({ ...line, to: { yaw: 90, pitch: 10 } }, "floor"))).toContain("floor");
  });

  it("tell a time on the clocks of its zone, over changes of summer time too", () => {
    expect(instantOf("2026-10-08T10:00", "Asia/Shanghai")).toBe("2026-10-08T02:00:00Z");
    expect(clockOf("2026-10-08T02:00:00Z", "Asia/Shanghai")).toBe("2026-10-08T10:00");
    expect(instantOf("2026-03-29T03:30", "Europe/Berlin")).toBe("2026-03-29T01:30:00Z");
    expect(instantOf("2026-03-29T01:30", "Europe/Berlin")).toBe("2026-03-29T00:30:00Z");
    expect(instantOf("", "Asia/Shanghai")).toBe("");
    expect(instantOf("2026-10-08T10:00", "No/Where")).toBe("");
  });

  it("come with what the facts say of defects", () => {
    const facts = { kind: "residential", region: "", address: null, building: {}, defects: [{ place: "次卧", text: "有水渍。" }, { text: "开裂。" }, null] }; // biome-ignore format: one value
    expect(announcedDefects(facts)).toEqual(["次卧：有水渍。", "开裂。"]);
    expect(announcedDefects(undefined)).toEqual([]);
  });
});

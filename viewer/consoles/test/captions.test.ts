import type { Cue } from "@kanfang/shared/captions.ts";
import { describe, expect, it } from "vitest";
import { cuesOf, withCues, withVideos } from "../src/captions/of-hotspot.ts";
import { addedAt, areWhole, fitted, lackOf, nudged, tidied, timeOf, timeText } from "../src/captions/rows.ts";
import { decoded, read, written } from "../src/captions/subtitles.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("a file of subtitles", () => {
  it("is read as SubRip with a BOM, CRLF, tags and places", () => {
    const text = decoded(
      bytes(
        "\uFEFF1\r\n00:00:00,500 --> 00:00:01,200\r\n{\\an8}<i>滴水</i> & 声\r\n第二行\r\n\r\n2\r\n0:00:01,2 --> 0:00:02,000 X1:1\r\na < b\r\n",
      ),
    );
    expect(read(text ?? "")).toEqual({
      cues: [
        { start: 0.5, end: 1.2, text: "滴水 & 声\n第二行" },
        { start: 1.2, end: 2, text: "a < b" },
      ],
      faults: [],
    });
  });

  it("is read as WebVTT with notes, styles, names, voices and entities", () => {
    const text =
      "WEBVTT - 水龙头\nKind: captions\n\nNOTE\n00:00 --> x\n\nSTYLE\n::cue { color: red }\n\nfirst\n00:00.500 --> 00:01.200 align:start\n<v.loud 张三>漏了 &lt;吗&gt; &amp;</v>\n\n01:00:01.300 --> 01:00:02.000\n<c.x>停</c>";
    expect(read(text)).toEqual({
      cues: [
        { start: 0.5, end: 1.2, text: "张三：漏了 <吗> &" },
        { start: 3601.3, end: 3602, text: "停" },
      ],
      faults: [],
    });
  });

  it("may be written in GB18030 or UTF-16, but must be text", () => {
    // 滴水 in GB18030.
    const srt = [...bytes("1\n00:00:00,000 --> 00:00:01,000\n"), 0xb5, 0xce, 0xcb, 0xae];
    expect(read(decoded(Uint8Array.from(srt)) ?? "").cues).toEqual([{ start: 0, end: 1, text: "滴水" }]);
    const sixteen = new Uint8Array(
      new Uint16Array([0xfeff, ..."滴水"].map((one) => (typeof one === "string" ? one.charCodeAt(0) : one))).buffer,
    );
    expect(decoded(sixteen)).toBe("滴水");
    expect(decoded(Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]))).toBeUndefined();
  });

  it.each([
    ["1\n00:00:00,000 -> 00:00:01,000\nA", [{ fault: "time", line: 2 }]],
    ["1\n00:00:0a,000 --> 00:00:01,000\nA\n\n2\n00:00:02,000 --> 00:00:03,000\nB", [{ fault: "time", line: 2 }]],
    ["1\n00:00:61,000 --> 00:01:02,000\nA", [{ fault: "time", line: 2 }]],
    ["WEBVTT\n\n00:02.000 --> 00:01.000\nA", [{ fault: "backwards", line: 3 }]],
    ["00:00:01,000 --> 00:00:02,000\nA\n2\n00:00:03,000 --> 00:00:04,000\nB", [{ fault: "gap", line: 4 }]],
    [
      "房屋\n介绍\n\n客厅",
      [
        { fault: "time", line: 2 },
        { fault: "time", line: 4 },
      ],
    ],
    ["", [{ fault: "none", line: 1 }]],
    ["WEBVTT\n\nNOTE nothing", [{ fault: "none", line: 1 }]],
  ])("that is wrong is told with the line: %j", (text, faults) => {
    expect(read(text).faults).toEqual(faults);
  });

  it("comes back as it was written, whatever the words", () => {
    // A fixed sequence, so that a failure comes again.
    let seed = 7;
    const random = (most: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * most);
    };
    const letters = [..."滴水ab 1:->&<>;/.,{}\\\"'…🚿é\n"];
    for (let turn = 0; turn < 500; turn += 1) {
      let at = random(3_000);
      const cues: Cue[] = [];
      for (let count = 1 + random(6); count > 0; count -= 1) {
        const start = at + random(2_000);
        at = start + 1 + random(700_000);
        const text = Array.from({ length: 1 + random(30) }, () => letters[random(letters.length)]).join("");
        cues.push({ start: start / 1000, end: at / 1000, text: `字${text}` });
      }
      const saved = tidied(cues);
      expect(read(written(saved))).toEqual({ cues: saved, faults: [] });
    }
  });
});

describe("rows of captions", () => {
  const rows: Cue[] = [
    { start: 0, end: 1, text: "一" },
    { start: 1, end: 4, text: "二" },
  ];
  const one = (row: Partial<Cue>): Cue[] => [{ start: 0, end: 1, text: "一", ...row }];

  it("say what keeps them from being saved", () => {
    expect(areWhole(rows, 4)).toBe(true);
    expect(areWhole([], undefined)).toBe(true);
    expect(lackOf(rows, 1, 3.9)).toBe("late");
    expect(lackOf([{ start: 0, end: 2, text: "零" }, ...rows], 1, 9)).toBe("order");
    expect(lackOf(one({ end: 0 }), 0, 9)).toBe("time");
    expect(lackOf(one({ start: Number.NaN }), 0, 9)).toBe("time");
    expect(lackOf(one({ text: " \n" }), 0, 9)).toBe("text");
    expect(lackOf(one({ text: "字".repeat(201) }), 0, 9)).toBe("long");
    expect(lackOf(one({ text: "1\n2\n3\n4\n5" }), 0, 9)).toBe("long");
    const many = Array.from({ length: 201 }, (_, at) => ({ start: at, end: at + 1, text: "一" }));
    expect(areWhole(many, undefined)).toBe(false);
  });

  it("are added at a moment: what is shown then ends there, and nothing is covered", () => {
    expect(addedAt(rows, 2.5, 6)).toEqual({
      rows: [rows[0], { start: 1, end: 2.5, text: "二" }, { start: 2.5, end: 4.5, text: "" }],
      index: 2,
    });
    expect(addedAt([{ start: 3, end: 4, text: "三" }], 1.5, 6)?.rows[0]).toEqual({ start: 1.5, end: 3, text: "" });
    expect(addedAt(rows, 5.9, 6)).toBeUndefined();
    expect(addedAt(rows, 0.1, 6), "no room between two").toBeUndefined();
    expect(addedAt([], 0, 6)).toEqual({ rows: [{ start: 0, end: 2, text: "" }], index: 0 });
  });

  it("end with the video, as a file is fitted to it", () => {
    const late = { start: 3, end: 9, text: "三" };
    expect(fitted([late, ...rows], 3.3339)).toEqual([rows[0], { ...rows[1], end: 3.333 }, { ...late, end: 3.333 }]);
    expect(fitted([late], 2)).toEqual([late]);
  });

  it("tell and read their times", () => {
    for (const [seconds, text] of [
      [0, "0:00.0"],
      [1.2, "0:01.2"],
      [65.25, "1:05.25"],
      [179.999, "2:59.999"],
    ] as const) {
      expect(timeText(seconds)).toBe(text);
      expect(timeOf(text)).toBe(seconds);
    }
    expect(["1.5", "00:01:05,250", "1：05", " 2:3.5 "].map(timeOf)).toEqual([1.5, 65.25, 65, 123.5]);
    for (const text of ["", "a", "1:75", "-1", "1:2:3:4"]) expect(timeOf(text)).toBeNaN();
    expect([nudged(1.2, 1), nudged(0.05, -1), nudged(Number.NaN, 1)]).toEqual([1.3, 0, 0]);
  });
});

describe("the captions of a hotspot", () => {
  const note = { id: "n", kind: "information" as const, yaw: 0, pitch: 0, title: "t", text: "", pictures: [], videos: ["a", "b"] }; // biome-ignore format: a note
  const cues = [{ start: 0, end: 1, text: "滴水" }];
  it("are put to a video, taken away, and go with it", () => {
    const one = withCues(note, "a", cues);
    expect(one.captions).toEqual([{ video: "a", cues }]);
    expect(cuesOf(one, "a")).toEqual(cues);
    expect(cuesOf(one, "b")).toEqual([]);
    expect(withCues(one, "a", [])).toEqual(note);
    expect(withVideos(withCues(one, "b", cues), ["b"])).toEqual({
      ...note,
      videos: ["b"],
      captions: [{ video: "b", cues }],
    });
    expect(withVideos(one, ["b"])).toEqual({ ...note, videos: ["b"] });
  });
});

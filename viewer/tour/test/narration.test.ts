import { describe, expect, it } from "vitest";
import {
  beginningsOf,
  languageOf,
  narrationOf,
  readingTime,
  recordingOf,
  sentenceAt,
  sentencesOf,
} from "../src/extras/narration/text.ts";
import type { Scene } from "../src/tour/document.ts";

describe("a narration", () => {
  it("is told sentence by sentence, with nothing lost", () => {
    expect(sentencesOf("客厅朝南，面积约24.5平方米。“阳台已封！”窗外是小区花园")).toEqual(["客厅朝南，面积约24.5平方米。", "“阳台已封！”", "窗外是小区花园"]); // biome-ignore format: short
    expect(sentencesOf("The room faces south. It measures 24.5 m².\nSee the plan?")).toEqual(["The room faces south.", "It measures 24.5 m².", "See the plan?"]); // biome-ignore format: short
    expect(sentencesOf("")).toEqual([]);
    expect(sentencesOf("\n\n。\n")).toEqual([]);
  });

  it("has captions that can be read at once, however long a sentence is", () => {
    for (const long of ["房".repeat(500), "客厅朝南，".repeat(60), "word ".repeat(120)]) {
      const parts = sentencesOf(long);
      expect(Math.max(...parts.map((part) => part.length))).toBeLessThanOrEqual(90);
      expect(parts.join("").replaceAll(" ", "")).toBe(long.replaceAll(" ", ""));
    }
  });

  it("takes as long as reading it", () => {
    expect(readingTime("好")).toBe(1800);
    expect(readingTime("房".repeat(45))).toBeCloseTo(10_600);
    expect(readingTime("a".repeat(140))).toBeCloseTo(10_600);
  });

  it("is spoken in the language in which it is written", () => {
    expect(languageOf("3 号楼 502")).toBe("zh-CN");
    expect(languageOf("Building 3")).toBe("en");
  });

  it("has its captions spread over the recording by what each takes to read", () => {
    const begins = beginningsOf(["一二三四五六", "一二", "一二三四"], 24);
    expect(begins).toEqual([0, 12, 16]);
    expect([0, 11.9, 12, 15, 23].map((time) => sentenceAt(begins, time))).toEqual([0, 0, 1, 1, 2]);
    expect(beginningsOf([], 24)).toEqual([]);
    expect(sentenceAt([], 3)).toBe(0);
  });

  it("has a recording only where it is one of this site's with a length", () => {
    const of = (narrationSound: unknown) => recordingOf({ narrationSound } as unknown as Scene);
    const right = { address: "/t/v/sound/a.m4a", seconds: 12.5 };
    expect(of(right)).toEqual(right);
    for (const wrong of [
      undefined,
      null,
      "/t/v/sound/a.m4a",
      { ...right, address: "https://elsewhere.example/a.m4a" },
      { ...right, address: "//elsewhere.example/a.m4a" },
      { ...right, address: "javascript:alert(1)" },
      { ...right, seconds: 0 },
      { ...right, seconds: "12" },
    ])
      expect(of(wrong)).toBeUndefined();
  });

  it("that is no text is none", () => {
    expect(narrationOf({ narration: 3 } as unknown as Scene)).toBe("");
    expect(narrationOf({ narration: "  朝南 " } as unknown as Scene)).toBe("朝南");
  });
});

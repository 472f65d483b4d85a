import { describe, expect, it } from "vitest";
import { bytes, clock, day, fromLocalInput, moment, parseYuan, toLocalInput, wan, yuan } from "../src/format.ts";

describe("money", () => {
  it("shows fen as yuan and as ten thousands", () => {
    expect(yuan(756_000_000)).toBe("7,560,000");
    expect(yuan(1_250)).toBe("12.50");
    expect(yuan(null)).toBe("—");
    expect(wan(756_000_000)).toBe("756.00");
    expect(wan(235_750_200)).toBe("235.75");
  });

  it("reads what people type", () => {
    expect(parseYuan("7,560,000")).toBe(756_000_000);
    expect(parseYuan("７５６万元")).toBe(756_000_000);
    expect(parseYuan("235.7502万")).toBe(235_750_200);
    expect(parseYuan("¥ 12.5")).toBe(1_250);
    expect(parseYuan("")).toBeNull();
    for (const wrong of ["abc", "1.234", "-5", "1e9", "12345678901234"]) expect(parseYuan(wrong)).toBeUndefined();
  });

  it("reads back what it shows", () => {
    for (const fen of [0, 1, 99, 100, 123_456_789, 973_000_000]) expect(parseYuan(yuan(fen))).toBe(fen);
  });
});

describe("time", () => {
  it("is shown in Shanghai in both languages", () => {
    expect(moment("2020-03-30T02:00:00Z", "zh-CN")).toBe("2020年3月30日 10:00");
    expect(moment("2020-03-30T16:30:00Z", "zh-CN")).toBe("2020年3月31日 00:30");
    expect(day("2020-03-30T02:00:00Z", "en")).toBe("30 Mar 2020");
    expect(moment(null, "zh-CN")).toBe("—");
  });

  it("goes through an input and back", () => {
    expect(toLocalInput("2020-03-30T02:00:00Z")).toBe("2020-03-30T10:00");
    expect(fromLocalInput("2020-03-30T10:00")).toBe("2020-03-30T02:00:00.000Z");
    expect(fromLocalInput("")).toBeNull();
  });

  it("counts down", () => {
    expect([5, 65, 3_909].map(clock)).toEqual(["0:05", "1:05", "1:05:09"]);
  });
});

it("sizes have one decimal until there are three digits", () => {
  expect([512, 1_536, 7_654_321, 200 * 1024 ** 3].map(bytes)).toEqual(["512 B", "1.5 KB", "7.3 MB", "200 GB"]);
});

import { describe, expect, it } from "vitest";
import { versionOf } from "../src/extras/looking.ts";
import { Tally } from "../src/extras/tally.ts";

describe("the tally of looking", () => {
  it("is nothing before somebody has looked for two seconds, then everything once", () => {
    const tally = new Tally("v");
    tally.look("a", 7, 1999);
    expect(tally.take()).toBeUndefined();
    tally.look("a", 3, 501);
    tally.look("b", undefined, 500);
    tally.look("a", 7, 1);
    expect(tally.take()).toEqual({
      version: "v",
      opened: true,
      scenes: [
        { scene: "a", visits: 2, millis: 2501, gaze: [[3, 501], [7, 2000]] }, // biome-ignore format: short
        { scene: "b", visits: 1, millis: 500, gaze: [] },
      ],
    });
    expect(tally.take()).toBeUndefined();
    // Still in the same scene: no new arrival, and no new opening.
    tally.look("a", 7, 500);
    expect(tally.take()).toEqual({
      version: "v",
      opened: false,
      scenes: [{ scene: "a", visits: 0, millis: 500, gaze: [[7, 500]] }],
    });
  });

  it("never grows beyond what the server takes", () => {
    const tally = new Tally("v");
    for (let i = 0; i < 5000; i += 1) {
      tally.look(`scene ${i % 90}`, i % 412, 500);
      if (!tally.isFull) continue;
      const report = tally.take();
      expect(report?.scenes.length).toBeLessThanOrEqual(32);
      const sum = (of: (scene: { visits: number; millis: number }) => number) =>
        (report?.scenes ?? []).reduce((whole, scene) => whole + of(scene), 0);
      expect(sum(({ visits }) => visits)).toBeLessThanOrEqual(32);
      expect(sum(({ millis }) => millis)).toBeLessThanOrEqual(60_000);
      expect(JSON.stringify(report).length).toBeLessThan(8192);
    }
  });

  it("knows which version is shown, and that a draft is none", () => {
    expect(versionOf("/t/0123456789abcdefghjkmnpqrs/x/{level}/{face}{row}_{column}")).toBe(
      "0123456789abcdefghjkmnpqrs",
    );
    expect(versionOf("/api/v1/panoramas/x/{level}/{face}{row}_{column}")).toBeUndefined();
    expect(versionOf("tiles/{level}/{face}{row}_{column}")).toBeUndefined();
  });
});

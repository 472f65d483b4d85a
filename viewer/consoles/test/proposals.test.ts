import { describe, expect, it } from "vitest";
import type { Mask, MasksOfPicture } from "../src/api/masks.ts";
import { edited } from "../src/masks/drawing.ts";
import { nextAfter, undecided, undecidedOf, withNewcomers } from "../src/masks/proposals.ts";
import { begin, record, undone } from "../src/studio/undo.ts";

function mask(id: string, state: Mask["state"] = "proposed"): Mask {
  const corners: Mask["corners"] = [
    [0, 0],
    [5, 0],
    [5, 5],
  ];
  return { id, corners, kind: "paper", note: "", origin: "proposed", state };
}

describe("proposals", () => {
  it("come one after the other, around the end of the list", () => {
    const masks = [mask("a"), mask("b", "confirmed"), mask("c"), mask("d", "rejected")];
    expect(undecided(masks).map(({ id }) => id)).toEqual(["a", "c"]);
    expect(nextAfter(masks, null)?.id).toBe("a");
    expect(nextAfter(masks, "a")?.id).toBe("c");
    expect(nextAfter(masks, "c")?.id).toBe("a");
    expect(nextAfter(masks, "b")?.id).toBe("c");
    expect(nextAfter([mask("a")], "a")).toBeUndefined();
    expect(nextAfter([mask("a", "rejected")], null)).toBeUndefined();
  });

  it("are counted for every panorama of an asset", () => {
    const list = (panoramas: string[], items: Mask[]): MasksOfPicture => ({
      asset: panoramas.join(),
      surface: "sphere",
      version: 1,
      items,
      panoramas,
      pending: false,
    });
    const counted = undecidedOf([list(["p", "q"], [mask("a"), mask("b")]), list(["r"], [mask("c", "confirmed")])]);
    expect([...counted]).toEqual([
      ["p", 2],
      ["q", 2],
    ]);
    const photo: MasksOfPicture = { ...list([], [mask("d")]), asset: "photo", surface: "flat" };
    expect([...undecidedOf([photo])]).toEqual([["photo", 1]]);
  });

  it("that arrive under an open drawing are in every step of its undo", () => {
    const before = [mask("a")];
    const line = record(
      begin({ masks: before, outline: [] }),
      edited({ masks: before, outline: [] }, { do: "state", id: "a", state: "confirmed" }),
      null,
      0,
    );
    const grown = withNewcomers(line, before, [mask("a"), mask("b")]);
    expect(grown?.now.masks.map(({ id, state }) => [id, state])).toEqual([
      ["a", "confirmed"],
      ["b", "proposed"],
    ]);
    expect(grown && undone(grown).now.masks.map(({ state }) => state)).toEqual(["proposed", "proposed"]);
  });

  it("are not mixed with what somebody else decided", () => {
    const line = begin({ masks: [mask("a")], outline: [] });
    expect(withNewcomers(line, [mask("a")], [mask("a", "rejected")])).toBeUndefined();
    expect(withNewcomers(line, [mask("a")], [])).toBeUndefined();
    expect(withNewcomers(line, [mask("a")], [mask("a"), mask("b", "confirmed")])).toBeUndefined();
  });
});

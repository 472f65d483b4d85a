import { describe, expect, it } from "vitest";
import { mergeEdits, readPath, same, writePath } from "../src/listings/paths.ts";
import { SECTIONS, sectionOf } from "../src/listings/schema.ts";
import { factsFrozen, nextRound, OFFERS, offersFrom } from "../src/listings/steps.ts";
import { matched } from "../src/router.ts";

describe("paths", () => {
  it("reads and writes without touching the original", () => {
    const facts = { building: { floor: 3 } };
    const next = writePath(facts, "building.lift", true);
    expect(next).toEqual({ building: { floor: 3, lift: true } });
    expect(facts).toEqual({ building: { floor: 3 } });
    expect(readPath(next, "building.lift")).toBe(true);
    expect(readPath(next, "lease.since")).toBeUndefined();
  });

  it("null and missing are the same; lists are compared by value", () => {
    expect(same({ a: null }, {})).toBe(true);
    expect(same([{ a: 1 }], [{ a: 1 }])).toBe(true);
    expect(same([1], [1, 2])).toBe(false);
  });
});

describe("merging edits", () => {
  type Edits = { title: string; facts: Record<string, string | null> };
  const base: Edits = { title: "A", facts: { taxes: null, region: "北京市" } };

  it("keeps both when they touched different fields", () => {
    const mine: Edits = { title: "A", facts: { taxes: "各自承担", region: "北京市" } };
    const theirs: Edits = { title: "B", facts: { taxes: null, region: "北京市/西城区" } };
    expect(mergeEdits(base, mine, theirs, ["facts"])).toEqual({
      merged: { title: "B", facts: { taxes: "各自承担", region: "北京市/西城区" } },
      conflicts: [],
    });
  });

  it("names the field that both touched, and keeps mine", () => {
    const mine: Edits = { title: "A", facts: { taxes: "unknown", region: "北京市" } };
    const theirs: Edits = { title: "A", facts: { taxes: "买受人承担", region: "北京市" } };
    const { merged, conflicts } = mergeEdits(base, mine, theirs, ["facts"]);
    expect(conflicts).toEqual(["facts.taxes"]);
    expect(readPath(merged, "facts.taxes")).toBe("unknown");
  });
});

describe("steps", () => {
  it("are offered by role", () => {
    expect(offersFrom("planned", ["publisher"]).map((offer) => offer.to)).toEqual(["announced", "withdrawn"]);
    expect(offersFrom("planned", ["agency_member", "reviewer", "auditor"])).toEqual([]);
  });

  it("never leave withdrawn", () => {
    expect(OFFERS.some((offer) => offer.from === "withdrawn")).toBe(false);
  });

  it("know what comes after a failed round; the newest comes first", () => {
    const failed = (kind: string) => ({ kind, state: "failed" });
    expect(nextRound([])).toBe("first");
    expect(nextRound([failed("first")])).toBe("second");
    expect(nextRound([failed("second"), failed("first")])).toBe("sell_off");
    expect(nextRound([{ kind: "first", state: "bidding" }])).toBeNull();
    expect(nextRound([{ kind: "first", state: "defaulted" }])).toBe("first");
  });

  it("freeze the facts from the opening of bidding on", () => {
    const opens = "2026-04-01T02:00:00Z";
    expect(factsFrozen("announced", opens, Date.parse("2026-03-30T00:00:00Z"))).toBe(false);
    expect(factsFrozen("announced", opens, Date.parse("2026-04-02T00:00:00Z"))).toBe(true);
    expect(factsFrozen("sold", opens)).toBe(true);
    expect(factsFrozen(undefined, null)).toBe(false);
  });
});

it("every fact stands in exactly one section", () => {
  const paths = SECTIONS.flatMap((section) => section.parts.map((part) => part.path));
  expect(new Set(paths).size).toBe(paths.length);
  expect(sectionOf("building.floor")).toBe("building");
  expect(sectionOf("lease")).toBe("occupation");
});

it("addresses are matched by their form", () => {
  expect(matched("/listings/:id/media", "/listings/abc/media")).toEqual({ id: "abc" });
  expect(matched("/listings/:id", "/listings/abc/media")).toBeNull();
  expect(matched("/", "/")).toEqual({});
});

/** Pictures beside the panoramas in an offline copy: they lie in scripts of their own and are checked as on the site. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { showPublished } from "../src/extras/checked-picture.ts";
import { answersFrom, type Opening } from "../src/offline/answers.ts";
import { Copy, scriptOf } from "../src/offline/copy.ts";
import { gate } from "../src/stage/gate.ts";

const PHOTO = "picture/0190-ab.jpg";
const OPENING = { language: "zh-CN", title: "", court: "", listing: "", state: { version: "v" }, document: "{}", signed: null } as Opening; // biome-ignore format: one record

afterEach(() => vi.unstubAllGlobals());

/** A copy whose scripts hand over what `parts` says; which were asked for. */
function copyOf(parts: Record<string, string>): { fetch: typeof fetch; asked: string[] } {
  const asked: string[] = [];
  const copy: Copy = new Copy(async (script) => {
    asked.push(script);
    const held = Object.entries(parts).filter(([name]) => scriptOf(name) === script);
    if (held.length === 0) throw new TypeError(`${script} is missing`);
    copy.take(Object.fromEntries(held));
  });
  return { fetch: answersFrom(copy, OPENING), asked };
}

describe("a photo in a copy", () => {
  it("has a script of its own, and no other name leads to one", () => {
    expect(scriptOf(PHOTO)).toBe("data/picture/0190-ab.js");
    for (const other of ["picture/../x.jpg", "picture/a/b.jpg", "picture/a.png", "picture/.jpg"])
      expect(scriptOf(other), other).toBeUndefined();
  });

  it("is answered as the site answers it, and shown only after the gate", async () => {
    const { fetch, asked } = copyOf({ [PHOTO]: btoa("jpeg") });
    vi.stubGlobal("fetch", fetch);
    vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: () => "blob:1" }));
    const passed: string[] = [];
    gate.pass = (url, picture) => {
      passed.push(url);
      return picture;
    };
    const shown: string[] = [];
    await showPublished(`/t/v/${PHOTO}`, (address) => shown.push(address));
    // Once more: it is there already.
    await showPublished(`/t/v/${PHOTO}`, (address) => shown.push(address));
    expect([asked, passed, shown]).toEqual([["data/picture/0190-ab.js"], [`/t/v/${PHOTO}`], ["blob:1", "blob:1"]]);
  });

  it("that is not there, or not what was published, is not shown, and the next look tries again", async () => {
    const { fetch } = copyOf({});
    vi.stubGlobal("fetch", fetch);
    await expect(showPublished("/t/v/picture/none.jpg", () => {})).rejects.toThrow();
    const { fetch: other, asked } = copyOf({ "picture/bad.jpg": btoa("x") });
    vi.stubGlobal("fetch", other);
    gate.pass = () => Promise.reject(new Error("not what was published"));
    const shown: string[] = [];
    for (let look = 0; look < 2; look += 1)
      await expect(showPublished("/t/v/picture/bad.jpg", (address) => shown.push(address))).rejects.toThrow("not what");
    expect([asked.length, shown]).toEqual([1, []]);
  });
});

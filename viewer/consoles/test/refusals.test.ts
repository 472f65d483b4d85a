/** Files that cannot be used are told in words of both languages: the server sends a slug, the words are here. */
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { language, serverText } from "../src/texts.ts";

const SOURCES = ["src/photo/probe/error.rs", "src/container/error.rs", "src/imaging/error.rs", "src/stitch/error.rs"];

function slugs(): string[] {
  return SOURCES.flatMap((file) => {
    const text = readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");
    return [...text.matchAll(/=> "([a-z]+(?:-[a-z]+)+)",/g)].map((match) => match[1] ?? "");
  });
}

describe("refusals of files", () => {
  afterEach(() => {
    language.value = "zh-CN";
  });

  it("have words in both languages", () => {
    const named = slugs();
    expect(named).toContain("picture-truncated");
    for (const tag of ["zh-CN", "en"] as const) {
      language.value = tag;
      expect(named.filter((slug) => !serverText(slug))).toEqual([]);
    }
    expect(serverText("picture-truncated", { format: "JPEG" })).toContain("JPEG file ends before");
  });
});

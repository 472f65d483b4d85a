import { describe, expect, it } from "vitest";
import { catalogueOf, parseFtl } from "../src/ftl.ts";
import { languageFrom, translator } from "../src/messages.ts";

describe("parseFtl", () => {
  it("reads messages, comments, continued lines and placeables", () => {
    const patterns = parseFtl('# a note\nfirst = 看房\nsecond = one { $count } of\n    two {"{"}\n');
    expect(patterns).toEqual({ first: "看房", second: "one {$count} of\ntwo {" });
  });
  it("names the line that it does not understand", () => {
    expect(() => parseFtl("a = 1\nb = { $n ->\n")).toThrow(/line 2/);
    expect(() => parseFtl("a = 1\na = 2\n")).toThrow(/twice/);
    expect(() => parseFtl("-term = x\n")).toThrow(/line 1/);
  });
});

describe("translator", () => {
  const catalogue = catalogueOf([{ hello: "您好 {$name}", only: "只有中文" }, { hello: "Hello {$name}" }]);
  it("fills in names and falls back to Chinese, then to the key", () => {
    const t = translator(catalogue, "en");
    expect(t("hello", { name: "Li" })).toBe("Hello Li");
    expect(translator(catalogue, "zh-CN")("hello", { name: "李" })).toBe("您好 李");
    expect(t("only")).toBe("只有中文");
    expect(t("nothing")).toBe("nothing");
  });
  it("takes Chinese unless English is asked for", () => {
    expect([languageFrom("en-GB"), languageFrom("zh"), languageFrom(null)]).toEqual(["en", "zh-CN", "zh-CN"]);
  });
});

/** Pins, measured lines and their sheets: by keyboard, by finger, many of them, bad ones. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { shot } from "../../e2e/server.ts";
import { directionOf } from "../src/geometry/cube.ts";
import { cameraOf, toScreen } from "../src/geometry/view.ts";
import { covered, look, SIZE, sharp, viewOf, visit } from "./browser.ts";
import { browser, CALM, PHONE, server, WIDE } from "./site.ts";

const STAIN = { id: "stain", kind: "defect", yaw: 60, pitch: 5, text: "东北角墙面有水渍，成因未查明。\n约 40 厘米高。", seenOn: "2026-09-18", announcement: "次卧东北角墙面有水渍。", pictures: ["/t/v/picture/1.jpg"] }; // biome-ignore format: one hotspot
const HOTSPOTS = [
  STAIN,
  { id: "door", kind: "information", yaw: -25, pitch: 4, title: "分户门", text: "钢质，三把钥匙。" },
  { id: "wide", kind: "measure", yaw: -40, pitch: -25, to: { yaw: 15, pitch: -25 }, title: "净宽", length: 2.84, error: 0.02, method: "laser" }, // biome-ignore format: one hotspot
  { id: "live", kind: "portal", yaw: -120, pitch: 0, title: "直播看样", url: "https://live.example.cn/1", startsAt: "2026-10-08T02:00:00Z", timeZone: "Asia/Shanghai" }, // biome-ignore format: one hotspot
  { id: "paper", kind: "document", yaw: 140, pitch: 0, title: "评估报告", url: "https://court.example.cn/1.pdf" },
];

const open = async (hotspots: readonly (object | null)[], options: object = CALM) => {
  server.edit = (tour) => {
    tour.scenes[0].hotspots = hotspots;
    return tour;
  };
  const visited = await visit(browser, `${server.origin}/page`, options);
  await sharp(visited.page);
  await visited.page.waitForSelector(".kf-scenes-toggle");
  return visited;
};
const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.className);

describe("hotspots", () => {
  it("point with their tip at their direction, and lines join theirs", async () => {
    const { page, problems, close } = await open(HOTSPOTS);
    await page.waitForSelector("[data-spot=door]");
    const view = await viewOf(page);
    const tip = toScreen(cameraOf(view, SIZE), directionOf(-25, 4)) as { x: number; y: number };
    const box = (await page.locator("[data-spot=door]").boundingBox()) as { x: number; y: number; width: number; height: number }; // biome-ignore format: short
    expect(box.x + box.width / 2).toBeCloseTo(tip.x, 0);
    expect(box.y + box.height).toBeCloseTo(tip.y, 0);
    const line = (await page.locator(".kf-line").first().getAttribute("d")) ?? "";
    const from = toScreen(cameraOf(view, SIZE), directionOf(-40, -25)) as { x: number; y: number };
    expect(line.startsWith(`M${from.x.toFixed(1)} ${from.y.toFixed(1)}`)).toBe(true);
    // A great circle between two points of the same height below the horizon is no circle of that height: it dips.
    const middle = line.split("L")[24]?.split(" ").map(Number) as number[];
    const straight = toScreen(cameraOf(view, SIZE), directionOf(-12.5, -25)) as { x: number; y: number };
    expect(middle[1]).toBeGreaterThan(straight.y + 5);
    expect(await page.getByText("2.84 m ± 2 cm").isVisible()).toBe(true);
    expect(problems).toEqual([]);
    await close();
  });

  it("are walked with the links by bearing, opened by Enter, and closed by Escape with the focus back", async () => {
    const { page, close } = await open(HOTSPOTS);
    await page.waitForSelector("[data-spot=door]");
    await page.focus(".kf-surface");
    const seen: unknown[] = [];
    for (let stop = 0; stop < 7; stop++) {
      await page.keyboard.press("Tab");
      seen.push(await focused(page));
    }
    // Clockwise from the first view: links at 20° and 170°, the rest by their own yaw, the line by its middle.
    expect(seen.map((name) => String(name).slice(0, 6))).toEqual(["前往主卧室", "瑕疵 东北角", "文件 评估报", "前往厨房", "直播看样 直", "说明 分户门", "测量 净宽 "].map((name) => name.slice(0, 6))); // biome-ignore format: one list
    expect((await viewOf(page)).yaw).toBeCloseTo(-25, -1);
    for (let stop = 0; stop < 5; stop++) await page.keyboard.press("Shift+Tab");
    expect(await focused(page)).toContain("瑕疵");
    await page.keyboard.press("Enter");
    const sheet = page.getByRole("dialog", { name: "瑕疵" });
    await sheet.waitFor();
    expect(await sheet.textContent()).toContain("成因未查明");
    expect(await sheet.textContent()).toContain("2026年9月18日");
    expect(await sheet.textContent()).toContain("次卧东北角墙面有水渍。");
    // The picture, enlarged by keyboard and closed again.
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    const large = page.locator(".kf-enlarged");
    await large.waitFor();
    await page.keyboard.press("+");
    expect(await large.getAttribute("class")).toContain("kf-zoomed");
    await page.keyboard.press("Escape");
    await large.waitFor({ state: "detached" });
    expect(await focused(page)).toContain("放大");
    await page.keyboard.press("Escape");
    await sheet.waitFor({ state: "hidden" });
    expect(await focused(page)).toContain("瑕疵 东北角");
    await close();
  });

  it("open under a finger, and their pictures grow under two", async () => {
    const { page, problems, close } = await open([{ ...STAIN, yaw: 5 }, ...HOTSPOTS.slice(1)], PHONE);
    const pin = page.locator("[data-spot=stain]");
    await pin.waitFor();
    await page.waitForTimeout(300);
    await shot(page, "viewer-hotspots-phone");
    await pin.tap();
    const sheet = page.getByRole("dialog", { name: "瑕疵" });
    await sheet.waitFor();
    await page.waitForTimeout(600);
    await shot(page, "viewer-defect-phone");
    // The sheet covers the lower part; the pin is above it.
    const [place, box] = [await pin.boundingBox(), await sheet.boundingBox()];
    expect((place?.y ?? 0) + (place?.height ?? 0)).toBeLessThan(box?.y ?? 0);
    await page.getByRole("button", { name: /^放大/ }).tap();
    const image = page.locator(".kf-enlarged img");
    await image.waitFor();
    const client = await page.context().newCDPSession(page);
    const fingers = (spread: number) => [
      { x: 195 - spread, y: 422 },
      { x: 195 + spread, y: 422 },
    ];
    await client.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: fingers(30) });
    for (let spread = 40; spread <= 90; spread += 10)
      await client.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: fingers(spread) });
    await client.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    const scale = await image.evaluate((node) => new DOMMatrix(getComputedStyle(node).transform).a);
    expect(scale).toBeCloseTo(3, 0);
    await shot(page, "viewer-enlarged-phone");
    expect(problems).toEqual([]);
    await close();
  });

  it("lie under no bar of a phone: they step aside or are out of sight, and come to the middle by keyboard", async () => {
    const { page, problems, close } = await open([{ ...STAIN, yaw: 25 }, ...HOTSPOTS.slice(1)], PHONE);
    await page.waitForSelector("[data-spot=door]");
    let seen = 0;
    for (const pitch of [0, 30, -50])
      for (let yaw = -60; yaw <= 60; yaw += 3) {
        await page.evaluate((to) => window.kanfangTour?.look(to), { yaw, pitch });
        await page.waitForTimeout(60);
        const now = await covered(page, ".kf-plate, .kf-tool, .kf-corner");
        expect(now.under, `yaw ${yaw}, pitch ${pitch}`).toEqual([]);
        seen += now.seen;
      }
    expect(seen).toBeGreaterThan(150);
    // The line's middle is at -12.5°: its length would lie half under the bar.
    await look(page, { yaw: -34, pitch: 8 });
    await shot(page, "viewer-aside-phone");
    await look(page, { yaw: -12, pitch: 0 });
    // What is under the bar is found by keyboard, and its name is read whole.
    await page.focus(".kf-surface");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.waitForTimeout(600);
    expect(await focused(page)).toContain("瑕疵");
    const name = await page.locator("[data-spot=stain] .kf-spot-name").boundingBox();
    expect(name?.x).toBeGreaterThanOrEqual(0);
    expect((name?.x ?? 0) + (name?.width ?? 0)).toBeLessThanOrEqual(390);
    await shot(page, "viewer-focused-phone");
    expect(problems).toEqual([]);
    await close();
  });

  it("are told in words: on arrival, and in the description with their side", async () => {
    const { page, close } = await open(HOTSPOTS, WIDE);
    await page.waitForFunction(() => document.querySelector("[aria-live]")?.textContent?.includes("瑕疵 1 处"));
    await page.locator("[aria-controls=kf-about]").click();
    const line = page.getByRole("button", { name: "瑕疵：东北角墙面有水渍，成因未查明。 右前方" });
    await line.waitFor();
    await shot(page, "viewer-about");
    await line.click();
    await page.getByRole("dialog", { name: "瑕疵" }).waitFor();
    await page.waitForTimeout(600);
    // Turned so that the pin stands beside the sheet, not under it.
    const [pin, cover] = [page.locator("[data-spot=stain]"), page.locator(".kf-sheet:not([hidden])")];
    const [place, box] = [await pin.boundingBox(), await cover.boundingBox()];
    expect(place?.x ?? 0).toBeGreaterThan((box?.x ?? 0) + (box?.width ?? 0));
    expect(place?.x ?? 0).toBeLessThan(1440);
    await shot(page, "viewer-defect-wide");
    await page.getByRole("button", { name: "关闭" }).first().click();
    await close();
  });

  it("tell each kind what it must: length and method, time in its zone, where a link leads", async () => {
    const { page, close } = await open(HOTSPOTS, WIDE);
    for (const [id, yaw, words] of [
      ["wide", 0, ["净宽", "2.84 m ± 2 cm", "激光测距"]],
      ["live", -120, ["2026年10月8日", "10:00", "中国标准时间", "前往 live.example.cn"]],
      ["paper", 140, ["评估报告", "前往 court.example.cn"]],
      ["door", -25, ["分户门", "三把钥匙"]],
    ] as const) {
      await look(page, { yaw });
      await page.locator(`[data-spot=${id}]`).click();
      const sheet = page.locator(".kf-sheet:not([hidden])");
      await sheet.waitFor();
      for (const word of words) expect(await sheet.textContent(), id).toContain(word);
      await shot(page, `viewer-sheet-${id}`);
      await page.keyboard.press("Escape");
    }
    await look(page, { yaw: -120 });
    await page.locator("[data-spot=live]").click();
    expect(await page.locator(".kf-sheet a").getAttribute("rel")).toContain("noopener");
    await close();
  });

  it("never run what stands in them, and bad ones are left out", async () => {
    const evil = '<img src=x onerror="window.hacked=1">';
    const { page, problems, close } = await open([
      { id: "a", kind: "information", yaw: 0, pitch: 0, title: evil, text: evil, pictures: ["javascript:alert(1)", "//evil.example/x.jpg", "/t/v/picture/gone.jpg"] }, // biome-ignore format: one hotspot
      { id: "b", kind: "document", yaw: 5, pitch: 0, title: "x", url: "javascript:alert(1)" },
      { id: "c", kind: "defect", yaw: "much", pitch: 0, text: "x" },
      { id: "d", kind: "rumour", yaw: 0, pitch: 0 },
      null,
    ]);
    server.mishap = (path) => (path.includes("gone") ? 404 : undefined);
    await page.locator("[data-spot=a]").click();
    const sheet = page.locator(".kf-sheet:not([hidden])");
    await sheet.getByText("此图片暂时无法显示").waitFor();
    expect(await sheet.textContent()).toContain(evil);
    expect(await page.locator("[data-spot]").count()).toBe(1);
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
    expect(problems).toEqual([]);
    await close();
  });

  it("stay usable by the thousand: few in the page, and what lies together opens as a list", async () => {
    const many = Array.from({ length: 1000 }, (_, i) => ({ id: `n${i}`, kind: i % 9 ? "information" : "defect", yaw: ((i * 137.5) % 360) - 180, pitch: -60 + (i % 120), title: `第 ${i} 处`, text: `第 ${i} 处` })); // biome-ignore format: one list
    const { page, problems, close } = await open(many, WIDE);
    await page.waitForSelector("[data-spot]");
    const pins = await page.locator("[data-spot]").count();
    expect(pins).toBeGreaterThan(30);
    expect(pins).toBeLessThan(400);
    const overlap = await page.evaluate(() => {
      const places = [...document.querySelectorAll<HTMLElement>("[data-spot]:not(.kf-away)")].map((node) => node.getBoundingClientRect()); // biome-ignore format: short
      return places.some((a, i) => places.some((b, j) => j > i && Math.hypot(a.x - b.x, a.y - b.y) < 30));
    });
    expect(overlap).toBe(false);
    await shot(page, "viewer-thousand");
    const cluster = page.locator("[data-spot][data-count]:not([data-count='']):not(.kf-away)").first();
    const count = Number(await cluster.getAttribute("data-count"));
    await cluster.click({ force: true });
    const lines = page.locator(".kf-sheet .kf-spot-line");
    expect(await lines.count()).toBe(count);
    await lines.nth(1).click();
    await page.locator(".kf-sheet h3, .kf-sheet .kf-words").first().waitFor();
    await page.keyboard.press("Escape");
    expect(problems).toEqual([]);
    await close();
  });

  it("are told in words below the pictures where there is no WebGL", async () => {
    const visited = await visit(browser, "about:blank", WIDE);
    await visited.page.addInitScript(() => {
      HTMLCanvasElement.prototype.getContext = () => null;
    });
    server.edit = (tour) => {
      tour.scenes[0].hotspots = HOTSPOTS;
      return tour;
    };
    await visited.page.goto(`${server.origin}/page`);
    const notes = visited.page.locator(".kf-still-notes li");
    await notes.first().waitFor();
    expect(await notes.count()).toBe(5);
    expect(await notes.first().textContent()).toContain("东北角墙面有水渍");
    await visited.page.getByRole("button", { name: /^放大/ }).click();
    await visited.page.locator(".kf-enlarged img").waitFor();
    await visited.page.keyboard.press("Escape");
    await shot(visited.page, "viewer-stills");
    expect(visited.problems).toEqual([]);
    await visited.close();
  });

  it("follow a change of language", async () => {
    const { page, close } = await open(HOTSPOTS, WIDE);
    await page.waitForSelector("[data-spot=door]");
    await page.locator(".kf-language").click();
    await page.getByRole("button", { name: "Information 分户门" }).click();
    await page.getByRole("dialog", { name: "Information" }).waitFor();
    await close();
  });
});

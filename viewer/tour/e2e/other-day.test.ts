/** Two days of one spot beside each other: what each half shows, the line by finger and keys, and what happens around it. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { shot } from "../../e2e/server.ts";
import { cameraOf, fromScreen, type Size } from "../src/geometry/view.ts";
import { look, picture, SIZE, sharp, viewOf, visit } from "./browser.ts";
import { colourOf } from "./pattern.ts";
import type { Bitmap } from "./png.ts";
import { browser, CALM, server } from "./site.ts";

const BUTTON = { name: "今昔对比" };

/** The first scene has the picture of the second as another day. */
const open = async (other: object = {}, options: object = CALM) => {
  server.edit = (tour) => {
    tour.scenes[0].otherDay = { capturedAt: "2024-05-06", yawOffset: 25, panorama: tour.scenes[1].panorama, ...other };
    return tour;
  };
  const visited = await visit(browser, `${server.origin}/page`, options);
  await sharp(visited.page);
  await visited.page.waitForSelector(".kf-scenes-toggle");
  return visited;
};
const compare = async (page: Page) => {
  await page.getByRole("button", BUTTON).click();
  await page.getByRole("slider").waitFor();
  await sharp(page);
};
/** How far a pixel is from what scene `scene` shows there, looked at with `yaw` more than the page's view. */
const off = async (page: Page, seen: Bitmap, x: number, scene: number, yaw: number, size: Size = SIZE) => {
  const view = await viewOf(page);
  const d = fromScreen(cameraOf({ ...view, yaw: view.yaw + yaw }, size), { x, y: 100 });
  const found = seen.at(Math.floor(x), 100);
  return Math.max(...colourOf(d, scene).map((one, i) => Math.abs(one - (found[i] ?? 0))));
};

describe("another day", () => {
  it("is seen to the left of the line, turned by its offset, and nothing of it is loaded before", async () => {
    const { page, problems, close } = await open();
    await look(page, { yaw: 0, pitch: 0 });
    const before = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
    expect(before.some((name) => name.includes("chunk-compare"))).toBe(false);
    await compare(page);
    const line = page.getByRole("slider", { name: "两个日期的分界线" });
    expect(await line.getAttribute("aria-valuetext")).toBe("2024年5月6日 占 50%，2026年3月30日 占 50%");
    expect(await line.evaluate((node) => node === document.activeElement)).toBe(true);
    const seen = await picture(page);
    expect(await off(page, seen, 200.5, 1, 25)).toBeLessThan(4);
    expect(await off(page, seen, 440.5, 0, 0)).toBeLessThan(4);
    // By finger to a quarter of the width.
    await page.mouse.move(320, 180);
    await page.mouse.down();
    await page.mouse.move(160, 190, { steps: 4 });
    await page.mouse.up();
    await sharp(page);
    const moved = await picture(page);
    expect(await off(page, moved, 200.5, 0, 0)).toBeLessThan(4);
    expect(await off(page, moved, 120.5, 1, 25)).toBeLessThan(4);
    expect(await line.getAttribute("aria-valuenow")).toBe("25");
    expect((await viewOf(page)).yaw).toBe(0);
    expect(problems).toEqual([]);
    await close();
  });

  it("is worked by keys, ends with Escape and gives the focus back", async () => {
    const { page, problems, close } = await open();
    await compare(page);
    const line = page.getByRole("slider");
    for (const [key, at] of [
      ["ArrowRight", "52"],
      ["PageDown", "42"],
      ["End", "100"],
      ["Home", "0"],
    ] as const) {
      await page.keyboard.press(key);
      expect(await line.getAttribute("aria-valuenow"), key).toBe(at);
    }
    await page.keyboard.press("Escape");
    expect(await line.count()).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("今昔对比");
    await sharp(page);
    expect(await off(page, await picture(page), 200.5, 0, 0)).toBeLessThan(4);
    expect(problems).toEqual([]);
    await close();
  });

  it("that is later stands on the right, and without a date that is said", async () => {
    const later = await open({ capturedAt: "2026-10-01" });
    await compare(later.page);
    expect(await later.page.getByRole("slider").getAttribute("aria-valuetext")).toContain(
      "2026年3月30日 占 50%，2026年10月1日",
    );
    expect(await off(later.page, await picture(later.page), 440.5, 1, 25)).toBeLessThan(4);
    await later.close();
    const undated = await open({ capturedAt: null });
    await compare(undated.page);
    expect(await undated.page.locator(".kf-day-left").textContent()).toBe("日期不详");
    await undated.close();
  });

  it("goes with its scene, survives a change of language, and a bad one has no button", async () => {
    const { page, problems, close } = await open();
    await compare(page);
    await page.locator(".kf-language").click();
    await page.getByRole("slider", { name: "Line between two days" }).waitFor();
    await page.evaluate(() => window.kanfangTour?.go("s2"));
    await page.waitForFunction(() => window.kanfangTour?.current()?.scene === "s2");
    expect(await page.getByRole("slider").count()).toBe(0);
    expect(await page.getByRole("button", { name: "Compare with another day" }).count()).toBe(0);
    await sharp(page);
    expect(await off(page, await picture(page), 200.5, 2, 0)).toBeLessThan(4);
    expect(problems).toEqual([]);
    await close();
    const bad = await open({ panorama: { face: "no" } });
    expect(await bad.page.getByRole("button", BUTTON).count()).toBe(0);
    expect(bad.problems).toEqual([]);
    await bad.close();
  });

  it("looks right on a phone and on a desk", async () => {
    for (const [name, viewport, touch] of [
      ["phone", { width: 390, height: 844 }, true],
      ["wide", { width: 1440, height: 900 }, false],
    ] as const) {
      const { page, close } = await open({}, { ...CALM, viewport, hasTouch: touch, isMobile: touch });
      await compare(page);
      await shot(page, `viewer-other-day-${name}`);
      await close();
    }
  });
});

/** Turning the telephone turns the view: with the events of a sensor, allowed and refused. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { look, sharp, viewOf, visit } from "./browser.ts";
import { browser, PHONE, server } from "./site.ts";

const START = { name: "随手机转动" };
const STOP = { name: "停止随手机转动" };

declare global {
  interface Window {
    held?: DeviceOrientationEventInit;
  }
}

/** The telephone as it is held: degrees about the vertical (to the left), its tilt, and its lean. */
type Held = (alpha: number, beta: number, gamma?: number) => Promise<void>;

async function open(prepare?: (page: Page) => Promise<unknown>) {
  const visited = await visit(browser, `${server.origin}/page`, PHONE, async (page) => {
    // As a telephone's sensor does: on and on, whether it is moved or not.
    await page.addInitScript(() => {
      setInterval(() => {
        if (window.held) window.dispatchEvent(new DeviceOrientationEvent("deviceorientation", window.held));
      }, 30);
    });
    await prepare?.(page);
  });
  const held: Held = (alpha, beta, gamma = 0) =>
    visited.page.evaluate(
      (angles) => {
        window.held = angles;
      },
      { alpha, beta, gamma },
    );
  visited.page.setDefaultTimeout(20_000);
  await sharp(visited.page);
  await visited.page.getByRole("button", START).waitFor();
  return { ...visited, held };
}

const seen = async (page: Page) => {
  const { yaw, pitch } = await viewOf(page);
  // No negative zero.
  return [Math.round(yaw) + 0, Math.round(pitch) + 0];
};

describe("the telephone's motion", () => {
  it("turns the view from where one looked, and a finger turns it as well", async () => {
    const { page, problems, close, held } = await open();
    await look(page, { yaw: 30, pitch: 0 });
    await held(40, 90);
    await page.getByRole("button", START).click();
    await page.getByRole("button", STOP).waitFor();
    expect(await seen(page)).toEqual([30, 0]);
    await held(20, 100);
    await expect.poll(() => seen(page)).toEqual([50, 10]);
    await page.mouse.move(200, 400);
    await page.mouse.down();
    await page.mouse.move(120, 400, { steps: 4 });
    await page.mouse.up();
    const [dragged = 0] = await seen(page);
    expect(dragged).toBeGreaterThan(55);
    await held(10, 100);
    await expect.poll(async () => Math.abs(((await seen(page))[0] ?? 0) - dragged - 10)).toBeLessThanOrEqual(1);
    await page.getByRole("button", STOP).click();
    const rest = await seen(page);
    await held(-60, 60);
    await page.waitForTimeout(300);
    expect(await seen(page)).toEqual(rest);
    expect(problems).toEqual([]);
    await close();
  });

  it("goes on in another room from the bearing with which one came in", async () => {
    const { page, close, held } = await open();
    await look(page, { yaw: 0, pitch: 0 });
    await held(0, 90);
    await page.getByRole("button", START).click();
    await page.getByRole("button", STOP).waitFor();
    await page.evaluate(() => window.kanfangTour?.go("s1", { yaw: 100, pitch: 0, hfov: 80 }));
    await page.waitForFunction(() => window.kanfangTour?.current()?.scene === "s1");
    await held(-15, 90);
    await expect.poll(() => seen(page)).toEqual([115, 0]);
    await close();
  });

  it("that the reader refuses is told in words, and fingers go on as before", async () => {
    const { page, problems, close, held } = await open((page) =>
      page.addInitScript(() => {
        Object.assign(DeviceOrientationEvent, { requestPermission: async () => "denied" });
      }),
    );
    await held(0, 90);
    await page.getByRole("button", START).click();
    await page.getByText("未取得动作与方向权限，请用手指拖动画面。").first().waitFor();
    expect(await page.getByRole("button", START).getAttribute("aria-pressed")).toBe("false");
    expect(problems).toEqual([]);
    await close();
  });
});

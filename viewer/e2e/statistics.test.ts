/** Views counted without cookies: a bidder looks around a tour and leaves; the agency sees the figures and where he looked. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { violations } from "./accessible.ts";
import { startBrowser } from "./chromium.ts";
import { type PublishedTour, publishedTour } from "./published.ts";
import { hasBinary, newPage, type Server, shot, signIn, startServer } from "./server.ts";

const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1440, height: 900 };
/** A headless browser says so, and is not counted: bidders come with ordinary ones. Set for the whole browser, because what a
 * page sends while it is left does not know the name of its context. */
const BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

describe.skipIf(!hasBinary)("statistics without cookies", () => {
  let server: Server;
  let browser: Browser;
  let tour: PublishedTour;
  let agent: Page;
  const complaints: string[] = [];
  const reports: string[] = [];

  const bidder = async (more: Parameters<Browser["newContext"]>[0] = {}): Promise<BrowserContext> => {
    const context = await browser.newContext({
      viewport: DESKTOP,
      userAgent: BROWSER,
      reducedMotion: "reduce",
      ...more,
    });
    context.on("request", (request) => {
      if (request.url().endsWith("/views")) reports.push(request.postData() ?? "");
    });
    context.on("weberror", (error) => complaints.push(String(error.error())));
    return context;
  };
  const figures = async () => {
    const answer = await agent.request.get(`${server.url}/api/v1/listings/${tour.listing}/statistics`);
    return (await answer.json()) as {
      totals: Record<string, number>;
      days: { visitors: number }[];
      scenes: { id: string; visits: number; seconds: number }[];
    };
  };
  const look = async (name: string): Promise<void> => {
    for (const [size, viewport] of [["desktop", DESKTOP] as const, ["phone", PHONE] as const]) {
      await agent.setViewportSize(viewport);
      await agent.waitForTimeout(300);
      expect(await violations(agent)).toEqual([]);
      const over = await agent.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(over).toBeLessThanOrEqual(0);
      await shot(agent, `statistics-${name}-${size}`);
    }
    await agent.setViewportSize(DESKTOP);
  };

  beforeAll(async () => {
    [server, browser] = [await startServer(), await startBrowser(`--user-agent=${BROWSER}`)];
    tour = await publishedTour(server);
    const made = await newPage(browser);
    agent = made.page;
    await signIn(agent, server.url, "jigou", "jigou horse 看房 battery");
  }, 900_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("has an empty page before anybody came", async () => {
    await agent.goto(`${server.url}/console/listings/${tour.listing}/statistics`);
    await agent.getByText("还没有人浏览").waitFor();
    await look("empty");
  });

  it("counts a bidder who looks around two rooms, and leaves nothing on his device", async () => {
    const context = await bidder();
    const page = await context.newPage();
    await page.goto(`${server.url}/listings/${tour.listing}`);
    await page.goto(`${server.url}/tour/${tour.listing}`);
    await page.locator(".kf-scenes-toggle").waitFor();
    // To the right and a little down, and there for a while.
    await page.evaluate(() => window.kanfangTour?.look({ yaw: 92, pitch: -18 }));
    await page.waitForTimeout(7000);
    await page.evaluate((scene) => window.kanfangTour?.go(scene ?? ""), tour.scenes[1]);
    await page.locator(".kf-title", { hasText: "主卧室" }).waitFor();
    await page.waitForTimeout(4000);
    const kept = await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length]);
    expect(kept).toEqual(["", 0, 0]);
    // Leaving sends what is left.
    await page.goto("about:blank");
    expect(await context.cookies()).toEqual([]);
    await expect.poll(async () => (await figures()).totals.tours_opened, { timeout: 30_000 }).toBe(1);
    await context.close();
    const { totals, days, scenes } = await figures();
    expect([totals.listing_views, totals.tour_views, totals.embed_views]).toEqual([1, 1, 0]);
    expect(days.at(-1)?.visitors).toBe(1);
    expect(scenes.map(({ id }) => id)).toEqual(tour.scenes);
    expect(scenes.map(({ visits }) => visits)).toEqual([1, 1]);
    // How much of the time a browser counts that waits for a busy machine is no matter here.
    for (const { seconds } of scenes) expect(seconds).toBeGreaterThan(0);
  });

  it("counts an embed, and neither a machine nor somebody who asked for privacy beyond his view", async () => {
    const before = reports.length;
    const robot = await bidder({
      userAgent: "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
    });
    const machine = await robot.newPage();
    await machine.goto(`${server.url}/tour/${tour.listing}`);
    await machine.locator(".kf-scenes-toggle").waitFor();
    await robot.close();

    const shy = await bidder({ extraHTTPHeaders: { DNT: "1" } });
    await shy.addInitScript(() => Object.defineProperty(navigator, "globalPrivacyControl", { value: true }));
    const page = await shy.newPage();
    await page.goto(`${server.url}/tour/${tour.listing}`);
    await page.locator(".kf-scenes-toggle").waitFor();
    await page.waitForTimeout(3000);
    await page.evaluate(() => window.dispatchEvent(new Event("pagehide")));
    await shy.close();
    expect(reports.length).toBe(before);

    const guest = await bidder();
    const embed = await guest.newPage();
    await embed.goto(`${server.url}/embed/${tour.listing}`);
    await embed.locator(".kf-scenes-toggle").waitFor();
    await embed.evaluate(() => window.kanfangTour?.look({ yaw: 92, pitch: -18 }));
    await embed.waitForTimeout(4000);
    await embed.goto("about:blank");
    await expect.poll(async () => (await figures()).totals.tours_opened, { timeout: 30_000 }).toBe(2);
    await guest.close();
    const { totals, days } = await figures();
    expect([totals.listing_views, totals.tour_views, totals.embed_views]).toEqual([1, 2, 1]);
    // The same browser at the same address: still one visitor, and nobody who asked for privacy.
    expect(days.at(-1)?.visitors).toBe(1);
  });

  it("shows the figures, the rooms and where people looked, in both languages, by keyboard too", async () => {
    await agent.reload();
    await agent.getByText("实际观看漫游").first().waitFor();
    const value = (name: string) => agent.locator(".figure", { hasText: name }).locator(".figure-value").textContent();
    expect(await value("浏览次数")).toBe("4");
    await agent.locator(".heat canvas").waitFor();
    await agent.waitForFunction(() => {
      const picture = document.querySelector<HTMLImageElement>(".heat-picture img");
      return picture?.complete === true && picture.naturalWidth > 0;
    });
    // The hottest point of the living room lies to the right of the middle, a little below.
    const hottest = await agent.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>(".heat canvas");
      const { width = 0, height = 0 } = canvas ?? {};
      const data = canvas?.getContext("2d")?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray();
      let found = { least: 999, yaw: 0, pitch: 0 };
      for (let i = 0; i < width * height; i += 1) {
        // The darker the red, the hotter: what has no opacity is cold.
        const heat = (data[4 * i + 3] ?? 0) < 200 ? 999 : (data[4 * i + 1] ?? 255);
        const yaw = (((i % width) + 0.5) / width - 0.5) * 360;
        const pitch = (0.5 - (Math.floor(i / width) + 0.5) / height) * 180;
        if (heat < found.least) found = { least: heat, yaw, pitch };
      }
      return found;
    });
    expect(Math.abs(hottest.yaw - 92)).toBeLessThan(20);
    expect(Math.abs(hottest.pitch + 18)).toBeLessThan(20);
    await look("figures");
    await agent.getByRole("button", { name: "主卧室" }).press("Enter");
    await agent.getByRole("heading", { name: "大家看哪里：主卧室" }).waitFor();
    for (const summary of await agent.locator("main summary").all()) await summary.press("Enter");
    await look("open");
    await agent.getByRole("button", { name: "近 7 天" }).press("Enter");
    await expect.poll(() => agent.locator(".day-bars tbody tr").count()).toBe(7);
    const [table] = await Promise.all([
      agent.waitForEvent("download"),
      agent.getByRole("link", { name: "导出 CSV" }).first().click(),
    ]);
    expect(table.suggestedFilename()).toMatch(/^statistics-days-.*\.csv$/);
    await agent.getByRole("button", { name: "English" }).click();
    await agent.getByText("Tours looked at").first().waitFor();
    await look("english");
    expect(complaints).toEqual([]);
  });
});

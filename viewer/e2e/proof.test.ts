/** The proof in the viewer against the real server: all is right, a byte is flipped on the way; the pages for bidders. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBrowser } from "./chromium.ts";
import { type PublishedTour, publishedTour } from "./published.ts";
import { hasBinary, newPage, type Server, shot, startServer } from "./server.ts";

describe.skipIf(!hasBinary)("proof of what is shown", () => {
  let server: Server;
  let browser: Browser;
  let tour: PublishedTour;

  beforeAll(async () => {
    server = await startServer();
    browser = await startBrowser();
    tour = await publishedTour(server);
  }, 900_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const open = async (width: number, height: number, prepare?: (page: Page) => Promise<unknown>) => {
    const made = await newPage(browser, width, height);
    await prepare?.(made.page);
    await made.page.goto(`${server.url}/tour/${tour.listing}`);
    return made;
  };
  const leave = async (page: Page) => {
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await page.context().close();
  };
  const shield = (page: Page, verdict: string) => page.locator(`.kf-proof-tool[data-proof="${verdict}"]`).waitFor();

  it("finds every picture of an untouched tour right, and says so in words", async () => {
    for (const [name, width, height] of [
      ["wide", 1440, 900],
      ["phone", 390, 844],
    ] as const) {
      // biome-ignore format: short
      const { page, complaints } = await open(width, height);
      await shield(page, "signed");
      await page.locator(".kf-proof-tool").press("Enter");
      const panel = page.locator("#kf-proof");
      await panel.getByText("您看到的就是法院发布的内容").waitFor();
      await panel.getByText("北京市西城区人民法院").waitFor();
      await page.waitForFunction(() => Number(document.querySelectorAll("#kf-proof dd")[3]?.textContent) >= 5);
      await shot(page, `proof-viewer-${name}`);
      const more = await panel.locator("a").getAttribute("href");
      expect(more).toBe(`/listings/${tour.listing}/proof`);
      await page.keyboard.press("Escape");
      await panel.waitFor({ state: "hidden" });
      expect(complaints).toEqual([]);
      await leave(page);
    }
  });

  it("does not show a picture of which one byte was flipped, and tells the bidder", async () => {
    let spoiled = 0;
    const { page, complaints } = await open(1440, 900, (page) =>
      page.route(/\/t\/[^/]+\/[^/]+\/\d+\/f\d+_\d+$/, async (route) => {
        const answer = await route.fetch();
        const body = await answer.body();
        const place = Math.floor(body.length / 2);
        body[place] = (body[place] ?? 0) ^ 1;
        spoiled += 1;
        await route.fulfill({ response: answer, body });
      }),
    );
    await shield(page, "wrong");
    const panel = page.locator("#kf-proof");
    await panel.getByText("与法院发布的内容不符").first().waitFor();
    await panel.getByText("不予显示").waitFor();
    // Each was asked for once more, past all caches; none is on the screen.
    await page.waitForFunction(() => (window.kanfangTour?.figures().failed ?? 0) > 0);
    expect(spoiled).toBeGreaterThanOrEqual(2);
    await shot(page, "proof-viewer-spoiled");
    expect(complaints).toEqual([]);
    await leave(page);
  });

  it("takes the right picture where only the first answer was spoiled", async () => {
    const seen = new Set<string>();
    const { page } = await open(1440, 900, (page) =>
      page.route(/\/t\/[^/]+\/[^/]+\/\d+\/[frblud]\d+_\d+$/, async (route) => {
        const answer = await route.fetch();
        const body = await answer.body();
        const address = route.request().url();
        if (!seen.has(address)) body[body.length - 20] = (body[body.length - 20] ?? 0) ^ 4;
        seen.add(address);
        await route.fulfill({ response: answer, body, headers: { ...answer.headers(), "cache-control": "no-store" } });
      }),
    );
    await shield(page, "signed");
    await page.waitForFunction(() => {
      const { failed, ready } = window.kanfangTour?.figures() ?? {};
      return failed === 0 && (ready ?? 0) > 4;
    });
    await leave(page);
  });

  it("warns of a manifest that somebody has changed", async () => {
    const { page } = await open(1440, 900, (page) =>
      page.route("**/manifest.json", async (route) => {
        const answer = await route.fetch();
        await route.fulfill({
          response: answer,
          body: (await answer.text()).replace("西城区人民法院", "东城区人民法院"),
        });
      }),
    );
    await shield(page, "wrong");
    await page.locator("#kf-proof").getByText("请勿依赖此处看到的内容").waitFor();
    await leave(page);
  });

  it("shows what was shown, and gives a receipt that opens it", async () => {
    for (const [name, width, height] of [
      ["wide", 1440, 900],
      ["phone", 390, 844],
    ] as const) {
      // biome-ignore format: short
      const { page, complaints } = await newPage(browser, width, height);
      await page.goto(`${server.url}/listings/${tour.listing}`);
      await page.getByRole("link", { name: "领取回执" }).click();
      const code = (await page.locator(".code").textContent()) ?? "";
      expect(code).toMatch(/^([0-9a-z]{5}-){4}[0-9a-z]{5}$/);
      await shot(page, `receipt-${name}`);
      await page.goto(`${server.url}/receipts`);
      await page.getByLabel("回执码").fill(code.toUpperCase().replaceAll("-", " "));
      await page.getByRole("button", { name: "校验" }).press("Enter");
      await page.getByText("回执真实").waitFor();
      await shot(page, `receipts-${name}`);
      await page.getByRole("link", { name: "打开当时展示的状态" }).click();
      await page.getByText("状态 1：自").waitFor();
      await shot(page, `snapshot-${name}`);
      await page.goto(`${server.url}/listings/${tour.listing}/proof`);
      await page.getByText("您看到的就是北京市西城区人民法院于").waitFor();
      // Nothing sticks out on a phone.
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(wide).toBeLessThanOrEqual(0);
      await shot(page, `proof-${name}`);
      await page.goto(`${server.url}/listings/${tour.listing}/proof?lang=en`);
      await page.getByText("What you see is what").waitFor();
      await shot(page, `proof-en-${name}`);
      expect(complaints).toEqual([]);
      await leave(page);
    }
  });
});

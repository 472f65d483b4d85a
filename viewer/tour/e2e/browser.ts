/** A page of the tour in real Chromium (software WebGL), and what the tests do with it. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { startBrowser } from "../../e2e/chromium.ts";
import { directionOf, type Vector } from "../src/geometry/cube.ts";
import { cameraOf, toScreen, type View } from "../src/geometry/view.ts";
import { type Bitmap, readPng } from "./png.ts";

/** Small, because software draws it; tiles and levels of `server.ts` are as small, so that the same happens as on a great screen. */
export const SIZE = { width: 640, height: 360 };

/** A browser of our own, or one that already runs (`CHROMIUM_CDP=http://127.0.0.1:9333`) while one works on the tests. */
export function launch(): Promise<Browser> {
  if (process.env.CHROMIUM_CDP) return chromium.connectOverCDP(process.env.CHROMIUM_CDP);
  return startBrowser();
}

export interface Visit {
  page: Page;
  /** Errors of the page and of its security policy. */
  problems: string[];
  close(): Promise<void>;
}

export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  prepare?: (page: Page) => Promise<unknown>,
): Promise<Visit> {
  const context = await browser.newContext({ viewport: SIZE, deviceScaleFactor: 1, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    if (/Content Security Policy|WebGL: INVALID/.test(message.text())) problems.push(message.text());
  });
  await prepare?.(page);
  await page.goto(url);
  return { page, problems, close: () => context.close() };
}

/** Waits until all tiles of the view are on the screen. */
export async function sharp(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const line = document.querySelector(".kf-progress");
    const busy = document.querySelector(".kf-busy");
    // Before the first picture nothing is needed, and the line is done as well.
    const begun = performance.getEntriesByName("kanfang-first-picture").length > 0;
    return begun && line?.classList.contains("kf-done") && !busy && window.kanfangTour?.current() !== undefined;
  });
  await page.waitForTimeout(120);
}

export async function look(page: Page, view: Partial<View>): Promise<void> {
  await page.evaluate((to) => window.kanfangTour?.look(to), view);
  await page.waitForTimeout(80);
  // Marks move with the picture that is drawn next, which may take longer than any fixed time on a busy machine.
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  await sharp(page);
}

export async function viewOf(page: Page): Promise<View> {
  return (await page.evaluate(() => window.kanfangTour?.current()?.view)) as View;
}

/** The bare picture, without what lies over it. */
export async function picture(page: Page): Promise<Bitmap> {
  await page.evaluate(() => document.querySelector<HTMLElement>(".kf-overlay")?.style.setProperty("opacity", "0"));
  const shot = await page.screenshot();
  await page.evaluate(() => document.querySelector<HTMLElement>(".kf-overlay")?.style.removeProperty("opacity"));
  return readPng(shot);
}

export function expectedAt(view: View, d: Vector): { x: number; y: number } | undefined {
  return toScreen(cameraOf(view, SIZE), d);
}

/** Centroid of the white pixels near a point, in the middle-of-pixel sense. */
export function dotNear(shot: Bitmap, x: number, y: number, radius: number): { x: number; y: number; count: number } {
  let [sumX, sumY, sum, count] = [0, 0, 0, 0];
  for (let j = Math.floor(y - radius); j <= y + radius; j++)
    for (let i = Math.floor(x - radius); i <= x + radius; i++) {
      if (i < 0 || j < 0 || i >= shot.width || j >= shot.height) continue;
      const weight = Math.max(0, Math.min(...shot.at(i, j)) - 225);
      sumX += (i + 0.5) * weight;
      sumY += (j + 0.5) * weight;
      sum += weight;
      if (weight > 0) count++;
    }
  return { x: sumX / sum, y: sumY / sum, count };
}

export { directionOf };

/** Names of the pins, lengths and doors that lie, by a part of them, under one of `bars`; and how many of all are seen. */
export const covered = (page: Page, bars: string): Promise<{ under: (string | null)[]; seen: number }> =>
  page.evaluate((over) => {
    const boxes = (selector: string) =>
      [...document.querySelectorAll(selector)].filter((node) => !node.closest(".kf-away")).map((node) => ({ name: node.textContent, ...node.getBoundingClientRect().toJSON() })); // biome-ignore format: short
    const covers = boxes(over);
    const seen = boxes(".kf-spot-mark, .kf-spot-measure .kf-spot-name, .kf-hotspot").filter(({ width }) => width > 0);
    const under = seen.filter((a) => covers.some((b) => a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top)); // biome-ignore format: short
    return { under: under.map(({ name }) => name), seen: seen.length };
  }, bars);

/** Fingers on a tablet: contexts that have them, drags by touch, and how large what is pressed is. */
import { join } from "node:path";
import type { Browser, CDPSession, Locator, Page } from "playwright-core";

export interface Tablet {
  page: Page;
  complaints: string[];
  /** Puts a finger down at the first point, moves it along, and lifts it at the last. */
  drag: (...way: readonly Point[]) => Promise<void>;
}

export interface Point {
  x: number;
  y: number;
}

export async function tablet(browser: Browser, width: number, height: number): Promise<Tablet> {
  const context = await browser.newContext({
    viewport: { width, height },
    locale: "zh-CN",
    reducedMotion: "reduce",
    hasTouch: true,
    isMobile: true,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    const text = message.text();
    if (message.type() === "error" && !text.includes("Failed to load resource")) complaints.push(text);
  });
  const session = await context.newCDPSession(page);
  return { page, complaints, drag: (...way) => dragged(session, way) };
}

async function dragged(session: CDPSession, way: readonly Point[]): Promise<void> {
  const [first, ...rest] = way;
  if (!first) return;
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", points: Point[]) =>
    session.send("Input.dispatchTouchEvent", { type, touchPoints: points });
  await touch("touchStart", [first]);
  let from = first;
  for (const to of rest) {
    for (let part = 1; part <= 6; part += 1)
      await touch("touchMove", [
        { x: from.x + ((to.x - from.x) * part) / 6, y: from.y + ((to.y - from.y) * part) / 6 },
      ]);
    from = to;
  }
  await touch("touchEnd", []);
}

export async function middleOf(locator: Locator): Promise<Point> {
  await locator.scrollIntoViewIfNeeded();
  const box = await locator.boundingBox();
  if (!box) throw new Error("it is not to be seen");
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/**
 * What can be pressed and is smaller than `least` pixels in its width or height, as text for people. Links in a sentence are
 * excepted (WCAG 2.5.8); of a box with a label the label counts.
 */
export function smallTargets(page: Page, least: number): Promise<string[]> {
  return page.evaluate((least) => {
    const found: string[] = [];
    const selector = "button, a[href], input:not([type=file]), select, textarea, summary, [role=button]";
    for (const node of document.querySelectorAll<HTMLElement>(selector)) {
      if (!node.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      if (node.closest("svg") || (node instanceof HTMLAnchorElement && node.closest("p, td, li > span, dd"))) continue;
      const label = node.matches("input[type=checkbox], input[type=radio]") ? node.closest("label") : null;
      const box = (label ?? node).getBoundingClientRect();
      if (box.width === 0 || box.height === 0) continue;
      // Half a pixel is lost to rounding.
      if (Math.min(box.width, box.height) >= least - 0.5) continue;
      const name = node.getAttribute("aria-label") || node.textContent?.trim() || node.className;
      found.push(`${node.tagName.toLowerCase()} “${name}” ${Math.round(box.width)}×${Math.round(box.height)}`);
    }
    return found;
  }, least);
}

/** Saves what the window shows where `E2E_SHOTS` names a folder. A picture of the whole page would be taken without fingers. */
export async function shotOfWindow(page: Page, name: string): Promise<void> {
  const folder = process.env.E2E_SHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** Pixels by which the page is wider than the window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** A page as a telephone's width shows it, in a test that runs at another width. */

import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect } from "vitest";

/** Takes a picture of the part at 390 pixels; nothing may stick out of the page or of the part, which is the open dialog where nothing else is said. */
export async function narrow(page: Page, name: string, selector = "dialog[open]"): Promise<void> {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 844 });
  await page.waitForTimeout(300);
  const folder = process.env.E2E_SHOTS;
  if (folder)
    await page
      .locator(selector)
      .last()
      .screenshot({ path: join(folder, `${name}-390.png`) });
  const over = await page.evaluate(
    (where) =>
      [document.documentElement, ...document.querySelectorAll(where)].map(
        (node) => node.scrollWidth - node.clientWidth,
      ),
    selector,
  );
  expect(Math.max(...over), `${name} sticks out`).toBeLessThanOrEqual(0);
  if (before) await page.setViewportSize(before);
}

/** A page as a browser without scripts shows it. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

/** Chromium that is told to run no script parses a page as if it ran some: what shows without is made part of it. */
export const asPlain = (html: string): string => html.replaceAll(/<(\/?)noscript>/g, "<$1div>");

export async function withoutScript(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await (await browser.newContext({ ...options, javaScriptEnabled: false })).newPage();
  await page.route(/\/(listings|tour)\/[\w-]+$/, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: asPlain(await answer.text()) });
  });
  return page;
}

/** A page as a browser without scripts shows it. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

export async function withoutScript(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await (await browser.newContext({ ...options, javaScriptEnabled: false })).newPage();
  // Chromium that is told to run no script parses the page as if it ran some.
  await page.route(/\/(listings|tour)\/[\w-]+$/, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replaceAll(/<(\/?)noscript>/g, "<$1div>");
    await route.fulfill({ response: answer, body });
  });
  return page;
}

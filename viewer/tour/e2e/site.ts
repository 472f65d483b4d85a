/** For all tests of a file one server and one browser; before each test the server is well again. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { launch } from "./browser.ts";
import { TestServer } from "./server.ts";

export let server: TestServer;
export let browser: Browser;

beforeAll(async () => {
  [server, browser] = [await TestServer.start(), await launch()];
});
afterAll(async () => {
  await browser?.close();
  server?.stop();
});
beforeEach(() => server.calm());

export const CALM = { reducedMotion: "reduce" } as const;
export const PHONE = { ...CALM, viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const;
export const WIDE = { ...CALM, viewport: { width: 1440, height: 900 } } as const;

/** A Chromium of our own for the tests of tour and consoles, with WebGL drawn by software. */
import { type Browser, chromium } from "playwright-core";

export function startBrowser(...more: string[]): Promise<Browser> {
  return chromium.launch({
    timeout: 240_000,
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium-headless-shell",
    args: ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist", ...more],
  });
}

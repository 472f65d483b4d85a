/**
 * Measures a tour page from a cold cache in Chromium: `node bench/measure.mjs URL [runs]`.
 * Prints, per line quality: first picture and sharp picture in seconds (medians), requests and kB until sharp, texture MB.
 */
import { chromium } from "playwright-core";

const [url, runs = "3"] = process.argv.slice(2);
if (!url) throw new Error("usage: node bench/measure.mjs URL [runs]");

/** Megabits a second and milliseconds there and back. */
const LINES = { "no throttle": undefined, "4G 9 Mbit/85 ms": [9, 85], "slow 1.6 Mbit/150 ms": [1.6, 150] };

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium-headless-shell",
  args: ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"],
});
const median = (values) => values.sort((p, q) => p - q)[values.length >> 1];

for (const [name, line] of Object.entries(LINES)) {
  const all = [];
  for (let run = 0; run < Number(runs); run++) all.push(await measure(line));
  const of = (key) => median(all.map((one) => one[key]));
  process.stdout.write(
    `${name}: first ${of("first").toFixed(2)} s, sharp ${of("sharp").toFixed(2)} s, ` +
      `${of("requests")} requests, ${(of("bytes") / 1000).toFixed(0)} kB, textures ${(of("textures") / 1e6).toFixed(1)} MB\n`,
  );
}
await browser.close();

async function measure(line) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, deviceScaleFactor: 1 });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  if (line) {
    const [mbit, latency] = line;
    const rate = (mbit * 1e6) / 8;
    await session.send("Network.emulateNetworkConditions", {
      offline: false,
      latency,
      downloadThroughput: rate,
      uploadThroughput: rate,
    });
  }
  const finished = [];
  session.on("Network.loadingFinished", (event) => finished.push(event));
  await page.goto(url);
  await page.waitForFunction(() => performance.getEntriesByName("kanfang-sharp").length > 0, undefined, {
    timeout: 120_000,
  });
  const times = await page.evaluate(() => ({
    first: performance.getEntriesByName("kanfang-first-picture")[0].startTime / 1000,
    sharp: performance.getEntriesByName("kanfang-sharp")[0].startTime / 1000,
    textures: window.kanfangTour.figures().bytes,
  }));
  const bytes = finished.reduce((sum, { encodedDataLength }) => sum + encodedDataLength, 0);
  await context.close();
  return { ...times, requests: finished.length, bytes };
}

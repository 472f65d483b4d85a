/**
 * Measures tour viewers in one Chromium, in turns: `node bench/measure.mjs PLAN.json`. The plan names viewers (`{name:
 * address with {yaw} {pitch}}`), views, runs and a folder for pictures; `peers` a folder with the packages and tiles of
 * the others. Writes one JSON object to the plan's `results`, anew after each step, so that a run that is cut short has said
 * something; `benches/viewer.py` judges the pictures and prints the table.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build, PEERS, serve } from "./peers.mjs";
import { walk } from "./walk.mjs";

const plan = JSON.parse(readFileSync(process.argv[2], "utf8"));
const SIZE = { width: 1280, height: 720 };
/** Megabits a second and milliseconds there and back. */
const LINES = { fast: undefined, "9 Mbit/s 85 ms": [9, 85], "1.6 Mbit/s 150 ms": [1.6, 150] };

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium-headless-shell",
  args: ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"],
});
const observe = fileURLToPath(new URL("observe.js", import.meta.url));
const median = (values) => [...values].sort((p, q) => p - q)[values.length >> 1];

/** A page of its own browser context: nothing in its cache. */
async function opened(address, line, act, options = {}) {
  const context = await browser.newContext({ viewport: SIZE, deviceScaleFactor: 1, locale: "zh-CN", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(180_000);
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  if (line) {
    const rate = (line[0] * 1e6) / 8;
    const limits = { offline: false, latency: line[1], downloadThroughput: rate, uploadThroughput: rate };
    await session.send("Network.emulateNetworkConditions", limits);
  }
  await page.addInitScript({ path: observe });
  await page.goto(address, { waitUntil: "commit" });
  try {
    return await act(page, session);
  } finally {
    await context.close();
  }
}

/** Until nothing new was drawn or loaded for a while. */
async function settled(page, quiet) {
  let [before, since] = ["", Date.now()];
  for (;;) {
    const now = await page.evaluate(
      () =>
        `${window.benchWatch.looks.length}/${performance.getEntriesByType("resource").length}/${window.benchWatch.frames}`,
    );
    if (now !== before) [before, since] = [now, Date.now()];
    else if (Date.now() - since > quiet && !now.startsWith("0/")) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const load = (address, line, picture) =>
  opened(address, line, async (page, session) => {
    await settled(page, line ? 2500 : 1500);
    const report = await page.evaluate(() => window.benchWatch.report());
    if (picture) await bare(page, picture);
    await session.send("HeapProfiler.collectGarbage");
    const { usedSize } = await session.send("Runtime.getHeapUsage");
    return { ...report, heap: usedSize };
  });

/** The canvas alone, without what lies over it. */
async function bare(page, path) {
  await page.evaluate(() => {
    for (let node = window.benchWatch.canvas; node && node !== document.body; node = node.parentElement)
      for (const other of node.parentElement.children)
        if (other !== node) other.style.setProperty("visibility", "hidden", "important");
  });
  await page.screenshot({ path });
}

/** Main thread milliseconds a drawn frame while the mouse drags to and fro over tiles that are all there. */
const pan = (address) =>
  opened(address, undefined, async (page, session) => {
    await settled(page, 1500);
    await page.evaluate(() => {
      window.benchWatch.watching = false;
    });
    await session.send("Performance.enable", { timeDomain: "timeTicks" });
    const sweep = async () => {
      const row = SIZE.height / 2;
      await page.mouse.move(300, row);
      await page.mouse.down();
      for (let step = 0; step <= 120; step++) await page.mouse.move(300 + (step < 60 ? step : 120 - step) * 10, row);
      await page.mouse.up();
    };
    const figures = async () => {
      const { metrics } = await session.send("Performance.getMetrics");
      const of = (name) => metrics.find((metric) => metric.name === name).value;
      const frames = await page.evaluate(() => window.benchWatch.frames);
      return { script: of("ScriptDuration"), task: of("TaskDuration"), at: performance.now() / 1000, frames };
    };
    await sweep();
    await settled(page, 1500);
    const before = await figures();
    await sweep();
    const after = await figures();
    const frames = after.frames - before.frames;
    return {
      script: (1000 * (after.script - before.script)) / frames,
      task: (1000 * (after.task - before.task)) / frames,
      rate: frames / (after.at - before.at),
    };
  });

const sizes = plan.peers ? await build(plan.peers) : {};
const host = plan.peers && (await serve(plan.peers));
const viewers = { ...plan.viewers };
if (host)
  for (const name of Object.keys(PEERS)) viewers[name] = `${host.url}/${name}.html?yaw={yaw}&pitch={pitch}&hfov=90`;

const results = Object.fromEntries(
  Object.keys(viewers).map((name) => [name, { code: sizes[name], views: [], lines: {} }]),
);
const keep = () => writeFileSync(plan.results, JSON.stringify(results));
const addressOf = (name, [yaw, pitch]) => viewers[name].replace("{yaw}", yaw).replace("{pitch}", pitch);
for (const [index, view] of plan.views.entries())
  for (const name of Object.keys(viewers)) {
    const picture = join(plan.pictures, `${name}-${index}.png`);
    results[name].views.push({ ...(await load(addressOf(name, view), undefined, picture)), picture });
    keep();
  }
for (const [line, limits] of Object.entries(LINES)) {
  const runs = Object.fromEntries(Object.keys(viewers).map((name) => [name, []]));
  for (let run = 0; run < plan.runs; run++)
    for (const name of Object.keys(viewers)) runs[name].push(await load(addressOf(name, plan.views[0]), limits));
  for (const [name, all] of Object.entries(runs)) {
    const of = (key) => median(all.map((one) => one[key]));
    results[name].lines[line] = Object.fromEntries(
      ["first", "sharp", "bytes", "bytesToFirst", "requests"].map((key) => [key, of(key)]),
    );
  }
  keep();
}
for (const name of Object.keys(viewers)) {
  const all = [];
  for (let run = 0; run < plan.runs; run++) all.push(await pan(addressOf(name, plan.views[0])));
  results[name].pan = Object.fromEntries(
    ["script", "task", "rate"].map((key) => [key, median(all.map((one) => one[key]))]),
  );
  keep();
}
if (plan.walk) results.walk = await walk(opened, settled, plan.walk, plan.steps ?? 50);
await browser.close();
host?.stop();
keep();

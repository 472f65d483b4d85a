/** A walk of fifty scenes on a phone, twice: textures, heap, lost contexts, and how long each change takes. */
const PHONE = {
  userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0",
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};
/** Follows, of the doors of each scene, the one to the scene that was seen least. */
export function walk(opened, settled, address, steps) {
  const act = async (page, session) => {
    await settled(page, 1500);
    await page.evaluate(() => {
      window.benchWatch.watching = false;
      window.benchLost = 0;
      document.querySelector("canvas").addEventListener("webglcontextlost", () => window.benchLost++);
    });
    const figures = { changes: [], textures: [], heaps: [] };
    for (let round = 0; round < 2; round++) {
      const seen = new Map();
      for (let step = 0; step < steps; step++)
        figures.changes.push(await page.evaluate(change, [...seen]).then(count(seen)));
      figures.textures.push(await page.evaluate(() => window.benchWatch.peakTextureBytes));
      await session.send("HeapProfiler.collectGarbage");
      figures.heaps.push((await session.send("Runtime.getHeapUsage")).usedSize);
    }
    const lost = await page.evaluate(() => window.benchLost);
    return { ...figures, lost };
  };
  return opened(address, undefined, act, PHONE);
}

const count = (seen) => (one) => {
  seen.set(one.name, (seen.get(one.name) ?? 0) + 1);
  return one;
};

/** In the page: presses the arrow to the room that was seen least; answers milliseconds until it is shown, and until it is sharp. */
async function change(visits) {
  const seen = new Map(visits);
  const nameOf = (arrow) => arrow.querySelector(".kf-hotspot-name")?.textContent ?? "";
  const arrows = [...document.querySelectorAll(".kf-hotspot")];
  arrows.sort((p, q) => (seen.get(nameOf(p)) ?? 0) - (seen.get(nameOf(q)) ?? 0));
  const name = nameOf(arrows[0]);
  const { scene } = window.kanfangTour.current();
  const start = performance.now();
  const passed = () => performance.now() - start;
  const frame = () => new Promise(requestAnimationFrame);
  const frames = window.benchWatch.frames;
  arrows[0].click();
  let moved;
  while (window.kanfangTour.current().scene === scene && passed() < 20_000) {
    await frame();
    if (moved === undefined && window.benchWatch.frames > frames) moved = passed();
  }
  const shown = passed();
  while (!document.querySelector(".kf-progress.kf-done") && passed() < 20_000) await frame();
  const sharp = passed();
  await new Promise((resolve) => setTimeout(resolve, 700));
  return { name, moved: moved ?? shown, shown, sharp };
}

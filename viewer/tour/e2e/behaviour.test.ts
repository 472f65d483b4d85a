/** What a reader does, and what goes wrong around him: hands, keys, scenes, lost contexts, no WebGL, a bad line, a withdrawal. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { directionOf, wrapDegrees } from "../src/geometry/cube.ts";
import { cameraOf, fromScreen } from "../src/geometry/view.ts";
import { dotNear, expectedAt, look, picture, SIZE, sharp, viewOf, visit } from "./browser.ts";
import { browser, server } from "./site.ts";

/** `E2E_LONG=1` adds what takes minutes, or a machine that draws at speed. */
const LONG = process.env.E2E_LONG === "1";

const open = async (options = {}, prepare?: (page: Page) => Promise<unknown>, hash = "") => {
  const visited = await visit(browser, `${server.origin}/page${hash}`, options, prepare);
  return visited;
};

/** Keeps the drawn picture readable at any time. */
const keepPicture = (page: Page) =>
  page.addInitScript(() => {
    const original = HTMLCanvasElement.prototype.getContext;
    // biome-ignore lint/suspicious/noExplicitAny: the overloads of getContext cannot be repeated here
    (HTMLCanvasElement.prototype as any).getContext = function (
      this: HTMLCanvasElement,
      kind: string,
      options: object,
    ) {
      // biome-ignore lint/suspicious/noExplicitAny: as above
      return (original as any).call(
        this,
        kind,
        kind === "webgl2" ? { ...options, preserveDrawingBuffer: true } : options,
      );
    };
  });

describe("hands", () => {
  it("drag the point they took, and the wheel zooms to the pointer", async () => {
    const { page, close } = await open({ reducedMotion: "reduce" });
    await sharp(page);
    const held = fromScreen(cameraOf(await viewOf(page), SIZE), { x: 200, y: 150 });
    await page.mouse.move(200, 150);
    await page.mouse.down();
    await page.mouse.move(350, 210, { steps: 6 });
    await page.mouse.up();
    const dragged = expectedAt(await viewOf(page), held);
    expect(Math.hypot((dragged?.x ?? 0) - 350, (dragged?.y ?? 0) - 210)).toBeLessThan(0.5);
    const before = await viewOf(page);
    await page.mouse.wheel(0, -240);
    await sharp(page);
    const after = await viewOf(page);
    expect(after.hfov).toBeLessThan(before.hfov - 10);
    const kept = expectedAt(after, held);
    expect(Math.hypot((kept?.x ?? 0) - 350, (kept?.y ?? 0) - 210)).toBeLessThan(0.5);
    const [shot, view] = [await picture(page), await viewOf(page)];
    const at = expectedAt(view, [0.25, -0.4, 1]);
    if (at && at.x > 20 && at.x < SIZE.width - 20 && at.y > 20 && at.y < SIZE.height - 20)
      expect(Math.hypot(dotNear(shot, at.x, at.y, 15).x - at.x, dotNear(shot, at.x, at.y, 15).y - at.y)).toBeLessThan(
        0.75,
      );
    await close();
  });

  it.skipIf(!LONG)("keep the view moving for a moment when they let go", async () => {
    const { page, close } = await open();
    await sharp(page);
    await page.mouse.move(400, 180);
    await page.mouse.down();
    for (let x = 400; x > 280; x -= 12) await page.mouse.move(x, 180);
    await page.mouse.up();
    const released = (await viewOf(page)).yaw;
    await page.waitForTimeout(700);
    expect(wrapDegrees((await viewOf(page)).yaw - released)).toBeGreaterThan(1);
    await close();
  });
});

describe("keys", () => {
  it("turn, zoom and go home", async () => {
    const { page, close } = await open({ reducedMotion: "reduce" });
    await sharp(page);
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.className)).toContain("kf-surface");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("+");
    const turned = await viewOf(page);
    expect(turned.yaw).toBeGreaterThan(5);
    expect(turned.pitch).toBeGreaterThan(5);
    expect(turned.hfov).toBeLessThan(90);
    await page.keyboard.press("Home");
    expect(await viewOf(page)).toEqual({ yaw: 0, pitch: 0, hfov: 90 });
    await close();
  });

  it("reach every arrow, turn to it and follow it", async () => {
    const { page, close } = await open({ reducedMotion: "reduce" });
    await sharp(page);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("前往主卧室");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("前往厨房");
    await page.waitForTimeout(100);
    expect((await viewOf(page)).yaw).toBeCloseTo(170, 0);
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => window.kanfangTour?.current()?.scene === "s2");
    expect(await page.textContent("[aria-live]")).toContain("厨房，第 3 个场景，共 3 个。 可前往：客厅。");
    await close();
  });
});

describe("scenes", () => {
  it("change without one dark frame, and the arrow sits where its direction is", async () => {
    const { page, close } = await open({}, keepPicture);
    await sharp(page);
    const box = await page.locator(".kf-hotspot", { hasText: "主卧室" }).boundingBox();
    const at = expectedAt(await viewOf(page), directionOf(20, -10));
    expect(Math.abs((box?.x ?? 0) + (box?.width ?? 0) / 2 - (at?.x ?? 0))).toBeLessThan(0.75);
    expect(Math.abs((box?.y ?? 0) + (box?.height ?? 0) / 2 - (at?.y ?? 0))).toBeLessThan(0.75);
    await page.evaluate(watchDarkness);
    await page.click(".kf-hotspot:has-text('主卧室')");
    await page.waitForFunction(() => window.kanfangTour?.current()?.scene === "s1");
    await sharp(page);
    await page.waitForTimeout(800);
    const seen = await page.evaluate(
      () => (window as unknown as { darkness: { frames: number; darkest: number } }).darkness,
    );
    expect(seen.frames).toBeGreaterThan(5);
    expect(seen.darkest).toBeGreaterThan(60);
    await close();
  });

  it("can be linked to, view and all", async () => {
    const { page, close } = await open({ reducedMotion: "reduce" }, undefined, "#scene=s1&yaw=40&pitch=-5&hfov=70");
    await sharp(page);
    expect(await page.evaluate(() => window.kanfangTour?.current()?.scene)).toBe("s1");
    expect(await viewOf(page)).toEqual({ yaw: 40, pitch: -5, hfov: 70 });
    await look(page, { yaw: 60 });
    await page.waitForFunction(() => location.hash.includes("yaw=60"));
    await close();
  });

  it("are listed with their pictures, in both languages", async () => {
    const { page, problems, close } = await open();
    await sharp(page);
    await page.click(".kf-scenes-toggle");
    await page.click(".kf-language");
    expect(await page.getAttribute(".kf-scenes-toggle", "aria-label")).toBe("Scenes 3: close the list");
    await page.click(".kf-scene:has-text('厨房')");
    await page.waitForFunction(() => window.kanfangTour?.current()?.scene === "s2");
    expect(await page.getAttribute(".kf-surface", "aria-label")).toBe("Panorama of 厨房");
    expect(problems).toEqual([]);
    await close();
  });
});

describe("a partial panorama", () => {
  it("shows nothing that was not photographed", async () => {
    server.coverage = { yaw: [-100, 100], pitch: [-40, 40] };
    const { page, close } = await open({ reducedMotion: "reduce" });
    await sharp(page);
    await look(page, { yaw: 170, pitch: 80, hfov: 60 });
    const view = await viewOf(page);
    expect(view.yaw + view.hfov / 2).toBeLessThanOrEqual(100.01);
    expect(view.pitch).toBeLessThan(25);
    await close();
  });
});

describe("graphics", () => {
  it("fill the window after the telephone was turned, and look the same way", async () => {
    const { page, problems, close } = await open({ reducedMotion: "reduce", viewport: { width: 390, height: 844 } });
    await sharp(page);
    await look(page, { yaw: 35, pitch: -10 });
    for (const size of [
      { width: 844, height: 390 },
      { width: 390, height: 844 },
    ]) {
      await page.setViewportSize(size);
      await page.waitForTimeout(300);
      await sharp(page);
      const canvas = await page.locator(".kf-canvas").boundingBox();
      expect(canvas).toEqual({ x: 0, y: 0, ...size });
      const { yaw, pitch } = await viewOf(page);
      expect([yaw, pitch]).toEqual([35, -10]);
      const pixels = await page.evaluate(() => document.querySelector<HTMLCanvasElement>(".kf-canvas")?.width);
      expect(pixels).toBe(size.width);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(size.width);
    }
    expect(problems).toEqual([]);
    await close();
  });

  it("come back after the context was lost", async () => {
    const { page, close } = await open({ reducedMotion: "reduce" });
    await sharp(page);
    const before = await picture(page);
    await page.evaluate(async () => {
      const gl = document.querySelector<HTMLCanvasElement>(".kf-canvas")?.getContext("webgl2");
      const lose = gl?.getExtension("WEBGL_lose_context");
      lose?.loseContext();
      await new Promise((resolve) => setTimeout(resolve, 300));
      lose?.restoreContext();
    });
    await page.waitForTimeout(300);
    await sharp(page);
    const after = await picture(page);
    for (const [x, y] of [[320, 180], [50, 50], [600, 325]] as const) expect(after.at(x, y)).toEqual(before.at(x, y)); // biome-ignore format: short
    await close();
  });

  it.skipIf(!LONG)("stay within the budget of a small phone over a long walk", async () => {
    const iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0";
    const phone = {
      userAgent: iphone,
      viewport: { width: 390, height: 844 },
      deviceScaleFactor: 3,
      hasTouch: true,
      isMobile: true,
    };
    const { page, close } = await open({ ...phone, reducedMotion: "reduce" });
    await sharp(page);
    for (const scene of ["s0", "s1", "s2"]) {
      await page.evaluate((id) => window.kanfangTour?.go(id), scene);
      await page.waitForFunction((id) => window.kanfangTour?.current()?.scene === id, scene);
      for (let yaw = 0; yaw < 360; yaw += 60) await look(page, { yaw, pitch: (yaw % 120) - 60, hfov: 30 });
    }
    const figures = (await page.evaluate(() => window.kanfangTour?.figures())) as Record<string, number>;
    expect(figures.peakBytes).toBeGreaterThan(10e6);
    expect(figures.peakBytes).toBeLessThanOrEqual(36 * 1024 * 1024);
    await close();
  });

  it("give way to a strip of stills where WebGL2 is missing", async () => {
    const { page, problems, close } = await open({}, (p) =>
      p.addInitScript(() => {
        HTMLCanvasElement.prototype.getContext = () => null;
      }),
    );
    await page.waitForSelector(".kf-stills img");
    expect(await page.locator(".kf-stills img").count()).toBe(18);
    expect(await page.locator(".kf-stills img").first().getAttribute("alt")).toBe("客厅，正前方");
    await page.focus(".kf-stills-row");
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction(() => (document.querySelector(".kf-stills-row")?.scrollLeft ?? 0) > 5);
    expect(problems).toEqual([]);
    await close();
  });
});

describe("a bad line", () => {
  it("shows the preview first and never a hole while tiles fail and come again", async () => {
    let refused = 0;
    server.mishap = (path) => (/\/3\//.test(path) && refused++ < 4 ? 503 : undefined);
    const { page, close } = await open();
    await sharp(page);
    expect(refused).toBeGreaterThan(4);
    await close();
  });

  it("says so when the tour cannot be had, and tries again on request", async () => {
    server.mishap = (path) => (path.endsWith("tour.json") ? 500 : undefined);
    const { page, close } = await open();
    await page.waitForSelector(".kf-card");
    expect(await page.textContent(".kf-card")).toContain("全景暂时打不开");
    server.calm();
    await page.click(".kf-primary");
    await sharp(page);
    await close();
  });

  it("cancels what the reader has turned away from", async () => {
    // Long enough that none of the tiles arrives by itself while the test looks.
    server.delay = (path) => (/\/3\//.test(path) ? 60_000 : 0);
    const under = new Set<string>();
    const cancelled = new Set<string>();
    const isTile = (address: string) => /\/3\/f/.test(new URL(address).pathname);
    const { page, close } = await open({ reducedMotion: "reduce" }, async (page) => {
      page.on("request", (request) => isTile(request.url()) && under.add(request.url()));
      page.on("requestfailed", (request) => isTile(request.url()) && cancelled.add(request.url()));
    });
    await page.waitForFunction(() => window.kanfangTour?.current() !== undefined);
    await expect.poll(() => under.size, { timeout: 60_000 }).toBeGreaterThan(0);
    await page.evaluate(() => window.kanfangTour?.look({ yaw: 180 }));
    await expect.poll(() => cancelled.size, { timeout: 50_000 }).toBeGreaterThan(0);
    await close();
  });
});

describe("the court", () => {
  it("suspends: a banner stands over the picture", async () => {
    server.status = { code: 200, body: { state: "suspended", banner: "本次拍卖因故中止" } };
    const { page, close } = await open();
    await page.waitForSelector(".kf-banner:visible");
    expect(await page.textContent(".kf-banner")).toBe("本次拍卖因故中止");
    await close();
  });

  it("withdraws: the pictures are gone from the page", async () => {
    const { page, close } = await open();
    await sharp(page);
    server.status = { code: 410, body: {} };
    await page.waitForSelector(".kf-card", { timeout: 15_000 });
    expect(await page.textContent(".kf-card")).toContain("本全景已下架");
    expect(await page.locator("canvas").count()).toBe(0);
    await close();
  });
});

function watchDarkness(): void {
  const darkness = { frames: 0, darkest: 255 };
  (window as unknown as { darkness: object }).darkness = darkness;
  const canvas = document.querySelector<HTMLCanvasElement>(".kf-canvas");
  const gl = canvas?.getContext("webgl2");
  const pixel = new Uint8Array(4);
  const sample = () => {
    if (!canvas || !gl) return;
    for (const [x, y] of [
      [0.1, 0.1],
      [0.5, 0.5],
      [0.9, 0.2],
      [0.3, 0.8],
    ] as const) {
      // biome-ignore format: short
      gl.readPixels(canvas.width * x, canvas.height * y, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
      darkness.darkest = Math.min(darkness.darkest, Math.max(...pixel.subarray(0, 3)));
    }
    darkness.frames++;
    requestAnimationFrame(sample);
  };
  sample();
}

/** The tour in a headset: what each eye sees, and choosing by controller, hand and look. The headset is emulated (`headset.ts`). */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { keepShot } from "../../e2e/server.ts";
import { look, sharp, viewOf, visit } from "./browser.ts";
import { directionIn, EYE, eyes, frames, pngOf, putOn, turnHead } from "./headset.ts";
import { colourOf } from "./pattern.ts";
import type { Bitmap } from "./png.ts";
import { browser, CALM, server } from "./site.ts";

const NOTE = { id: "door", kind: "information", yaw: -30, pitch: 4, title: "分户门", text: "钢质防盗门，三把钥匙均在法院保管。\n门框下沿有轻微变形，开合正常。" }; // biome-ignore format: one hotspot
const BUTTON = { name: "用 VR 头显观看" };

const open = async (prepare: (page: Page) => Promise<unknown> = (page) => putOn(page)) => {
  server.edit = (tour) => {
    tour.scenes[0].hotspots = [NOTE];
    return tour;
  };
  const visited = await visit(browser, `${server.origin}/page`, CALM, prepare);
  await sharp(visited.page);
  await visited.page.waitForSelector(".kf-scenes-toggle");
  return visited;
};
/** With the headset on, all tiles there. */
const wear = async (page: Page) => {
  await page.getByRole("button", BUTTON).click();
  await page.waitForFunction(() => window.headset.frames > 0);
  await settle(page);
};
const settle = async (page: Page) => {
  await page.waitForFunction(() => {
    const figures = window.kanfangTour?.figures() ?? {};
    return !figures.queued && !figures.loading && !figures.decoded && !figures.waiting;
  });
  await frames(page, 4);
};
const keep = (name: string, seen: Bitmap) => keepShot(name, pngOf(seen));
/** Share of the points of a grid in an eye whose colour is that of scene `scene`, seen by a level head at `yaw`. */
const share = (seen: Bitmap, eye: 0 | 1, yaw: number, scene: number): number => {
  let [right, all] = [0, 0];
  for (let y = 11; y < EYE.height; y += 17)
    for (let x = 11; x < EYE.width; x += 17) {
      const expected = colourOf(directionIn(eye, x + 0.5, y + 0.5, yaw), scene);
      const found = seen.at(eye * EYE.width + x, y);
      if (expected.every((one, i) => Math.abs(one - (found[i] ?? 0)) < 4)) right++;
      all++;
    }
  return right / all;
};
const sceneIs = (page: Page, id: string) =>
  page.waitForFunction((wanted) => window.kanfangTour?.current()?.scene === wanted, id);
const controller = (page: Page, pose: { yaw: number; pitch: number }, hand = false) =>
  page.evaluate(
    ([p, isHand]) => {
      const buttons = Array.from({ length: 6 }, () => ({ pressed: false }));
      window.headset.hands = [{ pose: { ...p, position: [0.2, -0.35, -0.1] }, hand: isHand, axes: [0, 0, 0, 0], buttons }]; // biome-ignore format: short
    },
    [pose, hand] as const,
  );

describe("a headset", () => {
  it("shows each eye its part of the picture, sharp, with one context and nothing loaded before", async () => {
    const { page, problems, close } = await open();
    const contexts = () => page.evaluate(() => document.querySelectorAll("canvas").length);
    expect(await page.evaluate(() => performance.getEntriesByType("resource").some(({ name }) => name.includes("chunk-open")))).toBe(false); // biome-ignore format: short
    await look(page, { yaw: 70, pitch: 0 });
    const before = await contexts();
    await wear(page);
    expect(await contexts()).toBe(before);
    // Ahead in the headset is where one looked on the page.
    const seen = await eyes(page);
    keep("headset-ahead", seen);
    expect(share(seen, 0, 70, 0)).toBeGreaterThan(0.9);
    expect(share(seen, 1, 70, 0)).toBeGreaterThan(0.9);
    // As sharp as the eye's pixels ask for: the finest level has been loaded.
    expect(server.requests.some((path) => /\/s0\/3\//.test(path))).toBe(true);
    await turnHead(page, -40);
    await settle(page);
    expect(share(await eyes(page), 0, 30, 0)).toBeGreaterThan(0.85);
    expect(problems).toEqual([]);
    await close();
  });

  it("shows each eye its own picture where the scene has one for each, and both the same where the right one's is missing", async () => {
    const { page, problems, close } = await open(async (page) => {
      const edit = server.edit;
      server.edit = (tour) => {
        const [here, there] = tour.scenes;
        here.rightEye = { panorama: there.panorama };
        there.rightEye = { panorama: { ...there.panorama, preview: "/nowhere/preview.jpg", tiles: "/nowhere/{level}/{face}{row}_{column}" } }; // biome-ignore format: one picture
        return edit(tour);
      };
      await putOn(page);
    });
    await look(page, { yaw: 0, pitch: 0 });
    await wear(page);
    const seen = await eyes(page);
    keep("headset-stereo", seen);
    // Scene 1's picture stands for what the right eye sees.
    expect(share(seen, 0, 0, 0)).toBeGreaterThan(0.9);
    expect(share(seen, 1, 0, 1)).toBeGreaterThan(0.9);
    for (const scene of ["s0", "s1"])
      expect(
        server.requests.some((path) => path.includes(`/${scene}/3/`)),
        `${scene} sharp`,
      ).toBe(true);
    await controller(page, { yaw: 20, pitch: -10 });
    await frames(page, 3);
    await page.evaluate(() => window.headset.press(0));
    await sceneIs(page, "s1");
    await page.waitForTimeout(900);
    await settle(page);
    const { yaw } = await viewOf(page);
    const arrived = await eyes(page);
    for (const eye of [0, 1] as const) expect(share(arrived, eye, yaw, 1)).toBeGreaterThan(0.85);
    expect(problems.filter((problem) => !problem.includes("404"))).toEqual([]);
    await close();
  });

  it("goes through a door by a controller, keeps the bearing, and comes back to the view where one looked", async () => {
    const { page, problems, close } = await open();
    await look(page, { yaw: 0, pitch: 0 });
    await wear(page);
    await controller(page, { yaw: 20, pitch: -10 });
    await frames(page, 3);
    keep("headset-controller", await eyes(page));
    await page.evaluate(() => window.headset.press(0));
    await sceneIs(page, "s1");
    await page.waitForTimeout(900);
    await settle(page);
    // Both scenes know their north at the same yaw: what lay ahead lies ahead.
    const arrived = await eyes(page);
    keep("headset-arrived", arrived);
    expect(share(arrived, 0, 0, 1)).toBeGreaterThan(0.85);
    // A push of the thumbstick turns by 30°, once.
    await page.evaluate(() => window.headset.hands[0]?.axes.splice(2, 1, 1));
    await frames(page, 6);
    expect(share(await eyes(page), 1, 30, 1)).toBeGreaterThan(0.85);
    await turnHead(page, 15, 0);
    // B leaves.
    await page.evaluate(() => Object.assign(window.headset.hands[0]?.buttons[5] ?? {}, { pressed: true }));
    await page.waitForFunction(() => !window.headset.running);
    expect((await viewOf(page)).yaw).toBeCloseTo(45, 0);
    await sharp(page);
    expect(await page.getByRole("button", BUTTON).getAttribute("aria-pressed")).toBe("false");
    expect(problems).toEqual([]);
    await close();
  });

  it("is worked by looking alone: a note is read, a door is gone through, the way back is at one's feet", async () => {
    const { page, problems, close } = await open();
    await look(page, { yaw: 0, pitch: 0 });
    await wear(page);
    await turnHead(page, -30, 4);
    await page.waitForTimeout(700);
    keep("headset-dwell", await eyes(page));
    await page.waitForTimeout(1400);
    await frames(page, 3);
    const card = await eyes(page);
    keep("headset-card", card);
    // The paper of the card is white where the picture is not.
    const [x, y] = [Math.round((0.84 / 2.04) * EYE.width) + EYE.width, Math.round((1.2 / 2.19) * EYE.height)];
    expect(Math.min(...card.at(x, y))).toBeGreaterThan(225);
    // A system menu over it: nothing is chosen meanwhile.
    await page.evaluate(() => window.headset.blur(true));
    await turnHead(page, 20, -10);
    await page.waitForTimeout(2200);
    expect((await page.evaluate(() => window.kanfangTour?.current()))?.scene).toBe("s0");
    await page.evaluate(() => window.headset.blur(false));
    await sceneIs(page, "s1");
    await page.waitForTimeout(900);
    // The exit has stayed where one looked ahead.
    await turnHead(page, 20, 0);
    await turnHead(page, 20, -58);
    await page.waitForFunction(() => !window.headset.running);
    expect((await viewOf(page)).pitch).toBeLessThan(-50);
    expect(problems).toEqual([]);
    await close();
  });

  it("that goes away, or whose context is lost, gives the page back", async () => {
    const { page, problems, close } = await open();
    await wear(page);
    await page.evaluate(() => window.headset.end());
    await page.waitForFunction(() => !window.headset.running);
    await look(page, { yaw: 100 });
    await wear(page);
    expect(await page.evaluate(() => window.headset.sessions)).toBe(2);
    await page.evaluate(() => {
      const gl = document.querySelector<HTMLCanvasElement>(".kf-canvas")?.getContext("webgl2");
      const extension = gl?.getExtension("WEBGL_lose_context");
      extension?.loseContext();
      setTimeout(() => extension?.restoreContext(), 300);
    });
    await page.waitForFunction(() => !window.headset.running);
    await page.waitForTimeout(500);
    await sharp(page);
    expect((await viewOf(page)).yaw).toBeCloseTo(100, 0);
    expect(problems).toEqual([]);
    await close();
  });

  it("ends a comparison of two days, and keeps it from beginning", async () => {
    const { page, problems, close } = await open(async (page) => {
      await putOn(page);
      const { edit } = server;
      server.edit = (tour) => {
        tour.scenes[0].otherDay = { capturedAt: null, yawOffset: 0, panorama: tour.scenes[1].panorama };
        return edit(tour);
      };
    });
    await look(page, { yaw: 0, pitch: 0 });
    const tool = page.getByRole("button", { name: "今昔对比" });
    await tool.click();
    await page.getByRole("slider").waitFor();
    await wear(page);
    expect(await page.getByRole("slider").count()).toBe(0);
    await tool.click();
    expect(await page.getByRole("slider").count()).toBe(0);
    expect(share(await eyes(page), 0, 0, 0)).toBeGreaterThan(0.85);
    expect(problems).toEqual([]);
    await close();
  });

  it("that is not there has no button", async () => {
    const { page, close } = await open((page) => putOn(page, false));
    await page.waitForTimeout(200);
    expect(await page.getByRole("button", BUTTON).count()).toBe(0);
    await close();
  });

  it("that refuses is told in words", async () => {
    const { page, close } = await open();
    await page.evaluate(() => {
      (navigator as unknown as { xr: { requestSession: unknown } }).xr.requestSession = () =>
        Promise.reject(new Error("no"));
    });
    await page.getByRole("button", BUTTON).click();
    await page.getByText("无法启动头显").waitFor();
    await close();
  });
});

/** On a tablet, by touch alone: media page, studio, review desk and viewer do what they are for, at both ways of holding it. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBrowser } from "./chromium.ts";
import { AGENT, act, announced, PUBLISHER, REVIEWER, type Site, siteWithListing } from "./people.ts";
import { hasBinary, panoramasOf, type Server, signIn, startServer } from "./server.ts";
import { middleOf, overflow, shotOfWindow, smallTargets, type Tablet, tablet } from "./touch.ts";
import { wholeSphere } from "./turn.ts";

interface Saved {
  document: {
    plan?: { rooms: { outline: [number, number][] }[] };
    scenes: {
      title: string;
      initial_view: { yaw: number };
      links: { yaw: number; pitch: number }[];
      hotspots?: { kind: string; yaw: number }[];
    }[];
  };
}

describe.skipIf(!hasBinary)("on a tablet", () => {
  let server: Server;
  let browser: Browser;
  let site: Site;
  let agent: Tablet;
  const found: string[] = [];

  beforeAll(async () => {
    server = await startServer();
    browser = await startBrowser();
    site = await siteWithListing(server);
    agent = await tablet(browser, 768, 1024);
    await signIn(agent.page, server.url, AGENT.login, AGENT.password);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const saved = async (): Promise<Saved["document"]> => {
    await agent.page.locator("[data-save=saved]").waitFor();
    const answer = await agent.page.request.get(`${server.url}/api/v1/listings/${site.listing}/tour`);
    return ((await answer.json()) as Saved).document;
  };
  /** Both ways of holding it: nothing sticks out, and what is pressed is large enough for a finger. */
  const looked = async ({ page }: Tablet, name: string): Promise<void> => {
    for (const [width, height] of [
      [1024, 768],
      [768, 1024],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(400);
      const over = await overflow(page);
      if (over > 0) found.push(`${name} at ${width}: ${over} px wider than the window`);
      for (const small of await smallTargets(page, 44)) found.push(`${name} at ${width}: ${small}`);
      await shotOfWindow(page, `tablet-${name}-${width}`);
    }
  };
  const preview = () => agent.page.getByTestId("preview");
  /** What shows after a while: a busy machine is slow to save. */
  const eventually = <T>(what: () => Promise<T>, message?: string) =>
    expect.poll(what, { timeout: 60_000, interval: 300, ...(message ? { message } : {}) });
  const tapped = async (right: number, down: number): Promise<void> => {
    await preview().scrollIntoViewIfNeeded();
    const box = await preview().boundingBox();
    if (!box) throw new Error("no picture");
    await agent.page.touchscreen.tap(box.x + box.width * (0.5 + right), box.y + box.height * (0.5 + down));
  };

  it("knows that it is touched", async () => {
    expect(await agent.page.evaluate(() => matchMedia("(pointer: coarse)").matches)).toBe(true);
  });

  it("takes pictures in on the media page", async () => {
    const { page } = agent;
    await page.goto(`${server.url}/console/listings/${site.listing}/media`);
    await page.setInputFiles("input[type=file]:not([webkitdirectory])", [
      { name: "客厅.png", mimeType: "image/png", buffer: wholeSphere(5) },
      { name: "卧室.png", mimeType: "image/png", buffer: wholeSphere(6) },
    ]);
    await page.getByText("上传结束：成功 2 个").waitFor();
    await expect.poll(async () => (await panoramasOf(page, server.url, site.listing)).length, { timeout: 120_000 }).toBe(2); // biome-ignore format: short
    await looked(agent, "media");
  });

  it("draws a mask by a finger", async () => {
    const { page, drag } = agent;
    await page.getByRole("button", { name: /遮挡/ }).first().tap();
    const dialog = page.getByRole("dialog");
    await dialog.locator("canvas").waitFor();
    await page.waitForTimeout(600);
    await dialog.getByRole("button", { name: "矩形" }).tap();
    const middle = await middleOf(dialog.getByTestId("mask-tour"));
    await drag(middle, { x: middle.x + 120, y: middle.y + 90 });
    await expect.poll(() => dialog.locator("[data-mask]").count()).toBe(1);
    await looked(agent, "masks");
    await page.keyboard.press("Escape");
    const sure = page.getByRole("dialog").getByRole("button", { name: /放弃|不保存/ });
    if (await sure.isVisible().catch(() => false)) await sure.tap();
  });

  it("makes a tour by touch: scenes, arrow, note, first view, order", async () => {
    const { page, drag } = agent;
    await page.goto(`${server.url}/console/listings/${site.listing}/studio`);
    await page.getByRole("button", { name: "添加场景" }).first().tap();
    await page.getByRole("button", { name: "全选" }).tap();
    await page.getByRole("button", { name: /添加 2 个场景/ }).tap();
    await page.locator("[data-testid=preview] canvas").waitFor();
    await page.waitForTimeout(800);
    const [first] = (await saved()).scenes.map(({ title }) => title);

    const tool = page.locator(".inspector");
    await tool.getByRole("button", { name: "放置箭头" }).tap();
    await tapped(0.1, 0.1);
    await page.locator(".stage-note", { hasText: first as string }).waitFor();
    await page.waitForTimeout(800);
    await tapped(-0.1, 0.1);
    await page.locator("[data-link]:not([hidden])").first().waitFor();
    await page.locator(".scene-main").first().tap();
    await page.waitForTimeout(800);
    const before = (await saved()).scenes[0]?.links[0];
    const arrow = await middleOf(page.locator("[data-link]:not([hidden])").first());
    await drag(arrow, { x: arrow.x - 120, y: arrow.y - 30 });
    await eventually(async () => (await saved()).scenes[0]?.links[0]?.yaw).toBeLessThan((before?.yaw ?? 0) - 3);
    await page.locator("button[title='Ctrl+Z']").tap();
    await eventually(async () => (await saved()).scenes[0]?.links[0]).toEqual(before);

    await tool.getByLabel("标注类型").selectOption({ label: "说明" });
    await tool.getByRole("button", { name: "添加", exact: true }).tap();
    await tapped(-0.2, -0.1);
    await tool.getByLabel("标题").fill("分户门");
    await page.waitForTimeout(200);
    const spot = page.locator(".marker.spot:not([hidden])");
    const was = (await saved()).scenes[0]?.hotspots?.[0]?.yaw ?? 0;
    const at = await middleOf(spot);
    await drag(at, { x: at.x + 90, y: at.y + 20 });
    await eventually(async () => (await saved()).scenes[0]?.hotspots?.[0]?.yaw).toBeGreaterThan(was + 3);

    // One looks around with a finger, and takes what is seen as the first view.
    const middle = await middleOf(preview());
    await eventually(async () => {
      await drag({ x: middle.x + 150, y: middle.y + 120 }, { x: middle.x - 150, y: middle.y + 120 });
      await page.waitForTimeout(800);
      await tool.getByRole("button", { name: "采用当前视角" }).tap();
      await page.waitForTimeout(500);
      return Math.abs((await saved()).scenes[0]?.initial_view.yaw ?? 0);
    }).toBeGreaterThan(3);

    const grips = page.locator(".scene-grip");
    const [from, to] = [await middleOf(grips.nth(1)), await middleOf(grips.nth(0))];
    await drag(from, { x: to.x, y: to.y - 8 });
    await eventually(async () => (await saved()).scenes[1]?.title, "the second is the first now").toBe(first);
    await looked(agent, "studio");
  });

  it("draws and pulls the plan by a finger", async () => {
    const { page, drag } = agent;
    await page.getByRole("button", { name: "平面图…" }).tap();
    const dialog = page.getByRole("dialog", { name: "平面图", exact: true });
    const { x, y } = await middleOf(dialog.locator(".plan-paper"));
    await drag({ x: x - 140, y: y - 100 }, { x: x + 60, y: y + 60 });
    await eventually(async () => (await saved()).plan?.rooms[0]?.outline.length).toBe(4);
    const drawn = (await saved()).plan?.rooms[0]?.outline ?? [];
    const corner = await dialog.getByRole("button", { name: "第 3 个角点", exact: true }).locator("rect").boundingBox();
    if (!corner) throw new Error("no corner");
    // Beside the corner, where a finger lands.
    await drag({ x: corner.x + 14, y: corner.y + 12 }, { x: corner.x + 94, y: corner.y - 30 });
    const moved = async () => (await saved()).plan?.rooms[0]?.outline[2]?.[0];
    await eventually(moved).toBeGreaterThan((drawn[2]?.[0] ?? 0) + 0.3);
    await looked(agent, "plan");
    await dialog.getByRole("button", { name: "完成" }).tap();
    expect(agent.complaints).toEqual([]);
  });

  it("is reviewed by touch: every scene, a pin that is taken back, approval", async () => {
    await act(server, AGENT, `listings/${site.listing}/tour/submit`, {});
    const court = await tablet(browser, 768, 1024);
    const { page } = court;
    await signIn(page, server.url, REVIEWER.login, REVIEWER.password);
    await page.goto(`${server.url}/console/listings/${site.listing}/review`);
    await page.locator(".review canvas").waitFor();
    await page.waitForTimeout(800);
    await page.getByRole("button", { name: "在画面中标注" }).tap();
    const picture = await middleOf(page.getByTestId("review-tour"));
    await page.touchscreen.tap(picture.x + 40, picture.y + 90);
    await page.getByRole("button", { name: "删除标注 1" }).waitFor();
    await looked(court, "review");
    await page.getByRole("button", { name: "删除标注 1" }).tap();
    for (const scene of await page.locator(".review-scene").all()) await scene.tap();
    for (const box of await page.locator("fieldset label.check").all()) await box.tap();
    await page.getByRole("button", { name: "审核通过" }).tap();
    await page.getByText("漫游已审核通过").first().waitFor();
    expect(court.complaints).toEqual([]);
    await page.context().close();
  });

  it("is walked through by touch", async () => {
    await act(server, PUBLISHER, `listings/${site.listing}/tour/publish`, {});
    await announced(server, site);
    const bidder = await tablet(browser, 768, 1024);
    const { page, drag } = bidder;
    await page.goto(`${server.url}/tour/${site.listing}`);
    await page.locator(".kf-proof-tool[data-proof=signed]").waitFor();
    const hash = async () => new URLSearchParams((await page.evaluate(() => location.hash)).slice(1));
    await drag({ x: 500, y: 400 }, { x: 200, y: 400 });
    await expect.poll(async () => Number((await hash()).get("yaw") ?? 0)).not.toBe(0);
    // Through a door, and the plan opened.
    const scene = () => page.evaluate(() => window.kanfangTour?.current()?.scene);
    const before = await scene();
    const door = page.locator(".kf-hotspot:not(.kf-away)").first();
    for (let yaw = -180; yaw < 180 && !(await door.isVisible()); yaw += 45) {
      await page.evaluate((yaw) => window.kanfangTour?.look({ yaw, pitch: -10 }), yaw);
      await page.waitForTimeout(200);
    }
    // A finger that came while the picture still turned has missed the door.
    await eventually(async () => {
      if ((await scene()) === before && (await door.isVisible())) await door.tap();
      await page.waitForTimeout(2000);
      return scene();
    }).not.toBe(before);
    await looked(bidder, "viewer");
    expect(bidder.complaints).toEqual([]);
    await page.context().close();
  });

  it("and nothing on the way stuck out or was too small for a finger", () => {
    expect(found).toEqual([]);
  });
});

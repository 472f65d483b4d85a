/** A drawing of the flat as the plan: uploaded in the studio, laid right, undone, seen by the reviewer, and drawn in the bidder's map. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { png } from "../tour/e2e/png.ts";
import { agencyAtWork } from "./agency.ts";
import { AGENT, act, announced, PUBLISHER, REVIEWER, type Site } from "./people.ts";
import { hasBinary, newPage, panoramasOf, type Server, shot, signIn } from "./server.ts";
import { wholeSphere } from "./turn.ts";

interface Laid {
  asset: string;
  middle: [number, number];
  size: [number, number];
  turn: number;
  shown: boolean;
}
interface Saved {
  document: { plan?: { picture?: Laid }; scenes: { id: string; position?: [number, number] }[] };
}

/** Walls on white, twice as wide as high: by its looks alone it would pass for a sphere. */
function drawing(): Buffer {
  const [width, height] = [1200, 600];
  const walls = [
    [100, 60, 1100, 72],
    [100, 528, 1100, 540],
    [100, 60, 112, 540],
    [1088, 60, 1100, 540],
    [560, 60, 572, 400],
    [572, 388, 900, 400],
  ] as const;
  return png(width, height, (x, y) =>
    walls.some(([left, top, right, bottom]) => x >= left && x < right && y >= top && y < bottom) ? 0x28282e : 0xffffff,
  );
}

describe.skipIf(!hasBinary)("a drawing as the floor plan", () => {
  let server: Server;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  let site: Site;

  beforeAll(async () => {
    ({ server, browser, page, complaints, site } = await agencyAtWork());
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const saved = async (): Promise<Saved["document"]> => {
    await page.locator("[data-save=saved]").waitFor();
    const answer = await page.request.get(`${server.url}/api/v1/listings/${site.listing}/tour`);
    return ((await answer.json()) as Saved).document;
  };
  const picture = async (): Promise<Laid | undefined> => (await saved()).plan?.picture;
  const dialog = () => page.getByRole("dialog", { name: "平面图", exact: true });
  const panel = () => page.getByTestId("plan-picture");
  const changed = () => page.waitForTimeout(150);

  it("begins with a scene", async () => {
    await page.goto(`${server.url}/console/listings/${site.listing}/media`);
    await page.setInputFiles("input[type=file]:not([webkitdirectory])", [
      { name: "客厅.png", mimeType: "image/png", buffer: wholeSphere(5) },
    ]);
    await page.getByText("上传结束：成功 1 个").waitFor();
    // Asked for before it is cut into tiles: the dialog follows the work.
    await page.goto(`${server.url}/console/listings/${site.listing}/studio`);
    await page.getByRole("button", { name: "添加场景" }).first().click();
    await shot(page, "plan-scenes-waiting");
    await page.locator(".pick").waitFor();
    await page.getByRole("button", { name: "全选" }).click();
    await page.getByRole("button", { name: /添加 1 个场景/ }).click();
    await page.locator("[data-testid=preview] canvas").waitFor();
    expect((await saved()).scenes).toHaveLength(1);
  });

  it("takes an uploaded drawing for a plan, and it stays with the draft", async () => {
    await page.getByRole("button", { name: "平面图…" }).click();
    await panel().getByRole("button", { name: "选择或上传户型图…" }).click();
    await page.getByLabel("从本机上传").setInputFiles({ name: "户型.png", mimeType: "image/png", buffer: drawing() });
    await page.locator(".plan-drawing image").waitFor({ state: "attached" });
    const laid = await picture();
    expect(laid).toMatchObject({ shown: true, turn: 0 });
    expect((laid?.size[0] ?? 0) / (laid?.size[1] ?? 1)).toBeCloseTo(2);
    const asset = await (await page.request.get(`${server.url}/api/v1/assets/${laid?.asset}`)).json();
    expect(asset).toMatchObject({ taken_as: "floor_plan", state: "ready", file_name: "户型.png" });
    expect(await panoramasOf(page, server.url, site.listing)).toHaveLength(1);
  });

  it("is moved, turned and scaled, each step undone and done again", async () => {
    const before = (await picture()) as Laid;
    const box = (await dialog().locator(".plan-drawing").boundingBox()) as { x: number; y: number; width: number; height: number }; // biome-ignore format: one type
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 40, y - 30, { steps: 4 });
    await page.mouse.up();
    await changed();
    const moved = (await picture()) as Laid;
    expect(moved.middle[0]).toBeGreaterThan(before.middle[0] + 0.2);
    expect(moved.middle[1]).toBeGreaterThan(before.middle[1] + 0.1);
    await dialog().locator("button[title='Ctrl+Z']").click();
    await changed();
    expect(await picture()).toEqual(before);
    await dialog().locator("button[title='Ctrl+Y']").click();
    await changed();
    expect(await picture()).toEqual(moved);
    await dialog().locator(".plan-drawing").press("ArrowRight");
    await changed();
    expect((await picture())?.middle[0]).toBeCloseTo(moved.middle[0] + 0.1);
    await panel().getByLabel("图片旋转（顺时针）").last().fill("-3.5");
    await changed();
    expect((await picture())?.turn).toBe(-3.5);
    await panel().getByLabel("图片旋转（顺时针）").last().fill("0");
    // The upper wall is 1,000 of 1,200 pixels long; in truth ten metres.
    await panel().getByRole("button", { name: "按已知长度缩放" }).click();
    const paper = (await dialog().locator(".plan-drawing").boundingBox()) as { x: number; y: number; width: number; height: number }; // biome-ignore format: one type
    for (const part of [100 / 1200, 1100 / 1200])
      await page.mouse.click(paper.x + part * paper.width, paper.y + 0.11 * paper.height);
    await panel().getByLabel("实际长度").fill("10");
    await panel().getByRole("button", { name: "缩放", exact: true }).click();
    await changed();
    expect((await picture())?.size[0]).toBeCloseTo(12, 0);
    await panel().getByLabel("图片宽度").fill("12");
    await changed();
    expect((await picture())?.size).toEqual([12, 6]);
  });

  it("has the standpoints over it, and is whole at every width", async () => {
    await dialog().locator(".plan-list li", { hasText: "客厅" }).getByRole("button", { name: "放到图上" }).click();
    await changed();
    expect((await saved()).scenes[0]?.position).toHaveLength(2);
    for (const [width, height] of [
      [1440, 900],
      [768, 1024],
      [390, 844],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(300);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(over, `at ${width}`).toBeLessThanOrEqual(0);
      await shot(page, `plan-picture-${width}`);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    await dialog().getByRole("button", { name: "完成" }).click();
    await page.reload();
    await page.getByRole("button", { name: "平面图…" }).click();
    await page.locator(".plan-drawing image").waitFor({ state: "attached" });
    await dialog().getByRole("button", { name: "完成" }).click();
  });

  it("is looked at by the reviewer before the tour is approved", async () => {
    await act(server, AGENT, `listings/${site.listing}/tour/submit`, {});
    const { page: court, complaints: said } = await newPage(browser);
    await signIn(court, server.url, REVIEWER.login, REVIEWER.password);
    await court.goto(`${server.url}/console/listings/${site.listing}/review`);
    await court.locator(".review canvas").waitFor();
    for (const box of await court.locator("fieldset input[type=checkbox]").all()) await box.press("Space");
    await court.locator(".review-scene").first().click();
    const approve = court.getByRole("button", { name: "审核通过" });
    await court.getByText("请先打开每张图片").waitFor();
    expect(await approve.isDisabled()).toBe(true);
    await court.getByTestId("shown-pictures").getByRole("button", { name: "查看图片：户型图" }).click();
    await court.locator(".shown-picture").waitFor();
    await court.waitForTimeout(300);
    await shot(court, "review-plan-picture");
    await court.keyboard.press("Escape");
    await court.getByText("图片（已看 1 / 1）").waitFor();
    await approve.click();
    await court.getByText("漫游已审核通过").first().waitFor();
    expect(said).toEqual([]);
    await court.close();
  });

  it("is the map that bidders see, checked against what was signed", async () => {
    await act(server, PUBLISHER, `listings/${site.listing}/tour/publish`, {});
    await announced(server, site);
    for (const [width, height] of [
      [1440, 900],
      [768, 1024],
      [390, 844],
    ] as const) {
      const { page: bidder, complaints: said } = await newPage(browser, width, height);
      await bidder.goto(`${server.url}/tour/${site.listing}`);
      await bidder.locator(".kf-plan-toggle").waitFor();
      if (!(await bidder.isVisible(".kf-plan-sheet"))) await bidder.click(".kf-plan-toggle");
      await bidder.waitForFunction(() => document.querySelector(".kf-plan-drawing")?.getAttribute("href")?.startsWith("blob:")); // biome-ignore format: short
      await bidder.locator(".kf-proof-tool[data-proof=signed]").waitFor();
      expect(await bidder.locator(".kf-plan-point").count()).toBe(1);
      await bidder.waitForTimeout(300);
      await shot(bidder, `plan-map-${width}`);
      expect(said).toEqual([]);
      await bidder.close();
    }
    expect(complaints).toEqual([]);
  });
});

/**
 * The rendered flat from files to bidders through the pages alone: the agency uploads and builds the tour in the studio, the
 * court reviews and publishes it, a bidder walks through it. Every page on the way is accessible at both widths.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { violations } from "./accessible.ts";
import { startBrowser } from "./chromium.ts";
import { AGENT, announced, PUBLISHER, REVIEWER, type Site, siteWithListing } from "./people.ts";
import { hasBinary, newPage, panoramasOf, type Server, shot, signIn, startServer } from "./server.ts";

const ROOMS = [
  ["02-living", "客厅"],
  ["08-corridor", "过道"],
  ["05-kitchen", "厨房"],
] as const;
const WIDTH = 2048;
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1440, height: 900 };

/** A sample panorama made smaller by the browser: an unoptimised server tiles it. */
async function reduced(page: Page, name: string): Promise<Buffer> {
  const file = fileURLToPath(new URL(`../../media-samples/panoramas/${name}.jpg`, import.meta.url));
  const whole = readFileSync(file).toString("base64");
  const made = await page.evaluate(
    async ({ whole, width }) => {
      const picture = new Image();
      picture.src = `data:image/jpeg;base64,${whole}`;
      await picture.decode();
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [width, width / 2];
      canvas.getContext("2d")?.drawImage(picture, 0, 0, width, width / 2);
      return canvas.toDataURL("image/jpeg", 0.9);
    },
    { whole, width: WIDTH },
  );
  return Buffer.from(made.split(",")[1] ?? "", "base64");
}

describe.skipIf(!hasBinary)("from files to bidders", () => {
  let server: Server;
  let browser: Browser;
  let site: Site;
  let page: Page;
  const complaints: string[] = [];
  const found: string[] = [];

  /** A page of somebody who has signed in, or of the public. */
  const pageOf = async (who?: { login: string; password: string }): Promise<Page> => {
    const made = await newPage(browser);
    made.page.on("pageerror", (error) => complaints.push(String(error)));
    if (who) await signIn(made.page, server.url, who.login, who.password);
    return made.page;
  };
  /** Looks at the page at both widths, with axe and for what is wider than the window. */
  const look = async (name: string, on = page): Promise<void> => {
    for (const [size, viewport] of [["desktop", DESKTOP] as const, ["phone", PHONE] as const]) {
      await on.setViewportSize(viewport);
      await on.waitForTimeout(300);
      found.push(...(await violations(on)));
      const over = await on.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (over > 0) found.push(`${name}, ${size}: ${over} px wider than the window`);
      await shot(on, `journey-${name}-${size}`);
    }
    await on.setViewportSize(DESKTOP);
  };
  const saved = (): Promise<void> => page.locator("[data-save=saved]").waitFor();

  beforeAll(async () => {
    [server, browser] = [await startServer(), await startBrowser()];
    site = await siteWithListing(server);
    page = await pageOf(AGENT);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("the agency uploads the rooms", async () => {
    const files: { name: string; mimeType: string; buffer: Buffer }[] = [];
    for (const [name] of ROOMS)
      files.push({ name: `${name.slice(3)}.jpg`, mimeType: "image/jpeg", buffer: await reduced(page, name) });
    await page.goto(`${server.url}/console/listings/${site.listing}/media`);
    await page.setInputFiles("input[type=file]:not([webkitdirectory])", files);
    await page.getByText("上传结束：成功 3 个").waitFor();
    await page.locator(".asset").nth(2).waitFor();
    // The list of jobs is empty before the first is queued, too: what counts is what has been made.
    const made = async (): Promise<number> => (await panoramasOf(page, server.url, site.listing)).length;
    await expect.poll(made, { timeout: 500_000, interval: 500 }).toBe(ROOMS.length);
    await page.waitForFunction(() => document.querySelectorAll(".asset-job").length === 0, null, { timeout: 500_000 });
    await look("media");
    await page.goto(`${server.url}/console/listings/${site.listing}/capture`);
    await page.locator(".capture-rooms").waitFor();
    await look("capture");
  });

  it("the agency builds the tour in the studio: rooms, names, first view, north, arrows", async () => {
    await page.goto(`${server.url}/console/listings/${site.listing}/studio`);
    await page.getByRole("button", { name: "添加场景" }).click();
    await page.getByRole("button", { name: "全选" }).click();
    await page.getByRole("dialog").locator("button[type=submit]").click();
    await page.locator(".scene").nth(2).waitFor();
    await saved();
    // Names and order are guessed from the files; the order is made by key.
    const titles = (): Promise<string[]> => page.locator(".scene-title").allTextContents();
    expect(await titles()).toEqual(["客厅", "厨房", "过道"]);
    for (const [target, [, room]] of [...ROOMS].entries())
      for (let at = (await titles()).indexOf(room); at > target; at -= 1)
        await page.locator(".scene-main", { hasText: room }).press("Alt+ArrowUp");
    expect(await titles()).toEqual(ROOMS.map(([, room]) => room));

    for (const room of ["过道", "客厅"]) {
      await page.locator(".scene-main", { hasText: room }).click();
      await page.locator(".preview canvas").waitFor();
      const start = page.getByRole("button", { name: "设为起始场景" });
      if (await start.isVisible()) await start.click();
      await page.locator(".scene.chosen .start-mark").waitFor();
    }
    const preview = page.locator(".preview canvas");
    const box = await preview.boundingBox();
    if (!box) throw new Error("no preview");
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 - 200, box.y + box.height / 2, { steps: 5 });
    await page.mouse.up();
    const angles = page.locator(".inspector .numbers").first();
    const before = await angles.textContent();
    await page.getByRole("button", { name: "采用当前视角" }).click();
    await expect.poll(() => angles.textContent()).not.toBe(before);
    await page.getByRole("button", { name: "画面中央为正北" }).click();

    // A door is placed in both pictures: after the one that leads there, the other room asks for the one that leads back.
    const link = async (from: string, to: string): Promise<void> => {
      await page.locator(".scene-main", { hasText: from }).click();
      await page.locator(".preview canvas").waitFor();
      await page.getByLabel("通往的场景").selectOption({ label: to });
      await page.getByRole("button", { name: "放置箭头" }).click();
      await page.getByRole("button", { name: "放在画面中央" }).click();
      await page.locator(".scene.chosen", { hasText: to }).waitFor();
      await page.locator(".preview canvas").waitFor();
      await page.getByRole("button", { name: "放在画面中央" }).click();
      await page.locator(".link-list li", { hasText: from }).waitFor();
    };
    await link("客厅", "过道");
    await link("过道", "厨房");
    // A slip of the hand is taken back.
    await page.locator(".link-list .icon-button").first().click();
    await expect.poll(() => page.locator(".link-list li").count()).toBe(0);
    await page.locator("button[title='Ctrl+Z']").click();
    await expect.poll(() => page.locator(".link-list li").count()).toBe(1);
    await saved();
    await look("studio");
  });

  it("the agency draws the floor plan by pointer and by keys, and it is still there after loading anew", async () => {
    await page.getByRole("button", { name: "平面图…" }).click();
    const dialog = page.getByRole("dialog");
    const paper = await dialog.locator(".plan-paper").boundingBox();
    if (!paper) throw new Error("no paper");
    const [x, y] = [paper.x + paper.width / 2, paper.y + paper.height / 2];
    await page.mouse.move(x - 150, y - 100);
    await page.mouse.down();
    await page.mouse.move(x + 50, y + 60, { steps: 4 });
    await page.mouse.up();
    const name = dialog.getByLabel("房间 1");
    // The first scene's room is likely the first that is drawn.
    expect(await name.inputValue()).toBe("客厅");
    const area = dialog.locator(".plan-list .numbers").first();
    const small = Number.parseFloat((await area.textContent()) ?? "");
    expect(small).toBeGreaterThan(1);
    await dialog.getByRole("button", { name: "第 2 个角点", exact: true }).press("Shift+ArrowRight");
    await expect.poll(async () => Number.parseFloat((await area.textContent()) ?? "")).toBeGreaterThan(small);
    await dialog.locator(".plan-list li", { hasText: "客厅" }).getByRole("button", { name: "放到图上" }).click();
    await dialog.getByRole("button", { name: "“客厅”的拍摄位置" }).press("ArrowRight");
    await look("plan");
    await dialog.getByRole("button", { name: "完成" }).click();
    await saved();
    await page.reload();
    await page.locator(".scene").first().waitFor();
    await page.getByRole("button", { name: "平面图…" }).click();
    await page.locator(".plan-room").waitFor();
    expect(await page.locator(".plan-room").count()).toBe(1);
    expect(await page.locator(".plan-standpoint").count()).toBe(1);
    await page.getByRole("button", { name: "完成" }).click();
  });

  it("the agency submits, the reviewer looks at every room and approves, another person publishes", async () => {
    await page.getByRole("button", { name: "提交审核" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "提交审核" }).click();
    await page.getByText("漫游已提交审核").waitFor();

    const reviewer = await pageOf(REVIEWER);
    await reviewer.goto(`${server.url}/console/review`);
    await reviewer.getByRole("link", { name: "测试房屋" }).click();
    await reviewer.locator(".review canvas").waitFor();
    await look("review", reviewer);
    const approve = reviewer.getByRole("button", { name: "审核通过" });
    for (const box of await reviewer.locator("fieldset input[type=checkbox]").all()) await box.press("Space");
    expect(await approve.isDisabled()).toBe(true);
    for (const scene of await reviewer.locator(".review-scene").all()) await scene.press("Enter");
    await approve.press("Enter");
    await reviewer.getByText("已审核通过，等待发布人发布。").waitFor();

    const publisher = await pageOf(PUBLISHER);
    await publisher.goto(`${server.url}/console/listings/${site.listing}/review`);
    await publisher.getByRole("button", { name: "发布", exact: true }).click();
    await publisher.getByRole("dialog").getByRole("button", { name: "发布" }).click();
    await publisher.getByText("漫游已发布。").first().waitFor();
    await announced(server, site);
  });

  it("a bidder finds the listing, walks from room to room, and sees where on the plan", async () => {
    const bidder = await pageOf();
    await bidder.goto(server.url);
    await look("list", bidder);
    await bidder.getByRole("link", { name: "测试房屋" }).first().click();
    await bidder.locator(".kf-tour canvas").waitFor();
    await bidder.locator(".kf-scenes-toggle").waitFor();
    await look("listing", bidder);
    expect(await bidder.locator(".kf-title").textContent()).toBe("客厅");
    await bidder.goto(`${server.url}/tour/${site.listing}`);
    await bidder.locator(".kf-plan").waitFor();
    expect(await bidder.locator(".kf-plan-room").count()).toBe(1);
    await look("tour", bidder);
    await bidder.locator(".kf-scenes-toggle").click();
    await bidder.locator(".kf-scene", { hasText: "厨房" }).click();
    await bidder.locator(".kf-title", { hasText: "厨房" }).waitFor();
  });

  it("nothing on the way was out of reach for anybody", () => {
    expect(found).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

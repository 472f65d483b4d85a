/** A review: all views of a room on one screen, pins in the picture, a return that the studio shows; and the draft's previews and checklist. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { violations } from "./accessible.ts";
import { startBrowser } from "./chromium.ts";
import { narrow } from "./narrow.ts";
import { AGENT, act, announced, REVIEWER, type Site, siteWithListing } from "./people.ts";
import { hasBinary, newPage, panoramasOf, type Server, shot, signIn, startServer } from "./server.ts";
import { wholeSphere } from "./turn.ts";

describe.skipIf(!hasBinary)("a tour between studio and review desk", () => {
  let server: Server;
  let browser: Browser;
  let site: Site;
  let agent: Page;
  let court: Page;
  let studio: string;
  /** Names of the scenes in their order. */
  let rooms: string[];
  const complaints: string[] = [];

  const pageOf = async (who: { login: string; password: string }): Promise<Page> => {
    const { page } = await newPage(browser);
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.setViewportSize({ width: 1440, height: 900 });
    await signIn(page, server.url, who.login, who.password);
    return page;
  };

  beforeAll(async () => {
    server = await startServer();
    browser = await startBrowser();
    site = await siteWithListing(server);
    studio = `${server.url}/console/listings/${site.listing}/studio`;
    agent = await pageOf(AGENT);
    court = await pageOf(REVIEWER);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("begins with two rooms that do not lead to each other", async () => {
    await agent.goto(`${server.url}/console/listings/${site.listing}/media`);
    await agent.setInputFiles("input[type=file]:not([webkitdirectory])", [
      { name: "客厅.png", mimeType: "image/png", buffer: wholeSphere(5) },
      { name: "卧室.png", mimeType: "image/png", buffer: wholeSphere(6) },
    ]);
    await agent.getByText("上传结束：成功 2 个").waitFor();
    await expect
      .poll(async () => (await panoramasOf(agent, server.url, site.listing)).length, {
        timeout: 120_000,
        interval: 500,
      })
      .toBe(2);
    await agent.goto(studio);
    await agent.getByRole("button", { name: "添加场景" }).first().click();
    await agent.getByRole("button", { name: "全选" }).click();
    await agent.getByRole("button", { name: /添加 2 个场景/ }).click();
    await agent.locator(".preview canvas").waitFor();
    await agent.locator("[data-save=saved]").waitFor();
    rooms = await agent.locator(".scene-title").allTextContents();
    expect([...rooms].sort()).toEqual(["卧室", "客厅"]);
  });

  it("the checklist names what the court would ask for, leads there, and follows the draft", async () => {
    await agent.getByRole("button", { name: /检查清单/ }).click();
    const dialog = agent.getByRole("dialog");
    await dialog.getByText(`从起始场景走不到：${rooms[1]}。`).waitFor();
    await dialog.getByText(`拍摄日期未填写：${rooms.join("、")}。`).waitFor();
    await shot(agent, "checklist");
    await narrow(agent, "checklist");
    expect(await violations(agent)).toEqual([]);
    await dialog
      .getByRole("button", { name: rooms[1] as string, exact: true })
      .first()
      .click();
    await agent
      .locator(".scene.chosen")
      .getByText(rooms[1] as string)
      .waitFor();
    await agent.getByLabel("拍摄日期").fill("2026-10-08");
    await agent.locator("[data-save=saved]").waitFor();
    await agent.getByRole("button", { name: /检查清单/ }).click();
    await dialog.getByText(`拍摄日期未填写：${rooms[0]}。`).waitFor();
    await agent.keyboard.press("Escape");
  });

  it("the previews are the real pages, and the shared card is what the page says of itself", async () => {
    await announcedDraft();
    await agent.getByRole("button", { name: "预览" }).click();
    const dialog = agent.getByRole("dialog");
    const frame = agent.frameLocator(".device iframe");
    await frame.locator("#kanfang-tour canvas").waitFor();
    await agent.waitForTimeout(800);
    await shot(agent, "preview-phone");
    await dialog.getByRole("button", { name: "微信" }).click();
    await frame.getByText("草稿，尚未公开").waitFor();
    const card = dialog.getByLabel("分享卡片");
    await card.getByText(/测试房屋/).waitFor();
    await agent.waitForFunction(
      () => (document.querySelector<HTMLImageElement>(".share-bubble img")?.naturalWidth ?? 0) > 100,
    );
    await shot(agent, "preview-wechat");
    await dialog.getByRole("button", { name: "电脑" }).click();
    await frame.locator("#kanfang-tour canvas").waitFor();
    await agent.waitForTimeout(800);
    await shot(agent, "preview-desktop");
    expect(await agent.locator("dialog").evaluate((one) => one.scrollWidth - one.clientWidth)).toBeLessThanOrEqual(0);
    await agent.setViewportSize({ width: 390, height: 844 });
    await dialog.getByRole("button", { name: "微信" }).click();
    await frame.locator("#kanfang-tour canvas").waitFor();
    await shot(agent, "preview-on-phone");
    await agent.setViewportSize({ width: 1440, height: 900 });
    await agent.keyboard.press("Escape");
  });

  /** The listing's page can be previewed once there is a round. */
  const announcedDraft = (): Promise<void> => announced(server, site).catch(() => {});

  it("the reviewer sees all views of a room at once, and marks in either picture what must change", async () => {
    await act(server, AGENT, `listings/${site.listing}/tour/submit`, {});
    await court.goto(`${server.url}/console/listings/${site.listing}/review`);
    const stage = court.getByRole("region", { name: "画面" });
    await stage.locator("canvas").waitFor();
    await stage.getByRole("button", { name: "整间一览" }).click();
    const sheet = court.getByTestId("room-sheet");
    await court.waitForFunction(
      () =>
        document.querySelectorAll(".room-face img").length === 6 &&
        [...document.querySelectorAll<HTMLImageElement>(".room-face img")].every((one) => one.naturalWidth > 100),
    );
    // The right face's middle looks to the right.
    await stage.getByRole("button", { name: "在画面中标注" }).click();
    await sheet.getByRole("button", { name: "查看右方" }).click();
    const forms = court.getByRole("list", { name: "画面中的标注" });
    // The text of a new pin has the focus.
    const written = async (index: number, text: string) => {
      await expect.poll(() => forms.getByRole("textbox").nth(index).evaluate((one) => one === document.activeElement)).toBe(true); // biome-ignore format: one wait
      await court.keyboard.type(text);
    };
    await written(0, "请遮挡墙上的合影");
    await shot(court, "review-sheet-all");
    // In the tour itself, by key, at its centre.
    await stage.getByRole("button", { name: "漫游" }).click();
    await stage.getByRole("button", { name: "漫游" }).press("PageDown");
    await expect.poll(() => stage.locator("strong").textContent()).toBe(rooms[1]);
    await court.waitForTimeout(1500);
    await stage.getByRole("button", { name: "漫游" }).press("p");
    await written(1, "起始视角朝向窗户");
    await shot(court, "review-pins");
    expect(await violations(court)).toEqual([]);
    expect(await forms.getByRole("textbox").count()).toBe(2);
    // A reload loses nothing, and what is removed comes back.
    await court.reload();
    await forms.getByRole("button", { name: "删除标注 2" }).click();
    expect(await forms.getByRole("textbox").count()).toBe(1);
    await court.getByRole("button", { name: "撤销" }).click();
    expect(await forms.getByRole("textbox").nth(1).inputValue()).toBe("起始视角朝向窗户");
    await court.getByRole("button", { name: "退回修改" }).click();
    await court.getByText("已退回机构修改").waitFor();
    const tour = await (await court.request.get(`${server.url}/api/v1/listings/${site.listing}/tour`)).json();
    const [first, second] = tour.remarks[0].pins;
    expect(first.yaw).toBeCloseTo(90, 0);
    expect(first.pitch).toBeCloseTo(0, 0);
    expect([first.scene, second.scene]).toEqual(tour.document.scenes.map((scene: { id: string }) => scene.id));
  });

  it("the agency finds each pin in its picture", async () => {
    await agent.goto(studio);
    const remarks = agent.getByRole("region", { name: "审核员退回意见" });
    await remarks.getByRole("button", { name: `${rooms[1]}：起始视角朝向窗户` }).click();
    await agent
      .locator(".scene.chosen")
      .getByText(rooms[1] as string)
      .waitFor();
    const pin = agent.getByRole("button", { name: "标注 2：起始视角朝向窗户" });
    await pin.waitFor();
    await remarks.getByRole("button", { name: `${rooms[0]}：请遮挡墙上的合影` }).click();
    const first = agent.getByRole("button", { name: "标注 1：请遮挡墙上的合影" });
    await first.waitFor();
    // It was looked at: the pin lies in the middle of the picture.
    await expect
      .poll(async () => {
        const [at, box] = [await first.boundingBox(), await agent.getByTestId("preview").boundingBox()];
        return at && box ? Math.abs(at.x + at.width / 2 - box.x - box.width / 2) : 999;
      })
      .toBeLessThan(12);
    await shot(agent, "studio-pins");
    for (const width of [1440, 390]) {
      await agent.setViewportSize({ width, height: 844 });
      expect(await violations(agent)).toEqual([]);
    }
    await shot(agent, "studio-pins-phone");
    expect(complaints).toEqual([]);
  });
});

/** Another day and a narration from the studio to the public: chosen, dated, aligned, told, reviewed, published, proved. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { violations } from "./accessible.ts";
import { agencyAtWork } from "./agency.ts";
import { AGENT, act, PUBLISHER, REVIEWER } from "./people.ts";
import { hasBinary, newPage, panoramasOf, type Server, shot, signIn } from "./server.ts";
import { wholeSphere } from "./turn.ts";

const WORDS = "客厅朝南，面积约 24.5 平方米。阳台已封闭。";

interface Saved {
  document: { scenes: { narration?: string; other_day?: { captured_at: string; yaw_offset: number } }[] };
}

describe.skipIf(!hasBinary)("another day in the studio", () => {
  let server: Server;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  let listing: string;

  beforeAll(async () => {
    const made = await agencyAtWork();
    ({ server, browser, page, complaints } = made);
    listing = made.site.listing;
    await page.setViewportSize({ width: 1440, height: 900 });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const saved = async () => {
    await page.locator("[data-save=saved]").waitFor();
    const answer = await page.request.get(`${server.url}/api/v1/listings/${listing}/tour`);
    return ((await answer.json()) as Saved).document.scenes[0];
  };
  const tool = () => page.locator(".inspector");

  it("is chosen among the listing's panoramas, dated, and turned until both look the same way", async () => {
    await page.goto(`${server.url}/console/listings/${listing}/media`);
    await page.setInputFiles("input[type=file]:not([webkitdirectory])", [
      { name: "客厅.png", mimeType: "image/png", buffer: wholeSphere(5) },
      { name: "客厅2024.png", mimeType: "image/png", buffer: wholeSphere(6) },
    ]);
    await page.getByText("上传结束：成功 2 个").waitFor();
    const count = async () => (await panoramasOf(page, server.url, listing)).length;
    for (let turn = 0; turn < 240 && (await count()) < 2; turn += 1) await page.waitForTimeout(500);
    await page.goto(`${server.url}/console/listings/${listing}/studio`);
    await page.getByRole("button", { name: "添加场景" }).first().click();
    await page
      .getByRole("checkbox", { name: /客厅\.png|^客厅$/ })
      .first()
      .check();
    await page.getByRole("button", { name: /添加 1 个场景/ }).click();
    await tool().getByLabel("同一位置的全景").selectOption({ label: "客厅2024.png" });
    await tool().getByLabel("对照全景的日期").fill("2024-05-06");
    await tool().getByRole("button", { name: "对齐方向" }).click();
    const dialog = page.getByRole("dialog", { name: /^对齐另一日期/ });
    await dialog.getByRole("slider", { name: "两个日期的分界线" }).waitFor();
    await dialog.getByRole("slider", { name: /^转动/ }).fill("-24.5");
    await page.waitForTimeout(1200);
    await shot(page, "studio-other-day");
    expect(await violations(page)).toEqual([]);
    await dialog.getByRole("button", { name: "采用" }).click();
    await tool().getByText("转动 -24.5°").waitFor();
    await page.waitForTimeout(100);
    expect((await saved())?.other_day).toMatchObject({ captured_at: "2024-05-06", yaw_offset: -24.5 });
  });

  it("has a narration beside it, which undo takes back as one step", async () => {
    const field = tool().getByLabel("自动漫游到此处时的解说");
    await field.fill(WORDS);
    await tool()
      .getByText(`${[...WORDS].length} / 1000 字`)
      .waitFor();
    await page.waitForTimeout(100);
    expect((await saved())?.narration).toBe(WORDS);
    await field.scrollIntoViewIfNeeded();
    await shot(page, "studio-narration");
    await page.getByRole("button", { name: /^撤销/ }).first().click();
    await page.waitForTimeout(100);
    expect((await saved())?.narration).toBeUndefined();
    await page.getByRole("button", { name: /^恢复/ }).first().click();
    await page.waitForTimeout(100);
    expect((await saved())?.narration).toBe(WORDS);
    expect(complaints).toEqual([]);
  });

  it("is published, and its pictures are proved like the scene's own", async () => {
    const tour = `listings/${listing}/tour`;
    await act(server, AGENT, `${tour}/submit`, {});
    const { page: court } = await newPage(browser);
    await court.setViewportSize({ width: 1440, height: 900 });
    await signIn(court, server.url, REVIEWER.login, REVIEWER.password);
    await court.goto(`${server.url}/console/listings/${listing}/review`);
    // What will be said is read before it is approved.
    await court.getByText(WORDS).first().waitFor();
    await shot(court, "review-narration");
    await court.close();
    await act(server, REVIEWER, `${tour}/approve`, {});
    const { version } = await act<{ version: string }>(server, PUBLISHER, `${tour}/publish`, {});
    const document = await (await fetch(`${server.url}/t/${version}/tour.json`)).json();
    expect(document.scenes[0]).toMatchObject({
      narration: WORDS,
      otherDay: { capturedAt: "2024-05-06", yawOffset: -24.5 },
    });
    const pictures = document.scenes[0].otherDay.panorama.preview.replace("preview.jpg", "");
    expect(pictures).toMatch(/-other\/$/);
    const manifest = await (await fetch(`${server.url}/t/${version}/manifest.json`)).json();
    expect(manifest.scenes.map(({ title }: { title: string }) => title)).toEqual([
      expect.any(String),
      expect.stringContaining(" · 2024-05-06"),
    ]);
  });
});

/** The recording of a narration: recorded or sent in the studio, heard by the court, played by the guided tour, in the copy. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { agencyAtWork } from "./agency.ts";
import { offlineCopy, verified } from "./offline-copy.ts";
import { act, announced, PUBLISHER, REVIEWER, type Site } from "./people.ts";
import { recorded } from "./recorded.ts";
import { hasBinary, newPage, type Server, shot, signIn } from "./server.ts";
import { wholeSphere } from "./turn.ts";
import { withoutScript } from "./without-script.ts";

const FIRST = "客厅朝南，面积约 24.5 平方米。";
const SECOND = "阳台已封闭。";
/** One that beeps once a second, and nobody who is asked whether the page may hear it. */
const MICROPHONE = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"];

/** Players of the guided tour are no part of the page: each is remembered when it is made. */
async function hear(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const made: HTMLAudioElement[] = [];
    const Made = window.Audio;
    window.Audio = new Proxy(Made, {
      construct: () => {
        const audio = new Made();
        made.push(audio);
        return audio;
      },
    });
    Object.assign(window, { told: made });
  });
}
declare global {
  interface Window {
    told: HTMLAudioElement[];
  }
}
const caption = (page: Page, text: string) =>
  page.waitForFunction((wanted) => document.querySelector(".kf-caption")?.textContent === wanted, text);

/** Runs the guided tour until the second caption; where the recording is then. */
async function followed(page: Page): Promise<number> {
  await page.getByRole("button", { name: "自动漫游" }).click();
  await caption(page, FIRST);
  await page.waitForFunction(() => (window.told[0]?.currentTime ?? 0) > 0.5);
  await caption(page, SECOND);
  return page.evaluate(() => window.told[0]?.currentTime ?? 0);
}

describe.skipIf(!hasBinary)("a recorded narration", () => {
  let server: Server;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  let site: Site;
  let folder: string;
  let version: string;
  const field = () => page.getByTestId("narration-sound");
  const saved = async () =>
    (await (await page.request.get(`${server.url}/api/v1/listings/${site.listing}/tour`)).json()).document.scenes[0];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "kanfang-narration-"));
    ({ server, browser, page, complaints, site } = await agencyAtWork([1440, 900], {}, MICROPHONE));
    page.setDefaultTimeout(60_000);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is sent in the studio; what cannot be heard is told by name", async () => {
    await page.goto(`${server.url}/console/listings/${site.listing}/media`);
    await page.setInputFiles("input[type=file]:not([webkitdirectory])", [
      { name: "客厅.png", mimeType: "image/png", buffer: wholeSphere(5) },
      { name: "卧室.png", mimeType: "image/png", buffer: wholeSphere(6) },
    ]);
    await page.getByText("上传结束：成功 2 个").waitFor();
    const tiled = async () =>
      (await (await page.request.get(`${server.url}/api/v1/listings/${site.listing}/panoramas`)).json()).items.length;
    await expect.poll(tiled, { timeout: 180_000 }).toBe(2);
    await page.goto(`${server.url}/console/listings/${site.listing}/studio`);
    await page.getByRole("button", { name: "添加场景" }).first().click();
    await page.getByRole("button", { name: "全选" }).click();
    await page.getByRole("button", { name: /添加 2 个场景/ }).click();
    await page.locator("[data-testid=preview] canvas").waitFor();
    const silent = recorded(folder, "silent.m4a", "-i anullsrc -t 2 -c:a aac");
    await page.setInputFiles("[data-testid=narration-file]", {
      name: "无声.m4a",
      mimeType: "audio/mp4",
      buffer: silent,
    });
    await field().getByText("录音里听不到声音").waitFor();
    await shot(page, "narration-studio-silent");
    await field().getByRole("button", { name: "关闭" }).click();
    const sound = recorded(folder, "a.mp3", "-i sine=f=440:d=6 -af volume=-20dB -c:a libmp3lame");
    await page.setInputFiles("[data-testid=narration-file]", {
      name: "客厅解说.mp3",
      mimeType: "audio/mpeg",
      buffer: sound,
    });
    await field().locator("audio").waitFor();
    await field().getByText("请在上面写出录音的内容").waitFor();
    await page.getByLabel("自动漫游到此处时的解说").fill(FIRST + SECOND);
    await page.locator("[data-save=saved]").waitFor();
    const scene = await saved();
    expect(scene.narration).toBe(FIRST + SECOND);
    expect(scene.narration_sound).toMatch(/^[0-9a-f-]{36}$/);
    await field().scrollIntoViewIfNeeded();
    await shot(page, "narration-studio");
    expect(complaints).toEqual([]);
  });

  it("is recorded in the studio, listened to, and used", async () => {
    await page.getByRole("button", { name: /^卧室/ }).first().click();
    await page.getByLabel("自动漫游到此处时的解说").fill("卧室朝北。");
    await field().getByRole("button", { name: "录音", exact: true }).click();
    const recorder = page.getByTestId("recorder");
    await page.getByRole("button", { name: "开始录音" }).click();
    await page.locator("[data-testid=recorder][data-state=records]").waitFor();
    // Chromium's own microphone beeps once a second.
    await page.waitForFunction(() => (document.querySelector<HTMLMeterElement>(".record-level")?.value ?? 0) > 0.2);
    await page.waitForTimeout(1600);
    await shot(page, "narration-recording");
    await page.getByRole("button", { name: "停止" }).click();
    const player = recorder.locator("audio");
    await player.waitFor();
    await player.evaluate((audio: HTMLAudioElement) => audio.play());
    await page.waitForFunction(
      () => (document.querySelector<HTMLAudioElement>("[data-testid=recorder] audio")?.currentTime ?? 0) > 0.3,
    );
    await shot(page, "narration-recorded");
    await page.getByRole("button", { name: "使用此录音" }).click();
    await field().locator("audio").waitFor();
    await page.locator("[data-save=saved]").waitFor();
    expect(complaints).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    await field().scrollIntoViewIfNeeded();
    await shot(page, "narration-studio-390");
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole("button", { name: "提交审核" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "提交审核" }).click();
    await page.getByText("漫游已提交，审核期间不能修改。").waitFor();
    await page.goto(`${server.url}/console/listings/${site.listing}/media`);
    await page.locator(".asset audio").first().waitFor();
    await shot(page, "narration-media");
  });

  it("is heard by the court", async () => {
    const { page: court, complaints: said } = await newPage(browser, 1440, 900);
    await signIn(court, server.url, REVIEWER.login, REVIEWER.password);
    await court.goto(`${server.url}/console/listings/${site.listing}/review`);
    const told = court.getByTestId("told");
    await told.getByText(FIRST + SECOND).waitFor();
    await told.getByText("自动漫游解说（已听 0 / 2）").waitFor();
    const players = told.locator("audio");
    expect(await players.count()).toBe(2);
    const tour = `listings/${site.listing}/tour`;
    await expect(act(server, REVIEWER, `${tour}/approve`, {})).rejects.toThrow(/客厅解说\.mp3/);
    const ended = (index: number, from: number) =>
      players.nth(index).evaluate(async (audio: HTMLAudioElement, seconds) => {
        const end = new Promise((ended) => audio.addEventListener("ended", ended, { once: true }));
        // Its length is known once it plays.
        await audio.play();
        audio.currentTime = seconds < 0 ? audio.duration + seconds : seconds;
        await end;
      }, from);
    await ended(0, -0.5);
    await court.waitForTimeout(500);
    expect(await told.getByText("未听", { exact: true }).count(), "jumping to the end is no hearing").toBe(2);
    await ended(0, 0);
    await told.getByText("自动漫游解说（已听 1 / 2）").waitFor();
    await told.scrollIntoViewIfNeeded();
    await shot(court, "narration-review");
    await ended(1, 0);
    await told.getByText("自动漫游解说（已听 2 / 2）").waitFor();
    await court.reload();
    await told.getByText("自动漫游解说（已听 2 / 2）").waitFor();
    await court.setViewportSize({ width: 390, height: 844 });
    await told.scrollIntoViewIfNeeded();
    await shot(court, "narration-review-390");
    expect(said).toEqual([]);
    await court.close();
    await act(server, REVIEWER, `${tour}/approve`, {});
    ({ version } = await act<{ version: string }>(server, PUBLISHER, `${tour}/publish`, {}));
    await announced(server, site);
  });

  it.each([
    [1440, 900],
    [390, 844],
  ])("is played by the guided tour at %i × %i, its captions at their time", async (width, height) => {
    const { page: bidder, complaints: said } = await newPage(browser, width, height);
    await hear(bidder);
    await bidder.goto(`${server.url}/tour/${site.listing}`);
    // Of the 30 characters that take time the second sentence has 6.
    const at = await followed(bidder);
    expect(at).toBeGreaterThan(3);
    expect(at).toBeLessThan(5.5);
    await shot(bidder, `narration-tour-${width}`);
    await bidder.mouse.click(width / 2, height / 3);
    await bidder.waitForFunction(() => window.told[0]?.paused);
    await bidder.locator("[aria-controls=kf-about]").click();
    await bidder.locator(".kf-listen audio").waitFor();
    await shot(bidder, `narration-listen-${width}`);
    expect(said).toEqual([]);
    await bidder.close();
  });

  it("is read and heard without JavaScript", async () => {
    const reader = await withoutScript(browser);
    for (const [path, width] of [
      ["listings", 1440],
      ["listings", 390],
      ["tour", 1440],
    ] as const) {
      await reader.setViewportSize({ width, height: 900 });
      await reader.goto(`${server.url}/${path}/${site.listing}`);
      await reader.getByText(FIRST + SECOND).waitFor();
      expect(await reader.locator(".told audio[controls]").count()).toBe(2);
      await shot(reader, `narration-no-script-${path}-${width}`);
    }
    await reader.context().close();
  });

  it("is in the offline copy, signed", async () => {
    const copy = await offlineCopy(page, server, site.listing, folder);
    const { page: reader, complaints: said } = await newPage(browser, 1280, 720);
    await hear(reader);
    await reader.goto(copy);
    await reader.locator(".kf-scenes-toggle").waitFor();
    expect(await followed(reader)).toBeGreaterThan(3);
    expect(said).toEqual([]);
    expect(verified(server, version)).toContain("guided tour: 2 recordings compared");
    await reader.close();
  });
});

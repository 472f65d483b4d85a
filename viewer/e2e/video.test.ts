/** A video from the media page to the public: converted, played, chosen in the studio, watched by the court, played by bidders. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { agencyAtWork } from "./agency.ts";
import { CAPTIONS, captionInStudio, captionsShown } from "./captions.ts";
import { offlineCopy, verified } from "./offline-copy.ts";
import { act, announced, PUBLISHER, REVIEWER, type Site } from "./people.ts";
import { recorded } from "./recorded.ts";
import { hasBinary, newPage, type Server, shot, signIn } from "./server.ts";
import { wholeSphere } from "./turn.ts";
import { withoutScript } from "./without-script.ts";

/** An upright video of three seconds with a tone, as a phone sends it. */
const upright = (folder: string): Buffer =>
  recorded(
    folder,
    "a.mp4",
    "-i testsrc2=s=720x1280:r=30:d=3 -f lavfi -i sine=d=3 -pix_fmt yuv420p -c:v libx264 -c:a aac",
  );

/** Presses play and waits until it has moved on; answers the size of what is seen. */
async function played(page: Page, selector: string): Promise<[number, number]> {
  await page.locator(selector).evaluate((video: HTMLVideoElement) => {
    video.muted = true;
    return video.play();
  });
  await page.waitForFunction(
    (name) => (document.querySelector<HTMLVideoElement>(name)?.currentTime ?? 0) > 0.3,
    selector,
  );
  return page.locator(selector).evaluate((video: HTMLVideoElement) => [video.videoWidth, video.videoHeight]);
}

describe.skipIf(!hasBinary)("a video in a hotspot", () => {
  let server: Server;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  let site: Site;
  let folder: string;
  let version: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "kanfang-video-"));
    ({ server, browser, page, complaints, site } = await agencyAtWork([1440, 900]));
    page.setDefaultTimeout(60_000);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is converted and can be played on the media page", async () => {
    await page.goto(`${server.url}/console/listings/${site.listing}/media`);
    await page.setInputFiles("input[type=file]:not([webkitdirectory])", [
      { name: "客厅.png", mimeType: "image/png", buffer: wholeSphere(5) },
      { name: "水龙头.mp4", mimeType: "video/mp4", buffer: upright(folder) },
      { name: "断.mp4", mimeType: "video/mp4", buffer: upright(folder).subarray(0, 20_000) },
    ]);
    await page.getByText("上传结束：成功 3 个").waitFor();
    const card = page.locator(".asset", { hasText: "水龙头.mp4" });
    await card.getByRole("button", { name: "播放" }).waitFor({ timeout: 60_000 });
    await page.locator(".asset", { hasText: "断.mp4" }).getByText("录制的文件已损坏或不完整").waitFor();
    await shot(page, "video-media");
    await card.getByRole("button", { name: "播放" }).click();
    expect(await played(page, "dialog video")).toEqual([720, 1280]);
    await shot(page, "video-media-playing");
    await page.keyboard.press("Escape");
  });

  it("is chosen in the studio", async () => {
    const tour = `${server.url}/api/v1/listings/${site.listing}/tour`;
    await page.goto(`${server.url}/console/listings/${site.listing}/studio`);
    await page.getByRole("button", { name: "添加场景" }).first().click();
    // The panorama may be made after the video: the dialog follows the work.
    await page.locator(".pick").waitFor();
    await page.getByRole("button", { name: "全选" }).click();
    await page.getByRole("button", { name: /添加 1 个场景/ }).click();
    await page.locator("[data-testid=preview] canvas").waitFor();
    const tool = page.locator(".inspector");
    await tool.getByLabel("标注类型").selectOption({ label: "瑕疵" });
    await tool.getByRole("button", { name: "添加", exact: true }).click();
    const box = await page.getByTestId("preview").boundingBox();
    if (!box) throw new Error("no picture");
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await tool.getByLabel("所见情况").fill("水龙头滴水");
    await tool.getByRole("button", { name: "选择视频" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("水龙头.mp4").waitFor();
    expect(await dialog.getByRole("checkbox").count(), "only what is converted").toBe(1);
    await dialog.getByRole("checkbox").check();
    await shot(page, "video-studio-choose");
    await dialog.getByRole("button", { name: "完成" }).click();
    await page.locator("[data-save=saved]").waitFor();
    await shot(page, "video-studio");
    const saved = await (await page.request.get(tour)).json();
    expect(saved.document.scenes[0].hotspots[0].videos).toHaveLength(1);
    await page
      .getByRole("button", { name: /检查清单/ })
      .first()
      .click();
    await page
      .getByRole("dialog")
      .getByText(/视频有声音而没有字幕/)
      .waitFor();
    await page.keyboard.press("Escape");
    expect(complaints).toEqual([]);
  });

  it("is captioned in the studio, and handed in", async () => {
    await captionInStudio(page);
    await page.locator("[data-save=saved]").waitFor();
    const saved = await (await page.request.get(`${server.url}/api/v1/listings/${site.listing}/tour`)).json();
    const [shown] = saved.document.scenes[0].hotspots;
    expect(shown.captions).toEqual([{ video: shown.videos[0], cues: CAPTIONS }]);
    await page.getByRole("button", { name: "提交审核" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "提交审核" }).click();
    await page.getByText("漫游已提交，审核期间不能修改。").waitFor();
    expect(complaints).toEqual([]);
  });

  it("is watched to its end before the court approves", async () => {
    const { page: court, complaints: said } = await newPage(browser, 1440, 900);
    await signIn(court, server.url, REVIEWER.login, REVIEWER.password);
    await court.goto(`${server.url}/console/listings/${site.listing}/review`);
    const shown = court.getByTestId("shown-videos");
    const early = act(server, REVIEWER, `listings/${site.listing}/tour/approve`, {});
    await expect(early).rejects.toThrow(/水龙头\.mp4/);
    await shown.getByText("视频（已看 0 / 1）").waitFor();
    await shown.getByRole("button", { name: /水龙头滴水/ }).click();
    await played(court, "dialog video");
    const track = await court.locator("dialog video").evaluate((video: HTMLVideoElement) => {
      const [first] = video.textTracks;
      return [first?.mode, first?.cues?.length];
    });
    expect(track, "as bidders will see them").toEqual(["showing", 2]);
    expect(await shown.getByText("视频（已看 1 / 1）").count(), "not at its end yet").toBe(0);
    await shown.getByText("视频（已看 1 / 1）").waitFor();
    await court.keyboard.press("Escape");
    const words = court.getByTestId("captions");
    await words.getByText("（滴水声）").waitFor();
    expect(await words.locator("dd").allTextContents()).toEqual(CAPTIONS.map(({ text }) => text));
    await words.scrollIntoViewIfNeeded();
    await shot(court, "video-review");
    await court.setViewportSize({ width: 390, height: 844 });
    await words.scrollIntoViewIfNeeded();
    await shot(court, "video-review-390");
    // The server remembers it.
    await court.reload();
    await shown.getByText("视频（已看 1 / 1）").waitFor();
    expect(said).toEqual([]);
    await court.close();
    const tour = `listings/${site.listing}/tour`;
    await act(server, REVIEWER, `${tour}/approve`, {});
    ({ version } = await act<{ version: string }>(server, PUBLISHER, `${tour}/publish`, {}));
    await announced(server, site);
  });

  it.each([
    [1280, 720],
    [390, 844],
  ])("is played by bidders at %i × %i, and falls silent when its sheet is closed", async (width, height) => {
    const { page: bidder, complaints: said } = await newPage(browser, width, height);
    const asked: string[] = [];
    bidder.on("request", (request) => {
      if (request.url().endsWith(".mp4")) asked.push(request.url());
    });
    await bidder.goto(`${server.url}/tour/${site.listing}`);
    await bidder.locator(".kf-spot-defect:not(.kf-away)").first().click();
    const video = bidder.locator(".kf-spot-video");
    await video.waitFor();
    await bidder.waitForFunction(() =>
      document.querySelector<HTMLVideoElement>(".kf-spot-video")?.poster.startsWith("blob:"),
    );
    expect(asked, "nothing is loaded before somebody presses play").toEqual([]);
    await shot(bidder, `video-tour-${width}`);
    expect(await played(bidder, ".kf-spot-video")).toEqual([720, 1280]);
    const shown = await captionsShown(bidder);
    expect(shown).toMatchObject({ mode: "showing", cues: CAPTIONS });
    expect(shown.read).toEqual(["0:00（滴水声）", "0:01<关紧> & 仍滴水"]);
    const seen = () =>
      video.evaluate((one: HTMLVideoElement) =>
        [...(one.textTracks[0]?.activeCues ?? [])].map((cue) => cue.id + cue.startTime),
      );
    await video.evaluate((one: HTMLVideoElement) => one.pause());
    await bidder.getByText("字幕文字").click();
    await bidder.locator(".kf-cues button").nth(1).click();
    await expect.poll(seen).toEqual(["1.4"]);
    await bidder.waitForTimeout(300);
    await shot(bidder, `video-tour-playing-${width}`);
    const box = await video.boundingBox();
    expect(box && box.x >= 0 && box.x + box.width <= width).toBe(true);
    // On and on, so that only the sheet can end it.
    await video.evaluate((one: HTMLVideoElement) => Object.assign(one, { loop: true }).play());
    await bidder.getByRole("button", { name: "关闭" }).first().click();
    expect(await video.evaluate((one: HTMLVideoElement) => one.paused)).toBe(true);
    expect(said).toEqual([]);
    await bidder.close();
  });

  it("is there without JavaScript, with its words", async () => {
    const plain = await withoutScript(browser, { viewport: { width: 390, height: 844 } });
    for (const [path, name] of [
      [`/listings/${site.listing}`, "listing"],
      [`/tour/${site.listing}`, "tour"],
    ] as const) {
      await plain.goto(`${server.url}${path}`);
      await plain.getByText("字幕文字").click();
      expect(await plain.locator(".cues dd").allTextContents()).toEqual(CAPTIONS.map(({ text }) => text));
      expect(await plain.locator(".cues dt").allTextContents()).toEqual(["0:00", "0:01"]);
      await plain.locator(".cues").scrollIntoViewIfNeeded();
      await shot(plain, `video-plain-${name}-390`);
      await plain.setViewportSize({ width: 1440, height: 900 });
      await shot(plain, `video-plain-${name}-1440`);
      await plain.setViewportSize({ width: 390, height: 844 });
    }
    await plain.context().close();
  });

  it("that cannot be played is told", async () => {
    const { page: bidder } = await newPage(browser, 390, 844);
    await bidder.route("**/*.mp4", (route) => route.fulfill({ status: 404, body: "" }));
    await bidder.goto(`${server.url}/tour/${site.listing}`);
    await bidder.locator(".kf-spot-defect:not(.kf-away)").first().click();
    await bidder.locator(".kf-spot-video").evaluate((one: HTMLVideoElement) => one.play().catch(() => {}));
    await bidder.getByText("此视频暂时无法播放。").waitFor();
    await bidder.close();
  });

  it("is in the offline copy, signed", async () => {
    const copy = await offlineCopy(page, server, site.listing, folder);
    const { page: reader, complaints: said } = await newPage(browser, 1280, 720);
    await reader.goto(copy);
    await reader.locator(".kf-spot-defect:not(.kf-away)").first().click();
    await reader.waitForFunction(() =>
      document.querySelector<HTMLVideoElement>(".kf-spot-video")?.poster.startsWith("blob:"),
    );
    expect(await played(reader, ".kf-spot-video")).toEqual([720, 1280]);
    expect(await captionsShown(reader)).toMatchObject({ mode: "showing", cues: CAPTIONS });
    expect(said).toEqual([]);
    expect(verified(server, version)).toContain("hotspots: 1 videos compared");
    await reader.close();
  });
});

/** Captions of a video in the studio: from a file, put right by hand, typed at a moment, taken back. */
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { violations } from "./accessible.ts";
import { shot } from "./server.ts";

/** What the video is captioned with when all is done. */
export const CAPTIONS = [
  { start: 0.2, end: 1.4, text: "（滴水声）" },
  { start: 1.4, end: 2.4, text: "<关紧> & 仍滴水" },
];

/** 滴水声 in GB18030, as Chinese programs write subtitles. */
const DRIPPING = Buffer.from([0xa3, 0xa8, 0xb5, 0xce, 0xcb, 0xae, 0xc9, 0xf9, 0xa3, 0xa9]);

const file = (name: string, ...parts: (string | Buffer)[]) => ({
  name,
  mimeType: "application/x-subrip",
  buffer: Buffer.concat(parts.map((part) => Buffer.from(part as string))),
});

/** The cues that the video in the dialog has. */
const drawn = (page: Page): Promise<string[]> =>
  page
    .locator("dialog video")
    .evaluate((video: HTMLVideoElement) => [...(video.textTracks[0]?.cues ?? [])].map((cue) => (cue as VTTCue).text));

/** Opens the captions of the chosen hotspot's video, and leaves it with [`CAPTIONS`]. */
export async function captionInStudio(page: Page): Promise<void> {
  const tool = page.locator(".inspector");
  await tool.getByText("视频有声音，但没有字幕").waitFor();
  await tool.getByRole("button", { name: "添加字幕" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("还没有字幕。").waitFor();
  await shot(page, "captions-empty");
  const bring = (...sent: Parameters<typeof file>) => dialog.locator("input[type=file]").setInputFiles(file(...sent));

  await bring("坏.srt", "1\r\n00:00:00,200 --> 00:00:01,400\r\na\r\n\r\n2\r\n00:00:01,400 -> 00:00:02\r\nb\r\n");
  await dialog.getByRole("alert").getByText("第 6 行：这里应是时间").waitFor();
  expect(await dialog.locator(".cue-row").count(), "a file is taken whole or not at all").toBe(0);
  await bring("图.srt", Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]));
  await dialog.getByRole("alert").getByText("无法识别文字编码").waitFor();
  await shot(page, "captions-wrong-file");

  const times = [
    "1\r\n00:00:00,200 --> 00:00:01,400\r\n",
    "\r\n\r\n2\r\n00:00:01,400 --> 00:00:09,000\r\n<i>still</i>\r\n",
  ];
  await bring("滴水.srt", times[0] ?? "", DRIPPING, times[1] ?? "");
  await dialog.getByText("已从 滴水.srt 导入 2 条").waitFor();
  expect(await dialog.getByRole("alert").count()).toBe(0);
  const words = (number: number) => dialog.getByLabel(`第 ${number} 条文字`);
  expect([await words(1).inputValue(), await words(2).inputValue()]).toEqual(["（滴水声）", "still"]);
  const end = await dialog.getByLabel("第 2 条结束").inputValue();
  expect(Number(end.slice(2)), "the last one ends with the video").toBeLessThan(3.3);
  await expect.poll(() => drawn(page)).toEqual(["（滴水声）", "still"]);

  // What overlaps stays here until it is right.
  await dialog.getByLabel("第 1 条结束").fill("2");
  await dialog.getByText("与上一条重叠，或次序颠倒。").waitFor();
  await dialog.getByText("尚未保存：请先改正标出的字幕。").waitFor();
  await shot(page, "captions-overlap");
  await dialog.getByRole("button", { name: "撤销" }).click();
  expect(await dialog.getByLabel("第 1 条结束").inputValue()).toBe("0:01.4");

  await words(2).fill("<关紧> & 仍滴水");
  await dialog.getByLabel("第 2 条结束").fill("2.3");
  await dialog.getByLabel("第 2 条结束").press("ArrowUp");
  expect(await dialog.getByLabel("第 2 条结束").inputValue()).toBe("0:02.4");
  // The field is still the same one: quick typing is neither taken back nor thrown out of it.
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowDown");
  expect(await dialog.getByLabel("第 2 条结束").inputValue()).toBe("0:02.4");
  // A later step of its own: quick edits of one hotspot are taken back together.
  await page.waitForTimeout(1_300);
  await dialog.locator("video").evaluate(async (video: HTMLVideoElement) => {
    const sought = new Promise((done) => video.addEventListener("seeked", done, { once: true }));
    video.currentTime = 2.6;
    await sought;
  });
  await dialog.getByRole("button", { name: "在当前时刻添加" }).click();
  // What is typed next goes there.
  await expect.poll(() => words(3).evaluate((one) => one === document.activeElement)).toBe(true);
  expect(await dialog.getByLabel("第 3 条开始").inputValue()).toBe("0:02.6");
  await page.keyboard.type("停");
  await expect.poll(() => drawn(page)).toEqual(["（滴水声）", "&lt;关紧&gt; &amp; 仍滴水", "停"]);
  await dialog.getByText("3 / 200 条 · 已自动保存").waitFor();
  expect(await violations(page)).toEqual([]);
  await shot(page, "captions-studio");
  await page.setViewportSize({ width: 390, height: 844 });
  await shot(page, "captions-studio-390");
  expect(await page.evaluate(() => document.querySelector("dialog")?.scrollWidth ?? 0)).toBeLessThanOrEqual(390);
  await page.setViewportSize({ width: 1440, height: 900 });

  await dialog.getByRole("button", { name: "撤销" }).click();
  await expect.poll(() => dialog.locator(".cue-row").count()).toBe(2);
  await dialog.getByRole("button", { name: "恢复操作" }).click();
  await expect.poll(() => dialog.locator(".cue-row").count()).toBe(3);
  await dialog.getByRole("button", { name: "删除第 3 条" }).click();
  await dialog.getByText("2 / 200 条 · 已自动保存").waitFor();

  const [download] = await Promise.all([
    page.waitForEvent("download"),
    dialog.getByRole("button", { name: "下载 .vtt" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("水龙头滴水.vtt");
  expect(readFileSync(await download.path(), "utf8")).toBe(
    "WEBVTT\n\n00:00:00.200 --> 00:00:01.400\n（滴水声）\n\n00:00:01.400 --> 00:00:02.400\n&lt;关紧&gt; &amp; 仍滴水\n",
  );
  await page.keyboard.press("Escape");
  await tool.getByRole("button", { name: "字幕（2 条）" }).waitFor();
}

/** What the tour's video shows while it plays, and what is to be read below it. */
export async function captionsShown(page: Page): Promise<{ mode: string | undefined; cues: object[]; read: string[] }> {
  const track = await page.locator(".kf-spot-video").evaluate((video: HTMLVideoElement) => ({
    mode: video.textTracks[0]?.mode,
    cues: [...(video.textTracks[0]?.cues ?? [])].map((cue) => ({
      start: cue.startTime,
      end: cue.endTime,
      text: (cue as VTTCue).getCueAsHTML().textContent,
    })),
  }));
  return { ...track, read: await page.locator(".kf-cues li").allTextContents() };
}

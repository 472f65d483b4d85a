/** The guided tour tells what a scene has to say: captions, voice, pause, and that it stays until all is told. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { shot } from "../../e2e/server.ts";
import { launch, sharp, visit } from "./browser.ts";
import { TestServer } from "./server.ts";

let server: TestServer;
let browser: Browser;
beforeAll(async () => {
  [server, browser] = [await TestServer.start(), await launch()];
});
afterAll(async () => {
  await browser?.close();
  server?.stop();
});
beforeEach(() => server.calm());

declare global {
  interface Window {
    /** What the voice was given, and how it comes to its end. */
    voice: { said: { text: string; lang: string }[]; end(): void; cancelled: number };
  }
}

const CALM = { reducedMotion: "reduce" } as const;
const FIRST = "客厅朝南，面积约 24.5 平方米。";
const SECOND = "阳台已封闭，窗外是小区花园。";

const open = async (options: object = CALM, prepare?: (page: Page) => Promise<unknown>) => {
  server.edit = (tour) => {
    tour.scenes[0].narration = FIRST + SECOND;
    return tour;
  };
  const visited = await visit(browser, `${server.origin}/page`, options, prepare);
  await sharp(visited.page);
  await visited.page.waitForSelector(".kf-scenes-toggle");
  return visited;
};
const caption = (page: Page, text: string) =>
  page.waitForFunction((wanted) => document.querySelector(".kf-caption")?.textContent === wanted, text);
const scene = (page: Page) => page.evaluate(() => window.kanfangTour?.current()?.scene);

/** Chromium without a screen has no voices: this one speaks until the test says that it has ended. */
const giveVoice = async (page: Page) => {
  await page.addInitScript(() => {
    let speaking: SpeechSynthesisUtterance | undefined;
    window.voice = {
      said: [],
      cancelled: 0,
      end: () => speaking?.onend?.(new Event("end") as SpeechSynthesisEvent),
    };
    Object.assign(Object.getPrototypeOf(speechSynthesis), {
      speak: (utterance: SpeechSynthesisUtterance) => {
        speaking = utterance;
        window.voice.said.push({ text: utterance.text, lang: utterance.lang });
      },
      cancel: () => {
        speaking = undefined;
        window.voice.cancelled++;
      },
    });
  });
};

describe("a narration", () => {
  it("is shown as captions, can be paused, and ends with the tour", async () => {
    const { page, problems, close } = await open();
    expect(await page.getByRole("group", { name: "自动漫游解说" }).count()).toBe(0);
    await page.getByRole("button", { name: "自动漫游" }).click();
    await caption(page, FIRST);
    await page.getByRole("button", { name: "暂停", exact: true }).click();
    await page.waitForTimeout(6_000);
    expect(await page.textContent(".kf-caption")).toBe(FIRST);
    await page.getByRole("button", { name: "继续", exact: true }).click();
    await caption(page, SECOND);
    // No sound was asked for: whoever hears the page gets the captions, politely.
    expect(await page.getAttribute(".kf-caption", "aria-live")).toBe("polite");
    // The next scene has nothing to tell.
    await page.waitForFunction(() => window.kanfangTour?.current()?.scene === "s1", undefined, { timeout: 40_000 });
    expect(await page.textContent(".kf-caption")).toBe("");
    await page.mouse.click(200, 200);
    await page.waitForFunction(() => document.querySelector<HTMLElement>(".kf-narration")?.hidden);
    expect(problems).toEqual([]);
    await close();
  });

  it("is spoken where the sound is switched on, and the room is not left before its end", async () => {
    const { page, problems, close } = await open(CALM, giveVoice);
    await page.getByRole("button", { name: "自动漫游" }).click();
    await caption(page, FIRST);
    await page.getByRole("button", { name: "打开声音" }).click();
    await page.waitForFunction(() => window.voice.said.length === 1);
    expect(await page.evaluate(() => window.voice.said[0])).toEqual({ text: FIRST, lang: "zh-CN" });
    // The voice speaks it: a screen reader must not say it a second time.
    expect(await page.getAttribute(".kf-caption", "aria-live")).toBe("off");
    await page.evaluate(() => window.voice.end());
    await caption(page, SECOND);
    // Longer than a room without narration is stayed in, and longer than reading takes.
    await page.waitForTimeout(10_500);
    expect(await scene(page)).toBe("s0");
    await page.evaluate(() => window.voice.end());
    await page.waitForFunction(() => window.kanfangTour?.current()?.scene === "s1");
    expect(problems).toEqual([]);
    await close();
  });

  it("falls silent at once, stops with the tour, and can be read in the description", async () => {
    const { page, problems, close } = await open(CALM, giveVoice);
    await page.getByRole("button", { name: "自动漫游" }).click();
    await page.getByRole("button", { name: "打开声音" }).click();
    await page.waitForFunction(() => window.voice.said.length === 1);
    await page.getByRole("button", { name: "关闭声音" }).click();
    expect(await page.evaluate(() => window.voice.cancelled)).toBe(1);
    await page.getByRole("button", { name: "停止自动漫游" }).click();
    expect(await page.locator(".kf-narration").isHidden()).toBe(true);
    await page.locator("[aria-controls=kf-about]").click();
    expect(await page.textContent(".kf-about")).toContain(FIRST + SECOND);
    expect(problems).toEqual([]);
    await close();
  });

  it("looks right on a phone and on a desk", async () => {
    for (const [name, viewport, touch] of [
      ["phone", { width: 390, height: 844 }, true],
      ["wide", { width: 1440, height: 900 }, false],
    ] as const) {
      const { page, close } = await open({ ...CALM, viewport, hasTouch: touch, isMobile: touch });
      await page.getByRole("button", { name: "自动漫游" }).click();
      await caption(page, FIRST);
      await shot(page, `viewer-narration-${name}`);
      await close();
    }
  });
});

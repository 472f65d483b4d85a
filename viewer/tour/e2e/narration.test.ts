/** The guided tour tells what a scene has to say: captions, voice, pause, and that it stays until all is told. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { shot } from "../../e2e/server.ts";
import { beginningsOf, sentencesOf } from "../src/extras/narration/text.ts";
import { covered, sharp, visit } from "./browser.ts";
import { browser, CALM, PHONE, server } from "./site.ts";

declare global {
  interface Window {
    /** What the voice was given, and how it comes to its end. */
    voice: { said: { text: string; lang: string }[]; end(): void; cancelled: number };
  }
}

const FIRST = "客厅朝南，面积约 24.5 平方米。";
const SECOND = "阳台已封闭，窗外是小区花园。";

const RECORDED = { address: "/t/v/sound/a.m4a", seconds: 8 };

const open = async (
  options: object = CALM,
  prepare?: (page: Page) => Promise<unknown>,
  recorded: (object | undefined)[] = [],
  notes: object[] = [],
) => {
  server.edit = (tour) => {
    tour.scenes[0].narration = FIRST + SECOND;
    if (notes.length > 0) tour.scenes[0].hotspots = notes;
    for (const [index, sound] of recorded.entries()) if (sound) tour.scenes[index].narrationSound = sound;
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

/** What the page's players are doing; they are no part of the page, so each is remembered when it is made. */
interface Heard {
  time: number;
  paused: boolean;
  muted: boolean;
}
declare function heard(): Heard[];
const hear = (page: Page) =>
  page.addInitScript(() => {
    const made: HTMLAudioElement[] = [];
    const Made = window.Audio;
    window.Audio = function (this: unknown, ...given: [string?]) {
      const audio = new Made(...given);
      made.push(audio);
      return audio;
    } as unknown as typeof Audio;
    Object.assign(window, {
      heard: () => made.map(({ currentTime, paused, muted }) => ({ time: currentTime, paused, muted })),
    });
  });
const now = (page: Page): Promise<Heard[]> => page.evaluate(() => heard());
const asked = () => server.requests.filter((path) => path.startsWith("/t/v/sound/"));

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

  it("covers no note by halves", async () => {
    const notes = [-60, -30, 0, 30, 60].map((yaw) => ({ id: `n${yaw}`, kind: "information", yaw, pitch: 0, title: `说明 ${yaw}`, text: "钢质。" })); // biome-ignore format: one list
    const { page, problems, close } = await open(PHONE, undefined, [], notes);
    await page.waitForSelector("[data-spot=n0]");
    await page.getByRole("button", { name: "自动漫游" }).click();
    await caption(page, FIRST);
    await page.getByRole("button", { name: "暂停", exact: true }).click();
    const captions = await page.locator(".kf-narration").boundingBox();
    let [seen, hidden] = [0, 0];
    for (let pitch = 0; pitch <= 60; pitch += 3) {
      await page.evaluate((to) => window.kanfangTour?.look(to), { yaw: 0, pitch });
      await page.waitForTimeout(60);
      const { under, seen: now } = await covered(page, ".kf-narration");
      expect(under, `pitch ${pitch}`).toEqual([]);
      seen += now;
      if (pitch > 0 && now === 0) hidden++;
      if (pitch === 12) await shot(page, "viewer-narration-notes-phone");
    }
    expect(await page.textContent(".kf-caption")).toBe(FIRST);
    expect(captions?.width).toBeGreaterThan(200);
    expect(seen).toBeGreaterThan(10);
    expect(hidden).toBeGreaterThan(0);
    expect(problems).toEqual([]);
    await close();
  });

  it("waits while the page is in the background, and goes on when it is seen again", async () => {
    const { page, problems, close } = await open(CALM, hear, [RECORDED]);
    const put = (hidden: boolean) =>
      page.evaluate((away) => {
        Object.defineProperty(document, "hidden", { value: away, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, hidden);
    await page.getByRole("button", { name: "自动漫游" }).click();
    await page.waitForFunction(() => heard().some(({ time, paused }) => !paused && time > 0.2));
    await put(true);
    await page.waitForFunction(() => heard().every(({ paused }) => paused));
    const [before] = await now(page);
    await page.waitForTimeout(9_500);
    const [after] = await now(page);
    expect(after).toEqual(before);
    expect(await scene(page)).toBe("s0");
    await put(false);
    await page.waitForFunction((time) => heard().some((one) => !one.paused && one.time > time), before?.time ?? 9);
    // Whoever paused it himself finds it paused.
    await page.getByRole("button", { name: "暂停", exact: true }).click();
    await put(true);
    await put(false);
    expect(await page.getByRole("button", { name: "继续", exact: true }).count()).toBe(1);
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

  it("has its recording played, with the captions at their time, and stays until its end", async () => {
    const { page, problems, close } = await open(CALM, hear, [RECORDED]);
    expect(asked(), "nothing is loaded before somebody asks").toEqual([]);
    await page.getByRole("button", { name: "自动漫游" }).click();
    await caption(page, FIRST);
    await page.waitForFunction(() => heard().some(({ time }) => time > 1));
    expect(await page.getAttribute(".kf-caption", "aria-live"), "a screen reader does not talk over it").toBe("off");
    // Paused it stays where it is, and goes on from there.
    await page.getByRole("button", { name: "暂停", exact: true }).click();
    const [paused] = await now(page);
    await page.waitForTimeout(900);
    expect(await now(page)).toEqual([paused]);
    expect(paused?.paused).toBe(true);
    await page.getByRole("button", { name: "继续", exact: true }).click();
    await caption(page, SECOND);
    const [second] = await now(page);
    const begins = beginningsOf(sentencesOf(FIRST + SECOND), RECORDED.seconds)[1] ?? 0;
    expect(begins).toBeGreaterThan(3);
    expect(Math.abs((second?.time ?? 0) - begins)).toBeLessThan(0.6);
    // Silent it runs on, captions with it.
    await page.getByRole("button", { name: "关闭声音" }).click();
    expect((await now(page))[0]).toMatchObject({ muted: true, paused: false });
    expect(await page.getAttribute(".kf-caption", "aria-live")).toBe("polite");
    await page.getByRole("button", { name: "打开声音" }).click();
    expect((await now(page))[0]).toMatchObject({ muted: false, paused: false });
    expect(await scene(page)).toBe("s0");
    await page.waitForFunction(() => window.kanfangTour?.current()?.scene === "s1");
    expect((await now(page))[0]?.paused).toBe(true);
    expect(problems).toEqual([]);
    await close();
  });

  it("loads the next room's recording ahead, and falls silent when somebody takes the view", async () => {
    const next = { ...RECORDED, address: "/t/v/sound/b.m4a" };
    const { page, close } = await open(CALM, hear, [RECORDED, next]);
    await page.getByRole("button", { name: "自动漫游" }).click();
    await page.waitForFunction(() => heard().some(({ time }) => time > 0.5));
    await expect.poll(() => asked().includes(next.address)).toBe(true);
    await page.mouse.click(200, 200);
    await page.waitForFunction(() => heard().every(({ paused }) => paused));
    await close();
  });

  it("that cannot be had is spoken by the browser's voice", async () => {
    server.mishap = (path) => (path.startsWith("/t/v/sound/") ? 404 : undefined);
    const { page, problems, close } = await open(CALM, giveVoice, [RECORDED]);
    await page.getByRole("button", { name: "自动漫游" }).click();
    await page.waitForFunction(() => window.voice?.said.length === 1);
    expect(await page.textContent(".kf-caption")).toBe(FIRST);
    await page.evaluate(() => window.voice.end());
    await caption(page, SECOND);
    expect(problems).toEqual([]);
    await close();
  });

  it("that the browser does not let sound is read, and told", async () => {
    const blocked = (page: Page) =>
      page.addInitScript(() => {
        HTMLMediaElement.prototype.play = () => Promise.reject(new DOMException("no", "NotAllowedError"));
      });
    const { page, problems, close } = await open(CALM, blocked, [RECORDED]);
    await page.getByRole("button", { name: "自动漫游" }).click();
    await page.getByText("浏览器暂未允许播放声音").waitFor();
    await caption(page, FIRST);
    await caption(page, SECOND);
    await page.getByRole("button", { name: "打开声音" }).waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  it("is not loaded for whoever saves data, until it is asked for", async () => {
    const saving = async (page: Page) => {
      await hear(page);
      await page.addInitScript(() =>
        Object.defineProperty(navigator, "connection", { value: { saveData: true }, configurable: true }),
      );
    };
    const { page, close } = await open(CALM, saving, [RECORDED, { ...RECORDED, address: "/t/v/sound/b.m4a" }]);
    await page.getByRole("button", { name: "自动漫游" }).click();
    await caption(page, FIRST);
    await page.waitForTimeout(800);
    expect(asked()).toEqual([]);
    await page.getByRole("button", { name: "打开声音" }).click();
    await page.waitForFunction(() => heard().some(({ time }) => time > 0.3));
    expect(new Set(asked())).toEqual(new Set([RECORDED.address]));
    await close();
  });

  it("can be heard outside the guided tour, until the room is left", async () => {
    const { page, problems, close } = await open({ ...CALM, viewport: { width: 1440, height: 900 } }, undefined, [
      RECORDED,
    ]);
    await page.locator("[aria-controls=kf-about]").click();
    const player = page.locator(".kf-listen audio");
    expect(await player.getAttribute("aria-label")).toContain("收听解说");
    expect(asked()).toEqual([]);
    await player.evaluate((audio: HTMLAudioElement) => audio.play());
    // What is written around it anew does not stop it.
    await page.evaluate(() => window.kanfangTour?.look({ yaw: 60 }));
    await page.waitForFunction(() => (document.querySelector<HTMLAudioElement>(".kf-listen audio")?.currentTime ?? 0) > 1); // biome-ignore format: short
    await shot(page, "viewer-listen-wide");
    const held = await player.elementHandle();
    await page.evaluate(() => window.kanfangTour?.go("s1"));
    await page.waitForFunction((audio) => (audio as HTMLAudioElement).paused, held);
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

/** Privacy masks in the consoles: drawn by mouse, by touch and by keyboard, seen as the public sees them, and checked. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { png, readPng } from "../tour/e2e/png.ts";
import { agencyAtWork } from "./agency.ts";
import { AGENT, REVIEWER } from "./people.ts";
import { hasBinary, newPage, type Server, shot, signIn } from "./server.ts";

const WIDTH = 1024;

/** A room of soft colours, with two magenta patches: ahead, and on the right. */
function room(): Buffer {
  const patches = [
    [-9, 9, -7, 7],
    [52, 64, -6, 8],
  ] as const;
  return png(WIDTH, WIDTH / 2, (x, y) => {
    const [yaw, pitch] = [((x + 0.5) / WIDTH - 0.5) * 360, (0.5 - (y + 0.5) / (WIDTH / 2)) * 180];
    for (const [west, east, low, high] of patches)
      if (yaw > west && yaw < east && pitch > low && pitch < high) return 0xff00ff;
    const [a, b] = [(yaw * Math.PI) / 180, (pitch * Math.PI) / 180];
    const tint = (value: number) => Math.round(120 + 60 * value);
    const stripes = Math.sin(a * 12) * Math.cos(b) > 0.6 ? 24 : 0;
    const [red, green, blue] = [
      tint(Math.cos(b) * Math.sin(a)) - stripes,
      tint(0.6) - stripes,
      tint(Math.sin(b)) - stripes,
    ];
    return (red << 16) | (green << 8) | blue;
  });
}

describe.skipIf(!hasBinary)("privacy masks", () => {
  let server: Server;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  let listing: string;

  beforeAll(async () => {
    const made = await agencyAtWork([1280, 720]);
    ({ server, browser, page, complaints } = made);
    listing = made.site.listing;
    await page.goto(`${server.url}/console/listings/${listing}/media`);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const dialog = () => page.locator("dialog.full");
  const stage = () => dialog().locator(".mask-stage");
  /** How many pixels of the patches are seen, with what is laid over the picture taken away. */
  const magenta = async (): Promise<number> => {
    const layer = dialog().locator(".mask-layer");
    await layer.evaluate((node) => node.toggleAttribute("hidden", true));
    const picture = readPng(await stage().screenshot());
    await layer.evaluate((node) => node.toggleAttribute("hidden", false));
    let count = 0;
    for (let y = 0; y < picture.height; y += 1)
      for (let x = 0; x < picture.width; x += 1) {
        const [red, green, blue] = picture.at(x, y);
        if (Math.min(red, blue) - green > 40) count += 1;
      }
    return count;
  };
  const sharp = async (): Promise<void> => {
    await dialog().locator(".kf-surface").waitFor();
    await page.waitForTimeout(2500);
  };
  /** Until the picture shows at least so much of the patches, or at most so much. */
  const shows = (least: number, most = Number.POSITIVE_INFINITY): Promise<void> =>
    expect
      .poll(
        async () => {
          const seen = await magenta();
          return seen >= least && seen <= most;
        },
        { timeout: 60_000, interval: 1_000 },
      )
      .toBe(true);
  /** Where something is once it has come to rest. */
  const resting = async (what: ReturnType<Page["locator"]>): Promise<{ x: number; y: number }> => {
    let before = "";
    for (let look = 0; look < 60; look += 1) {
      const box = await what.boundingBox();
      const place = JSON.stringify(box);
      if (box && place === before) return box;
      before = place;
      await page.waitForTimeout(600);
    }
    throw new Error("it does not come to rest");
  };
  const rows = () => dialog().locator(".mask-item");
  const saved = async (): Promise<void> => {
    await dialog().getByRole("button", { name: "保存并遮挡" }).click();
    await page.waitForFunction(() => {
      const box = document.querySelector<HTMLInputElement>("dialog.full .mask-foot input");
      return box && !box.disabled && !document.querySelector("dialog.full .mask-foot .job");
    });
  };

  it("hides what a rectangle is drawn over, and shows it as the public will see it", async () => {
    await page.setInputFiles("input[type=file]:not([webkitdirectory])", {
      name: "客厅.png",
      mimeType: "image/png",
      buffer: room(),
    });
    await page.getByText("上传结束：成功 1 个").waitFor();
    await page.getByRole("button", { name: "隐私遮挡…" }).click();
    await stage().waitFor();
    await sharp();
    await shows(5000);
    const box = await stage().boundingBox();
    if (!box) throw new Error("no stage");
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const reach = box.width / 8;
    await dialog().getByRole("button", { name: "矩形" }).click();
    await page.mouse.move(x - reach, y - reach);
    await page.mouse.down();
    await page.mouse.move(x, y, { steps: 4 });
    await page.mouse.move(x + reach, y + reach, { steps: 4 });
    await page.mouse.up();
    await rows().first().waitFor();
    await page.keyboard.press("Control+z");
    await rows().waitFor({ state: "detached" });
    await page.keyboard.press("Control+Shift+z");
    await rows().first().waitFor();
    await dialog().getByLabel("第 1 处遮挡的内容").selectOption({ label: "证件文书" });
    await dialog().getByLabel("第 1 处遮挡的备注").fill("茶几上的房产证");
    await shot(page, "masks-rectangle-1280");
    const preview = dialog().getByLabel("按公众所见预览");
    expect(await preview.isDisabled()).toBe(true);
    await saved();
    await preview.check();
    await shows(0, 0);
    await sharp();
    expect(await magenta()).toBe(0);
    await shot(page, "masks-public-1280");
    await preview.uncheck();
    await shows(5000);
  });

  it("moves a corner by mouse and by key, and takes it back", async () => {
    await rows().first().getByRole("button", { name: "1. 证件文书" }).click();
    const corner = dialog().locator(".mask-handle").first();
    // The view turns to the mask with the next picture that is drawn.
    await page.waitForTimeout(3000);
    const before = await resting(corner);
    await page.mouse.move(before.x + 18, before.y + 18);
    await page.mouse.down();
    await page.mouse.move(before.x - 22, before.y - 12, { steps: 5 });
    await page.mouse.up();
    await page.waitForTimeout(500);
    const after = await resting(corner);
    expect(Math.abs(after.x - before.x + 40)).toBeLessThan(4);
    await corner.focus();
    await page.keyboard.press("Shift+ArrowRight");
    await page.waitForTimeout(500);
    expect((await resting(corner)).x).toBeGreaterThan(after.x + 3);
    const undo = dialog().getByRole("button", { name: "撤销操作" });
    while (await undo.isEnabled()) await undo.click();
    await page.waitForTimeout(500);
    expect(Math.abs((await resting(corner)).x - before.x)).toBeLessThan(2);
    expect(await dialog().getByRole("button", { name: "保存并遮挡" }).isDisabled()).toBe(true);
  });

  it("draws a shape by keyboard alone", async () => {
    const surface = dialog().locator(".kf-surface");
    await surface.focus();
    const turn = async (key: string, times: number): Promise<void> => {
      for (let press = 0; press < times; press += 1) {
        await page.keyboard.press(key);
        await page.waitForTimeout(60);
      }
    };
    const corners = (): Promise<number> => dialog().locator(".mask-dot").count();
    await turn("ArrowRight", 14);
    await page.keyboard.press("Enter");
    await turn("ArrowRight", 4);
    await page.keyboard.press("Enter");
    await turn("ArrowDown", 4);
    await page.keyboard.press("Enter");
    await turn("ArrowDown", 2);
    await page.keyboard.press("Enter");
    await expect.poll(corners).toBe(4);
    await page.keyboard.press("Backspace");
    await expect.poll(corners).toBe(3);
    await page.waitForTimeout(800);
    await shot(page, "masks-keyboard-1280");
    // Escape drops the open shape and not the dialog; a shape that was dropped comes back by undo.
    await page.keyboard.press("Escape");
    await expect.poll(corners).toBe(0);
    await page.keyboard.press("Control+z");
    await expect.poll(corners).toBe(3);
    await page.keyboard.press("Shift+Enter");
    await rows().nth(1).waitFor();
    expect(await dialog().locator(".mask-handle").count()).toBe(3);
    await saved();
    expect(await rows().count()).toBe(2);
  });

  it("asks before it throws a drawing away", async () => {
    await dialog().getByLabel("第 2 处遮挡的备注").fill("x");
    await dialog().getByRole("button", { name: "关闭", exact: true }).click();
    await page.getByRole("button", { name: "取消", exact: true }).click();
    await dialog().getByRole("button", { name: "撤销操作" }).click();
    await dialog().getByRole("button", { name: "关闭", exact: true }).click();
    await dialog().waitFor({ state: "detached" });
  });

  it("draws by touch on a tablet", async () => {
    const context = await browser.newContext({
      viewport: { width: 1024, height: 768 },
      locale: "zh-CN",
      hasTouch: true,
      reducedMotion: "reduce",
    });
    const desk = page;
    page = await context.newPage();
    page.setDefaultTimeout(120_000);
    try {
      await touch();
    } finally {
      await context.close();
      page = desk;
    }
  });

  const touch = async (): Promise<void> => {
    await signIn(page, server.url, AGENT.login, AGENT.password);
    await page.goto(`${server.url}/console/listings/${listing}/media`);
    await page.getByRole("button", { name: "隐私遮挡…" }).tap();
    await sharp();
    await dialog().getByRole("button", { name: "多边形" }).tap();
    const box = await stage().boundingBox();
    if (!box) throw new Error("no stage");
    const at = (x: number, y: number): [number, number] => [box.x + x * box.width, box.y + y * box.height];
    // Two taps close together must not zoom.
    for (const [x, y] of [at(0.1, 0.45), at(0.13, 0.45), at(0.3, 0.65), at(0.1, 0.65)])
      await page.touchscreen.tap(x, y);
    await shot(page, "masks-touch-1024");
    await page.touchscreen.tap(...at(0.1, 0.45));
    await rows().nth(2).waitFor();
    expect(await dialog().locator(".mask-handle").count()).toBe(4);
    await dialog().getByRole("button", { name: "删除第 3 处遮挡" }).tap();
  };

  it("reads well at every width", async () => {
    await page.goto(`${server.url}/console/listings/${listing}/media`);
    for (const [width, height] of [
      [1440, 900],
      [390, 844],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.getByRole("button", { name: "隐私遮挡…" }).click();
      await sharp();
      await shot(page, `masks-${width}`);
      const overflow = await dialog().evaluate((node) => node.scrollWidth - node.clientWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      await page.keyboard.press("Escape");
      await dialog().waitFor({ state: "detached" });
    }
    await page.setViewportSize({ width: 1280, height: 720 });
  });

  it("lets the reviewer check every mask before the tour is approved", async () => {
    const api = async (method: "GET" | "PUT" | "POST", path: string, body?: unknown, match?: string) =>
      page.evaluate(
        async ([method, path, body, match]) => {
          const session = await (await fetch("/api/v1/session")).json();
          const headers: Record<string, string> = { "Content-Type": "application/json", "X-CSRF-Token": session.csrf };
          if (match) headers["If-Match"] = match;
          const answer = await fetch(`/api/v1/${path}`, { method, headers, body: body ? JSON.stringify(body) : null });
          const text = await answer.text();
          if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
          return text ? JSON.parse(text) : undefined;
        },
        [method, path, body, match] as const,
      );
    const panoramas = await api("GET", `listings/${listing}/panoramas`);
    const id = "01980000-0000-7000-8000-000000000001";
    const view = { yaw: 0, pitch: 0, hfov: 90 };
    const scene = { id, panorama: panoramas.items[0].id, title: "客厅", initial_view: view, links: [] };
    await api("PUT", `listings/${listing}/tour`, { start: id, scenes: [scene] }, '"0"');
    await api("POST", `listings/${listing}/tour/submit`, {});

    const { page: reviewer, complaints: said } = await newPage(browser, 1440, 900);
    await signIn(reviewer, server.url, REVIEWER.login, REVIEWER.password);
    await reviewer.goto(`${server.url}/console/listings/${listing}/review`);
    const card = reviewer.getByTestId("review-masks");
    await card.getByText("隐私遮挡：已核对 0 / 2").waitFor();
    await reviewer.locator(".review .kf-surface").waitFor();
    await card.getByRole("button", { name: "查看", exact: true }).first().click();
    await reviewer.waitForTimeout(2500);
    await shot(reviewer, "masks-review");
    for (const box of await reviewer.locator("fieldset input[type=checkbox]").all()) await box.check();
    await reviewer.getByRole("button", { name: "审核通过", exact: true }).click();
    await reviewer.getByText("还有 2 处遮挡未查看").waitFor();
    await card.getByRole("button", { name: "查看原图…" }).first().click();
    const under = reviewer.locator("dialog.full");
    await under.locator(".kf-surface").waitFor();
    await reviewer.waitForTimeout(2500);
    await shot(reviewer, "masks-review-under");
    await under.getByRole("button", { name: "第 1 处已核对" }).click();
    await under.locator(".seen").waitFor();
    await reviewer.keyboard.press("Escape");
    await card.getByText("隐私遮挡：已核对 1 / 2").waitFor();
    await card.getByRole("button", { name: "第 2 处已核对" }).click();
    await card.getByText("隐私遮挡：已核对 2 / 2").waitFor();
    await reviewer.getByRole("button", { name: "审核通过", exact: true }).click();
    await reviewer.getByText("审核通过").first().waitFor();
    await reviewer.setViewportSize({ width: 390, height: 844 });
    await reviewer.waitForTimeout(500);
    await shot(reviewer, "masks-review-390");
    expect(said).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

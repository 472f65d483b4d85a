/** Masks that the models propose: seen on the media page, stepped through and decided by keyboard and by finger. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { agencyAtWork } from "./agency.ts";
import { hasBinary, type Server, shot } from "./server.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const SAMPLE = `${root}/media-samples/panoramas/04-bedroom-second.jpg`;

/** The sample in a quarter of its width, made by the browser: its awards can still be read, and the test waits less. */
async function reduced(page: Page): Promise<Buffer> {
  const whole = `data:image/jpeg;base64,${readFileSync(SAMPLE).toString("base64")}`;
  const small = await page.evaluate(async (address) => {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: 2048, height: 1024 });
    canvas.getContext("2d")?.drawImage(image, 0, 0, 2048, 1024);
    return canvas.toDataURL("image/jpeg", 0.92);
  }, whole);
  return Buffer.from(small.split(",")[1] ?? "", "base64");
}

/** The folder with the models, fetched once a machine. */
function models(): string {
  const fetched = spawnSync(`${root}/script/fetch-models`, { encoding: "utf8" });
  if (fetched.status !== 0) throw new Error(`the models cannot be fetched: ${fetched.stderr}`);
  return fetched.stdout.trim();
}

describe.skipIf(!hasBinary)("proposed masks", () => {
  let server: Server;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    const made = await agencyAtWork([1440, 900], { KANFANG_WORKER__MODELS: models() });
    ({ server, browser, page, complaints } = made);
    const { listing } = made.site;
    await page.goto(`${server.url}/console/listings/${listing}/media`);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const dialog = () => page.locator("dialog.full");
  const states = () => dialog().locator(".mask-item .badge").allTextContents();

  it("are found after the upload and shown on the card", async () => {
    const blank = await browser.newPage();
    const buffer = await reduced(blank);
    await blank.close();
    await page.setInputFiles("input[type=file]:not([webkitdirectory])", {
      name: "次卧.jpg",
      mimeType: "image/jpeg",
      buffer,
    });
    await page.getByText(/\d+ 处建议待确认/).waitFor({ timeout: 500_000 });
    await page.getByRole("button", { name: "隐私遮挡…" }).click();
    await dialog().locator(".mask-proposals").waitFor();
    expect((await states()).every((state) => state === "待处理")).toBe(true);
    await dialog()
      .getByText(/PP-OCRv4-det 建议，把握 \d+%/)
      .first()
      .waitFor();
  });

  it("are stepped through, accepted and refused by keyboard, and undone", async () => {
    const count = (await states()).length;
    expect(count).toBeGreaterThanOrEqual(1);
    // The letters count only where the picture, the proposals or the list have the focus.
    await dialog().locator(".dialog-head .icon-button").focus();
    await page.keyboard.press("n");
    await page.waitForTimeout(200);
    expect(await dialog().getByText(`建议 1 / ${count}`).count()).toBe(0);
    await dialog().locator(".kf-surface").focus();
    await page.keyboard.press("n");
    await dialog().getByText(`建议 1 / ${count}`).waitFor();
    // Its corners are over the picture: the view has turned to it.
    await dialog().locator(".mask-handle").first().waitFor();
    await page.waitForTimeout(2500);
    await shot(page, "proposals-desk");
    await page.keyboard.press("a");
    expect((await states())[0]).toBe("已遮挡");
    await page.keyboard.press("Control+z");
    expect((await states())[0]).toBe("待处理");
    await dialog().locator(".mask-item .link.strong").first().click();
    await page.keyboard.press("r");
    expect((await states())[0]).toBe("不遮挡");
    await page.keyboard.press("Control+z");
    // In a field the letters are letters.
    const note = dialog().locator(".mask-fields input").first();
    await note.fill("奖状");
    await note.press("a");
    expect((await states())[0]).toBe("待处理");
    await note.blur();
  });

  it("are decided by finger on a narrow screen, saved, and hide then", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    const bar = dialog().locator(".mask-proposals");
    await dialog().locator(".mask-item .link.strong").first().click();
    await shot(page, "proposals-phone");
    await bar.getByRole("button", { name: "遮挡此处" }).click();
    for (let left = (await states()).filter((state) => state === "待处理").length; left > 0; left -= 1)
      await bar.getByRole("button", { name: "不需要" }).click();
    await bar.getByText("系统会有遗漏").waitFor();
    await dialog().getByRole("button", { name: "保存并遮挡" }).click();
    await page.waitForFunction(
      () => {
        const box = document.querySelector<HTMLInputElement>("dialog.full .mask-foot input");
        return box && !box.disabled && !document.querySelector("dialog.full .mask-foot .job");
      },
      undefined,
      { timeout: 400_000 },
    );
    await page.setViewportSize({ width: 1440, height: 900 });
    // What the public sees says what it is.
    await dialog().locator(".mask-item .link.strong").first().click();
    await dialog().getByText("按公众所见预览").click();
    const label = dialog().locator(".kf-masked");
    await label.first().waitFor({ state: "attached", timeout: 60_000 });
    await expect.poll(() => label.first().getAttribute("class"), { timeout: 20_000 }).toContain("kf-on");
    expect(await label.first().getAttribute("aria-label")).toBe("隐私遮挡");
    await page.waitForTimeout(1500);
    await shot(page, "proposals-public");
    await dialog().getByText("按公众所见预览").click();
  });

  it("are not proposed again where somebody refused", async () => {
    const before = await states();
    await dialog().getByRole("button", { name: "重新查找" }).click();
    await dialog().getByText("系统正在查找").waitFor();
    await dialog().getByText("系统正在查找").waitFor({ state: "detached", timeout: 500_000 });
    expect(await states()).toEqual(before);
    expect(complaints).toEqual([]);
  });
});

/** Ordinary photos in the agency's console: proposed as a set, stitched, levelled and tied together by hand. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { agencyAtWork } from "./agency.ts";
import { narrow } from "./narrow.ts";
import { hasBinary, type Server, shot } from "./server.ts";
import { turnAround } from "./turn.ts";

describe.skipIf(!hasBinary)("sets of photos", () => {
  let server: Server;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    const made = await agencyAtWork();
    ({ server, browser, page, complaints } = made);
    const { listing } = made.site;
    await page.goto(`${server.url}/console/listings/${listing}/media`);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** Waits until the newest job of the set has ended and its panorama is shown. */
  const stitched = async (): Promise<string> => {
    await page.locator(".set .asset-job").waitFor({ state: "detached" });
    return (await page.locator(".set-panorama").getAttribute("src")) ?? "";
  };

  it("proposes the photos that belong together and stitches them", async () => {
    const photos = turnAround(6).map((buffer, index) => ({
      name: `photo-${index + 1}.png`,
      mimeType: "image/png",
      buffer,
    }));
    // Uploads overtake one another; the set is in the order of taking all the same.
    await page.setInputFiles("input[type=file]:not([webkitdirectory])", photos.reverse());
    await page.locator(".upload[data-state=done]").nth(5).waitFor();
    await page.getByText("上传结束：成功 6 个").waitFor();
    await page.locator(".proposal").getByText("6").first().waitFor();
    await page.locator(".proposal").getByRole("button", { name: "拼成全景图" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("房间").fill("客厅");
    await dialog.getByRole("button", { name: "拼成全景图" }).click();
    await page.locator(".set").getByText("已拼入 6 / 6 张").waitFor();
    await stitched();
    await page.locator(".set summary").click();
    const placed = await page.locator(".set-places .set-file").allTextContents();
    expect(placed).toEqual([1, 2, 3, 4, 5, 6].map((number) => `photo-${number}.png`));
    expect(await page.locator(".layout-map circle").count()).toBe(6);
    expect(await page.locator(".layout-map line").count()).toBeGreaterThanOrEqual(6);
    await shot(page, "set");
    await narrow(page, "set", ".set");
  });

  it("levels the panorama by keyboard, and back", async () => {
    const before = await stitched();
    await page.getByRole("button", { name: "调整水平…" }).press("Enter");
    const dialog = page.getByRole("dialog");
    const save = dialog.getByRole("button", { name: "保存并重新生成" });
    expect(await save.isDisabled()).toBe(true);
    const lean = dialog.getByLabel("左右倾斜");
    await lean.focus();
    for (let press = 0; press < 30; press += 1) await page.keyboard.press("ArrowRight");
    expect(await dialog.locator("output").first().textContent()).toBe("3.0°");
    await shot(page, "set-level");
    await narrow(page, "set-level");
    // On its side and back: the slider stays around the quarter.
    await dialog.getByRole("button", { name: "向右转四分之一圈" }).press("Enter");
    expect(await dialog.locator("output").first().textContent()).toBe("93.0°");
    await lean.focus();
    await page.keyboard.press("ArrowRight");
    expect(await dialog.locator("output").first().textContent()).toBe("93.1°");
    await shot(page, "set-level-quarter");
    await page.keyboard.press("ArrowLeft");
    await dialog.getByRole("button", { name: "向左转四分之一圈" }).press("Enter");
    expect(await dialog.locator("output").first().textContent()).toBe("3.0°");
    await save.press("Enter");
    await dialog.waitFor({ state: "detached" });
    await page.waitForFunction(
      (old) => {
        const shown = document.querySelector(".set-panorama")?.getAttribute("src");
        return shown && shown !== old;
      },
      before,
      { timeout: 120_000 },
    );
    await page.getByRole("button", { name: "调整水平…" }).click();
    expect(await dialog.locator("output").first().textContent()).toBe("3.0°");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  });

  it("marks the same thing in two photos by pointer and by keys", async () => {
    await page.getByRole("button", { name: "手动对应点…" }).click();
    const dialog = page.getByRole("dialog");
    const photos = dialog.locator(".point-photo");
    const save = dialog.getByRole("button", { name: "保存并重新拼接" });
    await photos.nth(0).click({ position: { x: 60, y: 40 } });
    await dialog.getByText("请在另一张照片上点同一处。").waitFor();
    await photos.nth(1).click({ position: { x: 20, y: 40 } });
    await dialog.getByText("还差一处").waitFor();
    for (const side of [0, 1]) {
      await photos.nth(side).focus();
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("Shift+ArrowDown");
      await page.keyboard.press("Enter");
    }
    expect(await dialog.locator(".point-list li").count()).toBe(2);
    expect(await dialog.locator(".point-list li").nth(1).textContent()).toContain("164, 160 — 164, 160");
    await shot(page, "set-points");
    await narrow(page, "set-points");
    await dialog.getByRole("button", { name: "删除第 1 处" }).click();
    await dialog.getByRole("button", { name: "删除第 1 处" }).click();
    // As before: there is nothing to stitch again.
    expect(await save.isDisabled()).toBe(true);
    await page.keyboard.press("Escape");
    expect(complaints).toEqual([]);
  });
});

/** Masks on a note's photo: drawn in the studio by mouse and keys, on the media page by touch, opened and checked by the court. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { png, readPng } from "../tour/e2e/png.ts";
import { agencyAtWork } from "./agency.ts";
import { AGENT, act, announced, PUBLISHER, REVIEWER, type Site } from "./people.ts";
import { hasBinary, newPage, type Server, shot, signIn } from "./server.ts";
import { wholeSphere } from "./turn.ts";
import { withoutScript } from "./without-script.ts";

const [WIDTH, HEIGHT] = [900, 675];
/** The patch: left, right, top, bottom in parts of width and height. */
const PATCH = [0.6, 0.75, 0.2, 0.45] as const;

/** A wall with a crack and a magenta patch. */
function closeUp(): Buffer {
  return png(WIDTH, HEIGHT, (x, y) => {
    const [u, v] = [x / WIDTH, y / HEIGHT];
    if (u > PATCH[0] && u < PATCH[1] && v > PATCH[2] && v < PATCH[3]) return 0xff00ff;
    const crack = Math.abs(u - 0.25 - 0.08 * Math.sin(v * 9)) < 0.006;
    const grain = Math.round(8 * Math.sin(x * 0.7) * Math.cos(y * 0.45));
    const tone = crack ? 70 : 190 + grain;
    return (tone << 16) | ((tone - 8) << 8) | (tone - 22);
  });
}

describe.skipIf(!hasBinary)("masks on a photo", () => {
  let server: Server;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  let listing: string;
  let site: Site;
  let photo: string;

  beforeAll(async () => {
    const made = await agencyAtWork([1440, 900]);
    ({ server, browser, page, complaints } = made);
    site = made.site;
    listing = site.listing;
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const dialog = () => page.locator("dialog.full");
  const stage = () => dialog().locator(".mask-stage");
  const picture = () => stage().locator(".mask-flat img");
  const rows = () => dialog().locator(".mask-item");
  /** A point of the page at a place of the photo. */
  const at = async (u: number, v: number): Promise<[number, number]> => {
    const box = await picture().boundingBox();
    if (!box) throw new Error("no photo");
    return [box.x + u * box.width, box.y + v * box.height];
  };
  const shown = (): Promise<void> =>
    expect.poll(() => picture().evaluate((node) => (node as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);
  /** How many pixels of the patch are seen, with what is laid over the photo taken away. */
  const magenta = async (): Promise<number> => {
    const layer = dialog().locator(".mask-layer");
    await layer.evaluate((node) => node.toggleAttribute("hidden", true));
    const seen = readPng(await stage().screenshot());
    await layer.evaluate((node) => node.toggleAttribute("hidden", false));
    let count = 0;
    for (let y = 0; y < seen.height; y += 1)
      for (let x = 0; x < seen.width; x += 1) {
        const [red, green, blue] = seen.at(x, y);
        if (Math.min(red, blue) - green > 40) count += 1;
      }
    return count;
  };

  it("begins with a note that shows one", async () => {
    await page.goto(`${server.url}/console/listings/${listing}/media`);
    await page.setInputFiles("input[type=file]:not([webkitdirectory])", [
      { name: "客厅.png", mimeType: "image/png", buffer: wholeSphere(5) },
      { name: "裂缝.png", mimeType: "image/png", buffer: closeUp() },
    ]);
    await page.getByText("上传结束：成功 2 个").waitFor();
    const api = async <T>(path: string): Promise<T> =>
      (await page.request.get(`${server.url}/api/v1/listings/${listing}/${path}`)).json();
    interface Listed {
      items: { id: string; state?: string; file_name: string }[];
    }
    await expect
      .poll(async () => (await api<Listed>("assets")).items.filter(({ state }) => state === "ready").length, {
        timeout: 120_000,
      })
      .toBe(2);
    await expect.poll(async () => (await api<Listed>("panoramas")).items.length, { timeout: 120_000 }).toBe(1);
    photo = (await api<Listed>("assets")).items.find(({ file_name }) => file_name === "裂缝.png")?.id ?? "";
    const panorama = (await api<Listed>("panoramas")).items[0]?.id;
    const id = "01980000-0000-7000-8000-000000000001";
    const defect = {
      id: "01980000-0000-7000-8000-000000000002",
      kind: "defect",
      yaw: 10,
      pitch: -5,
      text: "墙面开裂",
      pictures: [photo],
      seen_on: null,
      announcement: "",
    };
    const view = { yaw: 0, pitch: 0, hfov: 90 };
    const scene = { id, panorama, title: "客厅", initial_view: view, links: [], hotspots: [defect] };
    const { csrf } = (await (await page.request.get(`${server.url}/api/v1/session`)).json()) as { csrf: string };
    const saved = await page.request.put(`${server.url}/api/v1/listings/${listing}/tour`, {
      headers: { "X-CSRF-Token": csrf, "If-Match": '"0"' },
      data: { start: id, scenes: [scene] },
    });
    expect(saved.status()).toBe(200);
  });

  it("is drawn on in the studio, corner by corner, and shown as the public will see it", async () => {
    await page.goto(`${server.url}/console/listings/${listing}/studio`);
    await page.locator("[data-testid=preview] canvas").waitFor();
    await page.locator(".inspector").getByRole("button", { name: "墙面开裂", exact: true }).click();
    await page.locator(".spot-picture img").scrollIntoViewIfNeeded();
    await page.waitForTimeout(300);
    await shot(page, "photo-masks-studio-1440");
    await page.getByRole("button", { name: "第 1 张照片的隐私遮挡" }).click();
    await shown();
    expect(await magenta()).toBeGreaterThan(5000);
    await dialog().getByRole("button", { name: "多边形" }).click();
    const corners = [
      [0.58, 0.17],
      [0.77, 0.17],
      [0.77, 0.48],
      [0.58, 0.48],
    ] as const;
    for (const [u, v] of corners) await page.mouse.click(...(await at(u, v)));
    await expect.poll(() => dialog().locator(".mask-dot").count()).toBe(4);
    await page.mouse.click(...(await at(0.58, 0.17)));
    await rows().first().waitFor();
    await page.keyboard.press("Control+z");
    await rows().waitFor({ state: "detached" });
    await page.keyboard.press("Control+Shift+z");
    await rows().first().waitFor();
    await dialog().getByLabel("第 1 处遮挡的内容").selectOption({ label: "证件文书" });
    await dialog().getByLabel("第 1 处遮挡的备注").fill("墙上的合影");
    expect(await dialog().getByRole("button", { name: "建议到其他图片" }).count(), "a photo is seen nowhere else").toBe(
      0,
    );
    await shot(page, "photo-masks-1440");
    const preview = dialog().getByLabel("按公众所见预览");
    expect(await preview.isDisabled()).toBe(true);
    await dialog().getByRole("button", { name: "保存并遮挡" }).click();
    await expect.poll(() => preview.isEnabled(), { timeout: 60_000 }).toBe(true);
    await preview.check();
    await expect.poll(magenta, { timeout: 30_000 }).toBe(0);
    await shot(page, "photo-masks-public-1440");
    await preview.uncheck();
    await expect.poll(magenta, { timeout: 30_000 }).toBeGreaterThan(5000);
  });

  it("is enlarged under the pointer, and a corner is moved by mouse and by key", async () => {
    await rows().first().getByRole("button", { name: "1. 证件文书" }).click();
    const corner = dialog().locator(".mask-handle").first();
    await corner.waitFor();
    await page.waitForTimeout(300);
    const before = await corner.boundingBox();
    if (!before) throw new Error("no corner");
    await page.mouse.move(before.x + 18, before.y + 18);
    await page.mouse.down();
    await page.mouse.move(before.x - 22, before.y - 12, { steps: 5 });
    await page.mouse.up();
    await expect.poll(async () => Math.abs(((await corner.boundingBox())?.x ?? 0) - before.x + 40)).toBeLessThan(4);
    const dragged = (await corner.boundingBox())?.x ?? 0;
    await corner.focus();
    await page.keyboard.press("Shift+ArrowRight");
    await expect.poll(async () => (await corner.boundingBox())?.x ?? 0).toBeGreaterThan(dragged + 3);
    const undo = dialog().getByRole("button", { name: "撤销操作" });
    while (await undo.isEnabled()) await undo.click();
    await expect.poll(async () => Math.abs(((await corner.boundingBox())?.x ?? 0) - before.x)).toBeLessThan(2);
    const place = await at(0.3, 0.6);
    await page.mouse.move(...place);
    const wide = (await picture().boundingBox())?.width ?? 0;
    await page.mouse.wheel(0, -240);
    await expect.poll(async () => (await picture().boundingBox())?.width ?? 0).toBeGreaterThan(wide * 1.3);
    const now = await at(0.3, 0.6);
    expect(Math.hypot(now[0] - place[0], now[1] - place[1])).toBeLessThan(3);
  });

  it("is drawn on by keyboard alone", async () => {
    await stage().locator(".mask-flat").focus();
    for (let press = 0; press < 20; press += 1) await page.keyboard.press("-");
    const turn = async (key: string, times: number): Promise<void> => {
      for (let press = 0; press < times; press += 1) await page.keyboard.press(key);
    };
    const corners = (): Promise<number> => dialog().locator(".mask-dot").count();
    await turn("Shift+ArrowLeft", 2);
    await page.keyboard.press("Enter");
    await turn("Shift+ArrowDown", 2);
    await page.keyboard.press("Enter");
    await turn("ArrowRight", 6);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await expect.poll(corners).toBe(4);
    await page.keyboard.press("Backspace");
    await expect.poll(corners).toBe(3);
    await page.keyboard.press("Escape");
    await expect.poll(corners).toBe(0);
    await page.keyboard.press("Control+z");
    await expect.poll(corners).toBe(3);
    await page.keyboard.press("Shift+Enter");
    await rows().nth(1).waitFor();
    await page.keyboard.press("Delete");
    await expect.poll(() => rows().count()).toBe(1);
    expect(await dialog().getByRole("button", { name: "保存并遮挡" }).isDisabled()).toBe(true);
    await page.keyboard.press("Escape");
    await dialog().waitFor({ state: "detached" });
  });

  it("is drawn on by touch on a telephone, from the media page", async () => {
    const context = await browser.newContext({
      viewport: { width: 390, height: 844 },
      locale: "zh-CN",
      hasTouch: true,
      isMobile: true,
      reducedMotion: "reduce",
    });
    const desk = page;
    page = await context.newPage();
    page.setDefaultTimeout(60_000);
    try {
      await signIn(page, server.url, AGENT.login, AGENT.password);
      await page.goto(`${server.url}/console/listings/${listing}/media`);
      const card = page.locator(".asset", { hasText: "裂缝.png" });
      await card.getByRole("button", { name: "隐私遮挡…" }).tap();
      await shown();
      await dialog().getByRole("button", { name: "多边形" }).tap();
      for (const [u, v] of [
        [0.1, 0.1],
        [0.4, 0.1],
        [0.4, 0.5],
        [0.1, 0.1],
      ] as const)
        await page.touchscreen.tap(...(await at(u, v)));
      await rows().nth(1).waitFor();
      expect(await dialog().locator(".mask-handle").count()).toBe(3);
      await shot(page, "photo-masks-390");
      const overflow = await dialog().evaluate((node) => node.scrollWidth - node.clientWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      await dialog().getByRole("button", { name: "删除第 2 处遮挡" }).tap();
      await expect.poll(() => rows().count()).toBe(1);
    } finally {
      await context.close();
      page = desk;
    }
  });

  it("is opened and checked by the court before the tour is approved, and public without what is hidden", async () => {
    await act(server, AGENT, `listings/${listing}/tour/submit`, {});
    const { page: court, complaints: said } = await newPage(browser, 1440, 900);
    await signIn(court, server.url, REVIEWER.login, REVIEWER.password);
    await court.goto(`${server.url}/console/listings/${listing}/review`);
    await court.locator(".review .kf-surface").waitFor();
    const masks = court.getByTestId("review-masks");
    await masks.getByText("隐私遮挡：已核对 0 / 1").waitFor();
    for (const box of await court.locator("fieldset input[type=checkbox]").all()) await box.check();
    await court.locator(".review-scene").first().click();
    const approve = court.getByRole("button", { name: "审核通过", exact: true });
    await court.getByText("请先打开每张图片").waitFor();
    expect(await approve.isDisabled()).toBe(true);
    const photos = court.getByTestId("shown-pictures");
    await photos.getByText("图片（已看 0 / 1）").waitFor();
    await photos.getByRole("button", { name: /^查看图片：/ }).click();
    const opened = court.locator("dialog.wide");
    await opened.locator(".shown-outlines polygon").waitFor({ state: "attached" });
    await court.waitForTimeout(300);
    await shot(court, "photo-masks-opened-1440");
    await opened.getByRole("button", { name: "与原图对照…" }).click();
    const under = court.locator("dialog.full");
    await under.locator(".mask-flat img").waitFor();
    await court.waitForTimeout(300);
    await shot(court, "photo-masks-compare-1440");
    await court.keyboard.press("Escape");
    await under.waitFor({ state: "detached" });
    await court.keyboard.press("Escape");
    await photos.getByText("图片（已看 1 / 1）").waitFor();

    // The photo counts as opened for everybody, and also after the page is loaded again.
    await court.reload();
    await photos.getByText("图片（已看 1 / 1）").waitFor();
    await court.locator(".review .kf-surface").waitFor();
    for (const box of await court.locator("fieldset input[type=checkbox]").all()) await box.check();
    await court.locator(".review-scene").first().click();
    await approve.click();
    await court.getByText("还有 1 处遮挡未查看").waitFor();
    await masks.getByRole("button", { name: "查看", exact: true }).click();
    await under.locator(".mask-flat img").waitFor();
    expect(await under.getByLabel("按公众所见预览").isChecked()).toBe(true);
    await court.keyboard.press("Escape");
    await masks.getByRole("button", { name: "第 1 处已核对" }).click();
    await masks.getByText("隐私遮挡：已核对 1 / 1").waitFor();
    await court.setViewportSize({ width: 390, height: 844 });
    await photos.scrollIntoViewIfNeeded();
    await shot(court, "photo-masks-review-390");
    await photos.getByRole("button", { name: /^查看图片：/ }).click();
    await court.waitForTimeout(300);
    await shot(court, "photo-masks-opened-390");
    await court.keyboard.press("Escape");
    await court.setViewportSize({ width: 1440, height: 900 });
    await approve.click();
    await court.getByText("漫游已审核通过").first().waitFor();

    const { version } = await act<{ version: string }>(server, PUBLISHER, `listings/${listing}/tour/publish`, {});
    const address = `${server.url}/t/${version}/picture/${photo}.jpg`;
    const left = await court.evaluate(async (address) => {
      const image = new Image();
      image.src = address;
      await image.decode();
      const canvas = Object.assign(document.createElement("canvas"), {
        width: image.naturalWidth,
        height: image.naturalHeight,
      });
      const context = canvas.getContext("2d");
      context?.drawImage(image, 0, 0);
      const { data } = context?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
      let count = 0;
      for (let pixel = 0; pixel < data.length; pixel += 4)
        if (Math.min(data[pixel] ?? 0, data[pixel + 2] ?? 0) - (data[pixel + 1] ?? 0) > 40) count += 1;
      return count;
    }, address);
    expect(left).toBe(0);
    expect(said).toEqual([]);

    // Bidders are told that something is hidden, and how often.
    await announced(server, site);
    for (const width of [1440, 390]) {
      const { page: bidder, complaints: heard } = await newPage(browser, width, 844);
      await bidder.goto(`${server.url}/tour/${listing}`);
      await bidder.locator(".kf-spot-defect:not(.kf-away)").first().click();
      const shown = bidder.locator(".kf-sheet .kf-spot-picture");
      await shown.locator("img[src]").waitFor();
      expect(await shown.textContent()).toBe("1 处隐私遮挡");
      expect(await shown.locator("img").getAttribute("alt")).toBe("墙面开裂，第 1 张，共 1 张，1 处隐私遮挡");
      await bidder.getByText("图片中的马赛克是隐私遮挡，公开前均由法院核对。").waitFor();
      await bidder.waitForTimeout(300);
      await shot(bidder, `photo-masks-told-${width}`);
      expect(heard).toEqual([]);
      await bidder.close();
    }
    expect(complaints).toEqual([]);

    // Without JavaScript, too: the very picture, told in words, with what the mosaic is.
    const plain = await withoutScript(browser, { viewport: { width: 390, height: 844 }, locale: "zh-CN" });
    for (const where of ["listings", "tour"]) {
      await plain.goto(`${server.url}/${where}/${listing}`);
      const image = plain.locator(".notes img");
      await image.scrollIntoViewIfNeeded();
      expect(`${server.url}${await image.getAttribute("src")}`).toBe(address);
      expect(await image.getAttribute("alt")).toBe("墙面开裂，第 1 张，共 1 张，1 处隐私遮挡");
      expect(await image.getAttribute("loading")).toBe("lazy");
      await expect.poll(() => image.evaluate((node) => (node as HTMLImageElement).naturalWidth)).toBeGreaterThan(100);
      expect(await plain.locator(".notes figcaption").textContent()).toBe("1 处隐私遮挡");
      await plain.getByText("图片中的马赛克是隐私遮挡，公开前均由法院核对。").waitFor();
      const over = await plain.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(over).toBeLessThanOrEqual(0);
      await shot(plain, `notes-plain-${where}-390`);
      await plain.setViewportSize({ width: 1440, height: 900 });
      await image.scrollIntoViewIfNeeded();
      await shot(plain, `notes-plain-${where}-1440`);
      await plain.setViewportSize({ width: 390, height: 844 });
    }
    await plain.context().close();
  });
});

/** The photographer's telephone in a flat without a network: pictures are taken, judged, kept, and sent when there is one. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { violations } from "./accessible.ts";
import { startBrowser } from "./chromium.ts";
import { AGENT, type Site, siteWithListing } from "./people.ts";
import { hasBinary, panoramasOf, type Server, shot, signIn, startServer } from "./server.ts";

interface Listed {
  version: number;
  rooms: { id: string; name: string; not_taken: string | null }[];
  files: { asset: string; file_name: string; shown: { room_id: string; room_name: string; need: string } | null }[];
}

/** A sample panorama of this width, blurred by so many pixels. */
async function picture(page: Page, width: number, blur: number, part = false): Promise<Buffer> {
  const file = fileURLToPath(new URL("../../media-samples/panoramas/02-living.jpg", import.meta.url));
  const whole = readFileSync(file).toString("base64");
  const made = await page.evaluate(
    async ({ whole, width, blur, part }) => {
      const image = new Image();
      image.src = `data:image/jpeg;base64,${whole}`;
      await image.decode();
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [width, part ? (width * 3) / 4 : width / 2];
      const context = canvas.getContext("2d");
      if (!context) throw new Error("no canvas");
      context.filter = blur > 0 ? `blur(${blur}px)` : "none";
      if (part) context.drawImage(image, 2400, 1400, 1600, 1200, 0, 0, canvas.width, canvas.height);
      else context.drawImage(image, 0, 0, canvas.width, canvas.height);
      return canvas.toDataURL("image/jpeg", 0.92);
    },
    { whole, width, blur, part },
  );
  return Buffer.from(made.split(",")[1] ?? "", "base64");
}

describe.skipIf(!hasBinary)("the capture guide", () => {
  let server: Server;
  let browser: Browser;
  let context: BrowserContext;
  let site: Site;
  let page: Page;
  let address: string;
  const complaints: string[] = [];
  const files: { name: string; mimeType: string; buffer: Buffer }[] = [];

  const list = async (): Promise<Listed> =>
    (await page.request.get(`${server.url}/api/v1/listings/${site.listing}/shot-list`)).json() as Promise<Listed>;
  const waiting = (count: number): Promise<void> => page.locator(`[data-waiting="${count}"]`).waitFor();
  const room = async (name: string): Promise<void> => {
    await page.locator(".capture-rooms a", { hasText: name }).click();
    await page.getByRole("heading", { level: 1, name }).waitFor();
  };
  const toRooms = async (): Promise<void> => {
    await page.locator(".back").click();
    await page.locator(".capture-rooms").waitFor();
  };

  beforeAll(async () => {
    [server, browser] = [await startServer(), await startBrowser()];
    site = await siteWithListing(server);
    context = await browser.newContext({
      viewport: { width: 390, height: 844 },
      deviceScaleFactor: 2,
      isMobile: true,
      hasTouch: true,
      locale: "zh-CN",
      reducedMotion: "reduce",
    });
    page = await context.newPage();
    page.setDefaultTimeout(60_000);
    page.on("pageerror", (error) => complaints.push(String(error)));
    address = `${server.url}/console/listings/${site.listing}/capture`;
    const file = async (name: string, width: number, blur: number, part = false): Promise<void> => {
      files.push({ name, mimeType: "image/jpeg", buffer: await picture(page, width, blur, part) });
    };
    await file("R0010001.jpg", 1536, 0);
    await file("R0010002.jpg", 1536, 4);
    await file("IMG_0003.jpg", 800, 0, true);
    await file("IMG_0004.jpg", 760, 0, true);
    await file("IMG_0005.jpg", 720, 0, true);
    await file("IMG_0006.jpg", 680, 0, true);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("hands the desk's browser over to the telephone, which signs in by itself", async () => {
    await signIn(page, server.url, AGENT.login, AGENT.password);
    await page.goto(`${server.url}/console/listings/${site.listing}/media`);
    await page.getByRole("button", { name: "手机拍摄…" }).click();
    const code = page.getByRole("img", { name: "拍摄指引网址的二维码" });
    await page.waitForFunction(() => (document.querySelector<HTMLImageElement>(".qr")?.naturalWidth ?? 0) > 0);
    expect(await code.isVisible()).toBe(true);
    await shot(page, "capture-hand-over");
    await page.getByRole("link", { name: "在本机打开" }).click();
    await page.locator(".capture-rooms").waitFor();
    expect(page.url()).toBe(address);
    await context.clearCookies();
    await page.goto(address);
    await page.getByLabel("登录名").fill(AGENT.login);
    await page.getByLabel("密码", { exact: true }).fill(AGENT.password);
    await page.getByRole("button", { name: "登录", exact: true }).click();
    await page.locator(".capture-rooms").waitFor();
  });

  it("proposes the rooms and keeps what was changed of them at the server", async () => {
    const names = await page.locator(".capture-rooms .strong").allTextContents();
    expect(names).toEqual(expect.arrayContaining(["客厅", "主卧", "次卧", "厨房", "卫生间"]));
    // The defect that the court states is to be taken where it is.
    expect(await page.locator(".capture-rooms a", { hasText: "次卧" }).textContent()).toContain("瑕疵 0/1");
    await page.getByRole("link", { name: "编辑房间" }).click();
    await page.getByLabel("新房间").fill("储藏室");
    await page.getByRole("button", { name: "添加", exact: true }).press("Enter");
    await page.getByRole("button", { name: "上移 储藏室" }).press("Enter");
    await page.getByRole("button", { name: "移除 过道" }).click();
    await shot(page, "capture-editor");
    await page.getByRole("button", { name: "保存" }).click();
    await page.locator(".capture-rooms").waitFor();
    await expect.poll(async () => (await list()).version).toBe(1);
    expect((await list()).rooms.map((one) => one.name)).toEqual([...names.filter((name) => name !== "过道"), "储藏室"]);
    await shot(page, "capture-rooms");
  });

  it("takes and judges pictures without a network, and opens again without one", async () => {
    // Everything that the page is made of is kept.
    await page.reload();
    await page.locator(".capture-rooms").waitFor();
    await page.waitForFunction(async () => {
      const cache = await caches.open("kanfang-capture-1");
      const kept = (await cache.keys()).map((request) => request.url);
      return kept.some((url) => url.endsWith("capture-frame")) && kept.some((url) => url.includes("check.worker"));
    });
    await context.setOffline(true);
    await room("客厅");
    await page.setInputFiles("[data-testid=gallery-panorama]", files.slice(0, 2));
    const tiles = page.locator(".capture-tile[data-checked=true]");
    await tiles.nth(1).waitFor();
    expect(await tiles.nth(0).getAttribute("data-advice")).toBe("");
    expect(await tiles.nth(1).getAttribute("data-advice")).toContain("advice-blurred");
    await tiles.nth(1).getByText("模糊，请重拍").waitFor();
    await waiting(2);
    await shot(page, "capture-offline");

    await page.goto(address);
    await page.getByText("没有网络：2 张在本机").waitFor();
    await room("客厅");
    await page.locator(".capture-tile img").nth(1).waitFor();
    expect(await page.locator(".capture-tile").nth(1).getAttribute("data-advice")).toContain("advice-blurred");
    await toRooms();
    await room("厨房");
    await page.setInputFiles("[data-testid=camera-meter]", files.slice(2, 3));
    await waiting(3);
    // An answer that needs no picture, also without a network.
    await toRooms();
    await room("储藏室");
    await page.getByLabel("锁闭").check();
    await page.getByText("清单的修改尚未送到服务器").waitFor();
    expect(complaints).toEqual([]);
  });

  it("sends everything once there is a network, each with its room, beside what others changed", async () => {
    const before = await list();
    expect(before.files).toEqual([]);
    const renamed = before.rooms.map((one) => (one.name === "客厅" ? { ...one, name: "起居室" } : one));
    const session = (await (await page.request.get(`${server.url}/api/v1/session`)).json()) as { csrf: string };
    const saved = await page.request.put(`${server.url}/api/v1/listings/${site.listing}/shot-list`, {
      headers: { "X-CSRF-Token": session.csrf, "If-Match": '"1"' },
      data: { rooms: renamed },
    });
    expect(saved.status()).toBe(200);
    // A second tab sends nothing twice.
    const second = await context.newPage();
    await context.setOffline(false);
    await Promise.all([second.goto(address), page.goto(address)]);
    await waiting(0);
    await page.getByText("本机没有待上传的照片").waitFor();
    const store = async (): Promise<unknown> => (await list()).rooms.find((one) => one.name === "储藏室")?.not_taken;
    await expect.poll(store, { timeout: 60_000 }).toBe("locked");
    const after = await list();
    expect(after.version).toBe(3);
    expect(after.files.map((file) => [file.file_name, file.shown?.need]).sort()).toEqual([
      ["IMG_0003.jpg", "meter"],
      ["R0010001.jpg", "panorama"],
      ["R0010002.jpg", "panorama"],
    ]);
    // Taken as 客厅; the desk calls it otherwise by now, and it is the same room.
    const living = after.rooms.find((one) => one.name === "起居室")?.id;
    expect(after.files.filter((file) => file.shown?.room_id === living).length).toBe(2);
    const kept = await page.evaluate(
      () =>
        new Promise<number>((resolve, reject) => {
          const opening = indexedDB.open("kanfang-capture");
          opening.onerror = () => reject(opening.error);
          opening.onsuccess = () => {
            const count = opening.result.transaction("files").objectStore("files").count();
            count.onsuccess = () => resolve(count.result);
          };
        }),
    );
    expect(kept).toBe(0);
    await second.close();
    await room("起居室");
    await page.locator(".capture-tile[data-sent=true] img").nth(1).waitFor();
    await shot(page, "capture-room-sent");
  });

  it("says what of the circle the photos of a turn do not show", async () => {
    const hold = (alpha: number): Promise<void> =>
      page.evaluate((alpha) => {
        const held = globalThis as unknown as { turning?: number };
        clearInterval(held.turning);
        held.turning = window.setInterval(() => {
          window.dispatchEvent(new DeviceOrientationEvent("deviceorientation", { alpha, beta: 90, gamma: 0 }));
        }, 50);
      }, alpha);
    await toRooms();
    await room("主卧");
    for (const [at, alpha] of [0, 300].entries()) {
      await hold(alpha);
      await page.waitForTimeout(200);
      await page.setInputFiles("[data-testid=camera-panorama]", files.slice(3 + at, 4 + at));
      await page.locator("[data-need=panorama] .capture-tile[data-checked=true]").nth(at).waitFor();
    }
    // Two photos of 65° each, 60° apart.
    await page.locator('[data-missing="235"]').waitFor();
    await page.getByText("全景 0/1 · 环拍 2/9").waitFor();
    await waiting(0);
    await shot(page, "capture-turn");
  });

  it("goes on after signing in again", async () => {
    await context.setOffline(true);
    await page.setInputFiles("[data-testid=camera-view]", files.slice(5));
    await waiting(1);
    await context.clearCookies();
    await context.setOffline(false);
    await page.getByLabel("登录名").fill(AGENT.login);
    await page.getByLabel("密码", { exact: true }).fill(AGENT.password);
    await page.getByRole("button", { name: "登录", exact: true }).click();
    await page.getByText("本机没有待上传的照片").waitFor();
    const sent = (await list()).files.find((file) => file.file_name === "IMG_0006.jpg");
    expect(sent?.shown).toMatchObject({ room_name: "主卧", need: "view" });
  });

  it("gives the studio the room's name", async () => {
    const finished = async () =>
      (await panoramasOf<{ room: string | null }>(page, server.url, site.listing)).map((one) => one.room);
    await expect.poll(finished, { timeout: 300_000, interval: 500 }).toEqual(["起居室", "起居室"]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(`${server.url}/console/listings/${site.listing}/studio`);
    await page.getByRole("button", { name: "添加场景" }).click();
    await page.getByRole("button", { name: "全选" }).click();
    await page.getByRole("dialog").locator("button[type=submit]").click();
    await page.locator(".scene").nth(1).waitFor();
    expect(await page.locator(".scene-title").allTextContents()).toEqual(["起居室", "起居室 2"]);
  });

  it("is accessible and fits, at a telephone's width and a desk's", async () => {
    const found: string[] = [];
    for (const [name, width, height] of [
      ["phone", 390, 844],
      ["desktop", 1440, 900],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.goto(address);
      await page.locator(".capture-rooms").waitFor();
      for (const where of ["rooms", "room", "editor"]) {
        if (where === "room") await room("起居室");
        if (where === "editor") {
          await toRooms();
          await page.getByRole("link", { name: "编辑房间" }).click();
          await page.locator(".capture-editor").waitFor();
        }
        await page.waitForTimeout(300);
        found.push(...(await violations(page)));
        const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        if (over > 0) found.push(`${where}, ${name}: ${over} px wider than the window`);
        await shot(page, `capture-${where}-${name}`);
      }
    }
    await page.getByRole("button", { name: "English" }).click();
    await page.goto(address);
    await page.locator(".capture-rooms").waitFor();
    await page.getByRole("heading", { level: 1, name: "Capture guide" }).waitFor();
    await room("起居室");
    found.push(...(await violations(page)));
    await shot(page, "capture-room-english");
    expect(found).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

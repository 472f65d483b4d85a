/**
 * Packages of a published tour in real Chromium: each is unpacked, its README's `npm install` is run, and the other viewer
 * must show the same pixels in the same directions as ours, with ways and notes in their places. The offline copy is opened
 * from `file://`.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { colourOf } from "../tour/e2e/pattern.ts";
import { readPng } from "../tour/e2e/png.ts";
import { directionOf } from "../tour/src/geometry/cube.ts";
import { cameraOf, fromScreen, toScreen, type View } from "../tour/src/geometry/view.ts";
import { startBrowser } from "./chromium.ts";
import { type PublishedTour, publishedTour } from "./published.ts";
import { BINARY, hasBinary, type Server, shot, startServer } from "./server.ts";
import { asPlain, withoutScript } from "./without-script.ts";

const SIZE = { width: 640, height: 360 };
const FIRST: View = { yaw: 40, pitch: -15, hfov: 85 };
const OTHER: View = { yaw: -140, pitch: 55, hfov: 70 };
const WAY = { yaw: 30, pitch: -10 };
const NOTE = { yaw: 60, pitch: -25 };
const SCENE = {
  initial_view: FIRST,
  north_yaw: 20,
  hotspots: [
    {
      id: "0190a1a0-0000-7000-8000-000000000001",
      kind: "defect",
      ...NOTE,
      text: "墙面渗水 <b>不是标记</b>",
      seen_on: "2026-09-18",
      announcement: "厨房墙面渗水。",
    },
    {
      id: "0190a1a0-0000-7000-8000-000000000002",
      kind: "document",
      yaw: 20,
      pitch: 5,
      title: "评估报告",
      url: "https://example.cn/1.pdf",
    },
  ],
};
/** Far below what the tests look at. */
const MASK = [
  [0, -80],
  [40, -80],
  [40, -86],
  [0, -86],
] as const;
const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".jpg": "image/jpeg",
};

/** A plain web server, as the README asks for. */
async function serve(folder: string): Promise<{ url: string; server: HttpServer }> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://x").pathname);
    try {
      const body = readFileSync(join(folder, path === "/" ? "index.html" : path));
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? TYPES[".html"] });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}

/** Greatest difference of a colour channel from what each direction should show, over a grid of points free of marks. */
async function difference(page: Page, view: View, size = SIZE): Promise<number> {
  const image = readPng(await page.screenshot());
  const camera = cameraOf(view, size);
  const marks = [WAY, NOTE, { yaw: 20, pitch: 5 }].map(({ yaw, pitch }) => toScreen(camera, directionOf(yaw, pitch)));
  let worst = 0;
  for (let x = 0.1; x < 0.95; x += 0.1)
    for (let y = 0.2; y < 0.75; y += 0.1) {
      const at = { x: Math.round(x * size.width), y: Math.round(y * size.height) };
      if (marks.some((mark) => mark && Math.hypot(mark.x - at.x, mark.y - at.y) < 90)) continue;
      const wanted = colourOf(fromScreen(camera, { x: at.x + 0.5, y: at.y + 0.5 }), 0);
      image.at(at.x, at.y).forEach((value, i) => {
        worst = Math.max(worst, Math.abs(value - (wanted[i] ?? 0)));
      });
    }
  return worst;
}

/** Waits until the picture is right, or tells how wrong it stays. */
async function settled(page: Page, view: View): Promise<number> {
  let worst = 255;
  for (let attempt = 0; attempt < 60 && worst > 6; attempt += 1) {
    await page.waitForTimeout(500);
    worst = await difference(page, view);
  }
  return worst;
}

/** How far the middle of an element is from where a direction is seen, pixels. */
async function off(page: Page, selector: string, at: { yaw: number; pitch: number }, view: View): Promise<number> {
  const box = await page.locator(selector).first().boundingBox();
  const wanted = toScreen(cameraOf(view, SIZE), directionOf(at.yaw, at.pitch));
  if (!box || !wanted) return Number.POSITIVE_INFINITY;
  return Math.hypot(box.x + box.width / 2 - wanted.x, box.y + box.height / 2 - wanted.y);
}

describe.skipIf(!hasBinary)("interchange", () => {
  let server: Server;
  let browser: Browser;
  let tour: PublishedTour;
  const folders: string[] = [];
  const servers: HttpServer[] = [];

  beforeAll(async () => {
    server = await startServer();
    browser = await startBrowser();
    tour = await publishedTour(server, 2048, SCENE, MASK);
  }, 900_000);
  afterAll(async () => {
    for (const one of servers) one.close();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    await browser?.close();
    await server?.stop();
  });

  const unpacked = async (kind: string, rest = ""): Promise<string> => {
    const answer = await tour.asPublisher("GET", `listings/${tour.listing}/tour/export/${kind}${rest}`);
    expect(answer.headers.get("content-disposition")).toMatch(/^attachment; filename="kanfang-.*\.zip"$/);
    const folder = mkdtempSync(join(tmpdir(), `kanfang-${kind}-`));
    folders.push(folder);
    const zip = join(folder, "package.zip");
    writeFileSync(zip, Buffer.from(await answer.arrayBuffer()));
    execFileSync("python3", ["-m", "zipfile", "-e", zip, folder]);
    return folder;
  };
  /** The package in a browser, with the other viewer as its README brings it. */
  const opened = async (kind: string): Promise<Page> => {
    const folder = await unpacked(kind, "?lang=en");
    const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
    execFileSync("npm", ["install", ...quiet], { cwd: folder, stdio: "pipe" });
    const { url, server: http } = await serve(folder);
    servers.push(http);
    const page = await (await browser.newContext({ viewport: SIZE })).newPage();
    page.setDefaultTimeout(60_000);
    page.on("pageerror", (error) => {
      throw error;
    });
    await page.goto(url);
    return page;
  };

  it("opens in Pannellum as it is here", async () => {
    const page = await opened("pannellum");
    expect(await settled(page, FIRST)).toBeLessThanOrEqual(6);
    expect(await off(page, ".pnlm-hotspot.pnlm-scene", WAY, FIRST)).toBeLessThan(3);
    expect(await off(page, ".pnlm-hotspot.pnlm-info >> nth=0", NOTE, FIRST)).toBeLessThan(3);
    const note = page.locator(".pnlm-tooltip span", { hasText: "Visible defect" });
    expect(await note.textContent()).toContain("墙面渗水 <b>不是标记</b>");
    expect(await page.locator(".pnlm-author-box").textContent()).toContain("masked for privacy: 1");
    const links = page.locator('a[href="https://example.cn/1.pdf"]');
    expect(await links.count()).toBe(1);
    await shot(page, "exchange-pannellum");
    // biome-ignore lint/suspicious/noExplicitAny: the peer's own interface
    await page.evaluate(({ yaw, pitch, hfov }) => (window as any).viewer.lookAt(pitch, yaw, hfov, 0), OTHER);
    expect(await settled(page, OTHER)).toBeLessThanOrEqual(6);
    // biome-ignore lint/suspicious/noExplicitAny: the peer's own interface
    expect(await page.evaluate(() => (window as any).viewer.getNorthOffset())).toBeCloseTo(-20, 9);
    await page.locator(".pnlm-hotspot.pnlm-scene").first().dispatchEvent("click");
    await page.locator(".pnlm-title-box", { hasText: "主卧室" }).waitFor();
    await page.context().close();
  });

  it("opens in Marzipano as it is here", async () => {
    const page = await opened("marzipano");
    await page.getByText("Places masked for privacy in the pictures of this scene: 1, each").waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    // A note beside the picture makes the page no wider.
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await shot(page, "exchange-marzipano-390");
    await page.setViewportSize(SIZE);
    // In a window as low as this the line lies over what is measured.
    await page.addStyleTag({ content: "#masked { visibility: hidden; }" });
    expect(await settled(page, FIRST)).toBeLessThanOrEqual(6);
    expect(await off(page, ".way >> visible=true", WAY, FIRST)).toBeLessThan(3);
    expect(await off(page, ".note summary >> visible=true", NOTE, FIRST)).toBeLessThan(3);
    await page.locator(".note summary >> visible=true").first().click();
    const words = page.locator(".note[open] > div");
    expect(await words.textContent()).toContain("墙面渗水 <b>不是标记</b>");
    // Within the window, and not under the list of scenes.
    const [box, list] = [await words.boundingBox(), await page.locator("#scenes").boundingBox()];
    expect(box?.y).toBeGreaterThan(0);
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThan(list?.y ?? 0);
    await shot(page, "exchange-marzipano");
    await page.locator(".note summary >> visible=true").first().click();
    await page.evaluate(({ yaw, pitch, hfov }) => {
      const radians = (degrees: number) => (degrees * Math.PI) / 180;
      const fov = 2 * Math.atan(Math.tan(radians(hfov) / 2) / (16 / 9));
      // biome-ignore lint/suspicious/noExplicitAny: the peer's own interface
      const view = (window as any).tour.viewer.scene().view();
      view.setParameters({ yaw: radians(yaw), pitch: radians(-pitch), fov });
    }, OTHER);
    expect(await settled(page, OTHER)).toBeLessThanOrEqual(6);
    await page.getByRole("button", { name: "主卧室" }).last().click();
    expect(await settled(page, FIRST)).toBeLessThanOrEqual(6);
    await page.context().close();
  });

  it("opens in Photo Sphere Viewer as it is here", async () => {
    const page = await opened("psv");
    await page.locator(".psv-marker").first().waitFor();
    await page.locator(".psv-loader-container").waitFor({ state: "hidden" });
    await page.addStyleTag({ content: ".psv-virtual-tour-link, .psv-navbar { visibility: hidden; }" });
    expect(await settled(page, FIRST)).toBeLessThanOrEqual(6);
    expect(await off(page, ".psv-marker", NOTE, FIRST)).toBeLessThan(3);
    // biome-ignore lint/suspicious/noExplicitAny: the peer's own interface
    const said = await page.evaluate(() => (window as any).viewer.config.caption);
    expect(said).toContain("masked for privacy: 1");
    await shot(page, "exchange-psv");
    // Above and behind: the up face must not be turned.
    await page.evaluate(({ yaw, pitch, hfov }) => {
      const radians = (degrees: number) => (degrees * Math.PI) / 180;
      // biome-ignore lint/suspicious/noExplicitAny: the peer's own interface
      const viewer = (window as any).viewer;
      const vertical = (360 / Math.PI) * Math.atan(Math.tan(radians(hfov) / 2) / (16 / 9));
      viewer.rotate({ yaw: radians(yaw), pitch: radians(pitch) });
      viewer.zoom((100 * (100 - vertical)) / 80);
    }, OTHER);
    expect(await settled(page, OTHER)).toBeLessThanOrEqual(6);
    await page.evaluate(
      ([id]) => {
        // biome-ignore lint/suspicious/noExplicitAny: the peer's own interface
        const plugin = (window as any).viewer.getPlugin("virtual-tour");
        const [link] = plugin.getCurrentNode().links;
        if (link.nodeId !== id || Math.abs(link.position.yaw - (30 * Math.PI) / 180) > 1e-9) throw new Error("link");
        return plugin.setCurrentNode(id);
      },
      [tour.scenes[1]],
    );
    // biome-ignore lint/suspicious/noExplicitAny: the peer's own interface
    const caption = await page.evaluate(() => (window as any).viewer.config.caption);
    expect(caption).toContain("主卧室");
    await page.context().close();
  });

  it("is a copy that opens from a folder, checks itself and asks for nothing", async () => {
    const folder = await unpacked("offline");
    for (const [name, width, height] of [
      ["wide", 1440, 900],
      ["phone", 390, 844],
    ] as const) {
      const page = await (await browser.newContext({ viewport: { width, height } })).newPage();
      page.setDefaultTimeout(60_000);
      const [asked, complaints]: [string[], string[]] = [[], []];
      page.on("request", (request) => asked.push(request.url()));
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("console", (message) => {
        if (message.type() === "error") complaints.push(message.text());
      });
      await page.goto(`file://${folder}/index.html`);
      await page.locator('.kf-proof-tool[data-proof="signed"]').waitFor();
      await page.locator("#kanfang-copy", { hasText: "离线副本" }).getByText("第 1 版").waitFor();
      expect(await page.locator("#kanfang-copy code").getAttribute("title")).toMatch(/^[0-9a-f]{64}$/);
      await shot(page, `exchange-offline-${name}`);
      await page.evaluate((view) => window.kanfangTour?.look(view), OTHER);
      await page.evaluate(([, id]) => window.kanfangTour?.go(id ?? ""), tour.scenes);
      await page.waitForFunction(([, id]) => window.kanfangTour?.current()?.scene === id, tour.scenes);
      await page.evaluate(() => window.kanfangTour?.setLanguage("en"));
      await page.locator("#kanfang-copy", { hasText: "Offline copy" }).getByText("version 1").waitFor();
      // The list of scenes has its pictures, and leaving tells nobody anything.
      await page.locator(".kf-scenes-toggle").click();
      const picture = await page
        .locator(".kf-scene-picture")
        .first()
        .evaluate((one) => getComputedStyle(one).backgroundImage);
      expect(picture).toContain(`/files/${tour.scenes[0]}/preview.jpg`);
      await page.waitForTimeout(500);
      await page.goto("about:blank");
      expect(asked.filter((url) => !/^(file|blob|data|about):/.test(url))).toEqual([]);
      expect(complaints).toEqual([]);
      await page.context().close();
    }
    const verified = execFileSync(BINARY, ["verify-manifest", "--keys", "proof/jwks.json", "proof/manifest.json"], {
      cwd: folder,
    });
    expect(String(verified)).toContain("signature right");
  });

  it("shows its scenes without scripts, and says what is masked", async () => {
    const folder = await unpacked("offline", "?lang=en");
    writeFileSync(join(folder, "plain.html"), asPlain(readFileSync(join(folder, "index.html"), "utf8")));
    const page = await withoutScript(browser, { viewport: { width: 390, height: 844 } });
    await page.goto(`file://${folder}/plain.html`);
    const captions = page.locator("figcaption");
    expect(await captions.count()).toBe(tour.scenes.length);
    for (const caption of await captions.allTextContents()) expect(caption).toMatch(/^.+ · masked for privacy: 1$/);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await shot(page, "exchange-offline-plain-390");
    await page.context().close();
  });

  it("shows the same pixels from a folder as on the site", async () => {
    const folder = await unpacked("offline", "?lang=en");
    const page = await (await browser.newContext({ viewport: SIZE })).newPage();
    await page.goto(`file://${folder}/index.html`);
    await page
      .addStyleTag({ content: ".kf-overlay { opacity: 0 } #kanfang-copy { display: none !important }" })
      .catch(() => undefined);
    await page.waitForFunction(() => window.kanfangTour?.current() !== undefined);
    await page.evaluate(() => {
      for (const selector of [".kf-overlay", "#kanfang-copy"])
        document.querySelector<HTMLElement>(selector)?.style.setProperty("display", "none");
    });
    await page.evaluate((view) => window.kanfangTour?.look(view), FIRST);
    expect(await settled(page, FIRST)).toBeLessThanOrEqual(6);
    await page.context().close();
  });
});

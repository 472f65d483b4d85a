/**
 * The pictures of `docs/screenshots`: viewer, studio and review desk at the widths of telephone, tablet and desk, with
 * the sample flat. Made anew by `script/screenshots`; else it is left out.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { agencyAtWork } from "./agency.ts";
import { AGENT, act, announced, lookAtAll, PUBLISHER, REVIEWER, type Site } from "./people.ts";
import { hasBinary, newPage, type Server, signIn } from "./server.ts";
import { tablet } from "./touch.ts";

const FOLDER = process.env.SCREENSHOTS;
/** Of the panoramas that are uploaded; a program that is not optimised takes long for the full 8,192. */
const WIDTH = Number(process.env.SCREENSHOTS_WIDTH ?? 4096);
const SAMPLES = fileURLToPath(new URL("../../media-samples/", import.meta.url));
const WIDTHS = [
  ["phone", 390, 844],
  ["tablet", 768, 1024],
  ["desktop", 1440, 900],
] as const;

/** Of `media-samples/listing.toml`. */
const SCENES = [
  { title: "客厅", file: "02-living", north: -160, at: [4.72, 2.3], links: { 过道: [-166.6, -35] } },
  {
    title: "过道",
    file: "08-corridor",
    north: -84,
    at: [3.92, 4.68],
    links: { 客厅: [53.7, -35], 次卧: [-165.9, -35] },
  },
  { title: "次卧", file: "04-bedroom-second", north: 48, at: [1.62, 5.62], links: { 过道: [174.4, -35] } },
] as const;
const ROOMS: Record<string, number[][]> = {
  客厅: [[3.3, 0], [6.8, 0], [6.8, 3.9], [3.3, 3.9]], // biome-ignore format: short
  主卧: [[0, 0], [3.06, 0], [3.06, 3.9], [0, 3.9]], // biome-ignore format: short
  次卧: [[0, 4.14], [2.6, 4.14], [2.6, 7.4], [0, 7.4]], // biome-ignore format: short
  厨房: [[2.7, 5.3], [4.4, 5.3], [4.4, 7.4], [2.7, 7.4]], // biome-ignore format: short
  卫生间: [[4.5, 5.3], [5.84, 5.3], [5.84, 7.4], [4.5, 7.4]], // biome-ignore format: short
  过道: [[2.7, 4.14], [6.8, 4.14], [6.8, 5.2], [2.7, 5.2]], // biome-ignore format: short
};

describe.skipIf(!hasBinary || !FOLDER)("the pictures of the documentation", () => {
  let server: Server;
  let browser: Browser;
  let page: Page;
  let site: Site;

  beforeAll(async () => {
    ({ server, browser, page, site } = await agencyAtWork());
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** What the window shows, as a JPEG that is small enough to be looked at on a page. */
  const kept = async (shown: Page, name: string): Promise<void> => {
    await shown.waitForTimeout(600);
    await shown.screenshot({ path: join(FOLDER as string, `${name}.jpg`), type: "jpeg", quality: 72 });
  };
  /** A page as each device has it: with fingers on telephone and tablet. */
  const onEach = async (name: string, look: (shown: Page, device: string) => Promise<unknown>): Promise<void> => {
    for (const [device, width, height] of WIDTHS) {
      const { page: shown } = await (device === "desktop" ? newPage(browser, width, height) : tablet(browser, width, height)); // biome-ignore format: one choice
      await look(shown, device);
      await kept(shown, `${name}-${device}`);
      await shown.context().close();
    }
  };
  const api = `/api/v1/listings/`;

  it("begins with the sample flat", { timeout: 1_500_000 }, async () => {
    await page.goto(`${server.url}/console/listings/${site.listing}/media`);
    const files = await Promise.all(
      SCENES.map(async ({ title, file }) => ({
        name: `${title}.jpg`,
        mimeType: "image/jpeg",
        buffer: await smaller(page, readFileSync(join(SAMPLES, "panoramas", `${file}.jpg`)), WIDTH),
      })),
    );
    const photo = readFileSync(join(SAMPLES, "close-ups", "damp-stain.jpg"));
    await page.setInputFiles("input[type=file]:not([webkitdirectory])", [
      ...files,
      { name: "水渍.jpg", mimeType: "image/jpeg", buffer: photo },
    ]);
    await page.getByText("上传结束：成功 4 个").waitFor();
    const list = async <T>(what: string) =>
      ((await (await page.request.get(`${server.url}${api}${site.listing}/${what}`)).json()) as { items: T[] }).items;
    await expect
      .poll(async () => (await list("panoramas")).length, { timeout: 1_200_000, interval: 2_000 })
      .toBe(SCENES.length);
    const panoramas = await list<{ id: string; file_name: string }>("panoramas");
    const assets = await list<{ id: string; file_name: string }>("assets");
    const ids = new Map<string, string>(SCENES.map(({ title }) => [title, crypto.randomUUID()]));
    const stain = assets.find(({ file_name }) => file_name === "水渍.jpg")?.id;
    const defect = {
      id: crypto.randomUUID(),
      kind: "defect",
      yaw: 75.5,
      pitch: 19.5,
      text: "东北角墙面和窗侧有水渍，墙皮起皱，成因未查明。",
      seen_on: "2026-09-18",
      announcement: "次卧：东北角墙面有水渍，成因未查明。",
      pictures: [stain],
    };
    const document = {
      start: ids.get("客厅"),
      plan: { north: 0, rooms: Object.entries(ROOMS).map(([title, outline]) => ({ title, outline })) },
      scenes: SCENES.map(({ title, north, at, links }) => ({
        id: ids.get(title),
        title,
        panorama: panoramas.find(({ file_name }) => file_name === `${title}.jpg`)?.id,
        captured_at: "2026-09-18",
        north_yaw: north,
        initial_view: { yaw: title === "次卧" ? 60 : 0, pitch: -4, hfov: 95 },
        position: at,
        links: Object.entries(links).map(([target, [yaw, pitch]]) => ({ target: ids.get(target), yaw, pitch })),
        hotspots: title === "次卧" ? [defect] : [],
      })),
    };
    const csrf = ((await (await page.request.get(`${server.url}/api/v1/session`)).json()) as { csrf: string }).csrf;
    const saved = await page.request.put(`${server.url}${api}${site.listing}/tour`, {
      headers: { "X-CSRF-Token": csrf, "If-Match": '"0"' },
      data: document,
    });
    expect(saved.status(), await saved.text()).toBe(200);
  });

  it("shows the studio", async () => {
    await onEach("studio", async (shown) => {
      await signIn(shown, server.url, AGENT.login, AGENT.password);
      await shown.goto(`${server.url}/console/listings/${site.listing}/studio`);
      await shown.locator("[data-testid=preview] canvas").waitFor();
      await shown.locator(".scene-main", { hasText: "次卧" }).click();
      await shown.locator(".marker.spot:not([hidden])").first().waitFor();
      await shown.evaluate(() => window.scrollTo(0, 0));
      await shown.waitForTimeout(2_500);
    });
  });

  it("shows the review desk", async () => {
    await act(server, AGENT, `listings/${site.listing}/tour/submit`, {});
    await onEach("review", async (shown) => {
      await signIn(shown, server.url, REVIEWER.login, REVIEWER.password);
      await shown.goto(`${server.url}/console/listings/${site.listing}/review`);
      await shown.locator(".review canvas").waitFor();
      await shown.waitForTimeout(3_000);
      await sharp(shown);
    });
    await lookAtAll(server, site.listing);
    await act(server, REVIEWER, `listings/${site.listing}/tour/approve`, {});
  });

  it("shows the viewer", async () => {
    await act(server, PUBLISHER, `listings/${site.listing}/tour/publish`, {});
    await announced(server, site);
    await onEach("viewer", async (shown, device) => {
      await shown.goto(`${server.url}/tour/${site.listing}`);
      await shown.locator(".kf-proof-tool[data-proof=signed]").waitFor();
      if (device !== "phone" && !(await shown.isVisible(".kf-plan-sheet"))) await shown.click(".kf-plan-toggle");
      await shown.waitForTimeout(3_000);
    });
  });
});

/** Waits until all tiles of the view are on the screen. */
async function sharp(shown: Page): Promise<void> {
  await shown.waitForFunction(
    () => {
      // Before the first picture nothing is needed, and the line is done as well.
      const begun = performance.getEntriesByName("kanfang-first-picture").length > 0;
      return begun && document.querySelector(".kf-progress.kf-done") && !document.querySelector(".kf-busy");
    },
    undefined,
    { timeout: 120_000 },
  );
}

/** The picture at another width, made by the browser: no library is needed for it here. */
async function smaller(page: Page, jpeg: Buffer, width: number): Promise<Buffer> {
  const made = await page.evaluate(
    async ([base64, width]) => {
      const bytes = Uint8Array.from(atob(base64 as string), (letter) => letter.charCodeAt(0));
      const picture = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }), {
        resizeWidth: width as number,
        resizeHeight: (width as number) / 2,
        resizeQuality: "high",
      });
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [picture.width, picture.height];
      canvas.getContext("2d")?.drawImage(picture, 0, 0);
      return canvas.toDataURL("image/jpeg", 0.92);
    },
    [jpeg.toString("base64"), width] as const,
  );
  return Buffer.from(made.split(",")[1] ?? "", "base64");
}

/**
 * A project of the Marzipano Tool, dropped as a zip on the media page: it is recognised, its panoramas are put together, what
 * could not be carried over is said, and its scenes go into the tour, where that can be undone.
 */
import { crc32 } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { colourOf, tilePicture } from "../tour/e2e/pattern.ts";
import { FACES } from "../tour/src/geometry/cube.ts";
import { violations } from "./accessible.ts";
import { agencyAtWork } from "./agency.ts";
import { hasBinary, type Server, shot } from "./server.ts";

const EDGE = 320;
const TILE = 160;
const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** `data.js` as the tool writes it. */
const DATA = `var APP_DATA = ${JSON.stringify(
  {
    scenes: [
      {
        id: "0-salon",
        name: "客厅 <script>alert(1)</script>东",
        levels: [
          { tileSize: 80, size: 80, fallbackOnly: true },
          { tileSize: TILE, size: EDGE },
          { tileSize: TILE, size: 2 * EDGE },
        ],
        faceSize: 2 * EDGE,
        initialViewParameters: { yaw: radians(40), pitch: radians(10), fov: radians(60) },
        linkHotspots: [
          { yaw: radians(25), pitch: radians(5), rotation: 0, target: "1-kitchen" },
          { yaw: 0, pitch: 0, rotation: 0, target: "9-gone" },
        ],
        infoHotspots: [{ yaw: radians(60), pitch: 0, title: "地板", text: "<b>橡木</b><img src=x onerror=alert(1)>" }],
      },
      {
        id: "1-kitchen",
        name: "厨房",
        levels: [
          { tileSize: 80, size: 80, fallbackOnly: true },
          { tileSize: TILE, size: EDGE },
        ],
        faceSize: EDGE,
        initialViewParameters: { yaw: 0, pitch: 0, fov: radians(60) },
        linkHotspots: [{ yaw: radians(-155), pitch: 0, rotation: 0, target: "0-salon" }],
        infoHotspots: [],
      },
    ],
    name: "广安门外大街 301",
    settings: { mouseViewMode: "drag", autorotateEnabled: false, fullscreenButton: true, viewControlButtons: true },
  },
  null,
  2,
)};\n`;

/** A zip of stored files (APPNOTE 6.3.10 §4.3). */
function zip(files: [string, Buffer][]): Buffer {
  const [parts, directory]: [Buffer[], Buffer[]] = [[], []];
  let at = 0;
  for (const [name, data] of files) {
    const path = Buffer.from(name);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x800, 2);
    fields.writeUInt32LE(crc32(data), 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(data.length, 18);
    fields.writeUInt16LE(path.length, 22);
    const entry = Buffer.alloc(14);
    entry.writeUInt32LE(at, 10);
    parts.push(Buffer.from("PK\x03\x04", "latin1"), fields, path, data);
    directory.push(Buffer.from("PK\x01\x02\x14\x00", "latin1"), fields, entry, path);
    at += 30 + path.length + data.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(entries.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...parts, entries, Buffer.from("PK\x05\x06", "latin1"), end]);
}

/** The tiles of one size; of the larger size of the first scene one is left out. */
function project(): Buffer {
  const files: [string, Buffer][] = [["app-files/data.js", Buffer.from(DATA)]];
  const add = (scene: number, id: string, level: number, edge: number, most: number): void => {
    const across = edge / TILE;
    for (const face of FACES)
      for (let row = 0; row < across; row += 1)
        for (let column = 0; column < across; column += 1)
          if (files.length < most)
            files.push([
              `app-files/tiles/${id}/${level}/${face}/${row}/${column}.jpg`,
              tilePicture(edge, TILE, face, row, column, scene),
            ]);
  };
  add(0, "0-salon", 1, EDGE, Number.POSITIVE_INFINITY);
  add(1, "1-kitchen", 1, EDGE, Number.POSITIVE_INFINITY);
  add(0, "0-salon", 2, 2 * EDGE, files.length + 90);
  return zip(files);
}

describe.skipIf(!hasBinary)("import", () => {
  let server: Server;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  let listing: string;

  beforeAll(async () => {
    const made = await agencyAtWork();
    ({ server, browser, page, complaints } = made);
    listing = made.site.listing;
    await page.goto(`${server.url}/console/listings/${listing}/media`);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const everySize = async (name: string): Promise<void> => {
    for (const [size, width, height] of [
      ["wide", 1440, 900],
      ["phone", 390, 844],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(300);
      await shot(page, `${name}-${size}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  };

  it("recognises the zip and says what came of it", async () => {
    await page.setInputFiles("input[type=file]:not([webkitdirectory])", [
      { name: "漫游项目.zip", mimeType: "application/zip", buffer: project() },
    ]);
    const card = page.locator("[data-import]");
    await card.getByText("已生成 2 / 2 个全景。").waitFor({ timeout: 300_000 });
    await card.getByText("广安门外大街 301").waitFor();
    expect(await card.locator(".import-scenes").textContent()).toContain("客厅 东");
    const told = await card.locator(".reasons li").allTextContents();
    expect(told).toHaveLength(3);
    expect(told.join("\n")).toMatch(/清晰度降低：原为 640 像素，现为 320 像素，因为较大一级缺 6 块切片/);
    expect(told.join("\n")).toContain("9-gone");
    await page.getByText("压缩包内是 Marzipano 的项目，共 2 个场景。").waitFor({ state: "attached" });
    await everySize("import-media");
    expect(await violations(page)).toEqual([]);
  });

  it("puts the scenes into the tour, with the right pixels in the right directions", async () => {
    await page.getByRole("button", { name: "放入漫游" }).click();
    await page.waitForURL(/\/studio$/);
    await page.locator(".preview canvas").first().waitFor();
    const draft = await page.request.get(`${server.url}/api/v1/listings/${listing}/tour`);
    const { document } = (await draft.json()) as {
      document: {
        start: string;
        scenes: {
          id: string;
          title: string;
          panorama: string;
          initial_view: { yaw: number; pitch: number };
          links: { target: string; yaw: number; pitch: number }[];
          hotspots: { title: string; text: string }[];
        }[];
      };
    };
    const [hall, kitchen] = document.scenes;
    expect(document.scenes.map(({ title }) => title)).toEqual(["客厅 东", "厨房"]);
    expect(document.start).toBe(hall?.id);
    expect(hall?.initial_view.yaw).toBeCloseTo(40, 6);
    expect(hall?.initial_view.pitch).toBeCloseTo(-10, 6);
    expect(hall?.links).toHaveLength(1);
    expect(hall?.links[0]).toMatchObject({ target: kitchen?.id });
    expect(hall?.links[0]?.pitch).toBeCloseTo(-5, 6);
    expect(hall?.hotspots[0]).toMatchObject({ title: "地板", text: "橡木" });
    // What the site's own tiles show of each scene, looking up and to the left.
    for (const [number, scene] of [hall, kitchen].entries()) {
      const tile = `/api/v1/panoramas/${scene?.panorama}/1/u0_0`;
      const pixel = await page.evaluate(async (address) => {
        const picture = await createImageBitmap(await (await fetch(address)).blob());
        const canvas = new OffscreenCanvas(picture.width, picture.height);
        const context = canvas.getContext("2d");
        context?.drawImage(picture, 0, 0);
        const at = [Math.floor(picture.width * 0.3), Math.floor(picture.height * 0.7)] as const;
        return [...(context?.getImageData(...at, 1, 1).data ?? [])].slice(0, 3);
      }, tile);
      const wanted = colourOf([-0.4, 1, 0.4], number);
      pixel.forEach((value, channel) => {
        expect(Math.abs(value - (wanted[channel] ?? 0))).toBeLessThan(6);
      });
    }
    await everySize("import-studio");
  });

  it("adds a project to scenes that are there, and takes it back", async () => {
    const scenes = page.locator(".scene-list > li");
    const before = await scenes.count();
    await page.getByRole("button", { name: "导入", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "导入项目" });
    await dialog.getByRole("button", { name: "再次放入漫游" }).click();
    const mode = page.getByRole("dialog", { name: "放入漫游" });
    expect(await mode.getByLabel("保留原有场景，追加在后").isChecked()).toBe(true);
    await everySize("import-mode");
    await mode.getByRole("button", { name: "放入 2 个场景" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.waitForFunction(
      ([selector, count]) => document.querySelectorAll(String(selector)).length === Number(count) * 2,
      [".scene-list > li", before] as const,
    );
    await page.getByRole("button", { name: "撤销操作" }).first().click();
    await page.locator('[data-save="saved"]').waitFor();
    const draft = await page.request.get(`${server.url}/api/v1/listings/${listing}/tour`);
    const saved = (await draft.json()) as { document: { scenes: unknown[] } };
    expect(saved.document.scenes).toHaveLength(2);
    expect(complaints).toEqual([]);
  });

  it("says why a zip is refused", async () => {
    await page.goto(`${server.url}/console/listings/${listing}/media`);
    await page.setInputFiles("input[type=file]:not([webkitdirectory])", [
      { name: "坏.zip", mimeType: "application/zip", buffer: zip([["../data.js", Buffer.from(DATA)]]) },
    ]);
    await page.getByText("条目“../data.js”的路径不允许").waitFor();
    await shot(page, "import-refused");
    expect(complaints).toEqual([]);
  });
});

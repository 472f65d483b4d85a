/** A picture for two eyes from the agency's upload to a bidder's headset: recognised, tiled, published, and each eye sees its own. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EYE, eyes, frames, pngOf, putOn } from "../tour/e2e/headset.ts";
import type { Bitmap } from "../tour/e2e/png.ts";
import { agencyAtWork } from "./agency.ts";
import { AGENT, act, announced, PUBLISHER, REVIEWER, type Site } from "./people.ts";
import { hasBinary, keepShot, newPage, type Server, shot } from "./server.ts";
import { forTwoEyes } from "./turn.ts";

/** Mean of all colours in an eye, 0 to 255. */
function brightness(seen: Bitmap, eye: 0 | 1): number {
  let [sum, count] = [0, 0];
  for (let y = 5; y < EYE.height; y += 13)
    for (let x = 5; x < EYE.width; x += 13) {
      for (const one of seen.at(eye * EYE.width + x, y).slice(0, 3)) sum += one;
      count += 3;
    }
  return sum / count;
}

describe.skipIf(!hasBinary)("a picture for two eyes", () => {
  let server: Server;
  let browser: Browser;
  let page: Page;
  let site: Site;

  beforeAll(async () => {
    ({ server, browser, page, site } = await agencyAtWork([1440, 900]));
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("is recognised, and becomes one scene that is handed in", async () => {
    await page.goto(`${server.url}/console/listings/${site.listing}/media`);
    await page.setInputFiles("input[type=file]:not([webkitdirectory])", [
      { name: "客厅.png", mimeType: "image/png", buffer: forTwoEyes(5) },
    ]);
    await page.getByText("上传结束：成功 1 个").waitFor();
    await page.getByText("头显中左右眼各看一幅").waitFor();
    expect(await page.locator(".asset select").inputValue()).toBe("stereo_top_bottom");
    // The right eye's tiles come after the left one's.
    await page.waitForFunction(async () => {
      const answer = await fetch("/api/v1/jobs");
      const { items } = (await answer.json()) as { items: { kind: string; state: string }[] };
      const tiles = items.filter(({ kind }) => kind === "tile");
      return tiles.length === 2 && tiles.every(({ state }) => state === "done");
    });
    await shot(page, "stereo-media");
    await page.goto(`${server.url}/console/listings/${site.listing}/studio`);
    await page.getByRole("button", { name: "添加场景" }).first().click();
    await page.locator(".pick").waitFor();
    expect(await page.locator(".pick").count()).toBe(1);
    await page.getByRole("button", { name: "全选" }).click();
    await page.getByRole("button", { name: /添加 1 个场景/ }).click();
    await page.locator("[data-save=saved]").waitFor();
    await act(server, AGENT, `listings/${site.listing}/tour/submit`, {});
  });

  it("is seen in a headset with both eyes, and without one as the left eye sees it", async () => {
    const tour = `listings/${site.listing}/tour`;
    await act(server, REVIEWER, `${tour}/approve`, {});
    await act(server, PUBLISHER, `${tour}/publish`, {});
    await announced(server, site);
    const { page: bidder, complaints } = await newPage(browser, 1280, 720);
    await putOn(bidder);
    await bidder.goto(`${server.url}/tour/${site.listing}`);
    await bidder.getByRole("button", { name: "用 VR 头显观看" }).click();
    await bidder.waitForFunction(() => window.headset.frames > 0);
    await expect
      .poll(async () => {
        const seen = await eyes(bidder);
        return brightness(seen, 1) / brightness(seen, 0);
      })
      .toBeLessThan(0.6);
    await frames(bidder, 20);
    const seen = await eyes(bidder);
    keepShot("stereo-headset", pngOf(seen));
    expect(brightness(seen, 1) / brightness(seen, 0)).toBeGreaterThan(0.4);
    await bidder.evaluate(() => window.headset.end());
    expect(complaints).toEqual([]);
    await bidder.close();
  });
});

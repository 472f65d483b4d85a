/** The court's mark over the tripod: chosen and taken away by the court, asked for by who makes a set. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { png } from "../tour/e2e/png.ts";
import { startBrowser } from "./chromium.ts";
import { narrow } from "./narrow.ts";
import { ADMIN, AGENT, siteWithListing } from "./people.ts";
import { hasBinary, newPage, type Server, shot, signIn, startServer } from "./server.ts";
import { turnAround } from "./turn.ts";

describe.skipIf(!hasBinary)("the court's mark", () => {
  let server: Server;
  let browser: Browser;
  let listing: string;
  let complaints: string[];
  const opened = async (who: { login: string; password: string }, width?: number): Promise<Page> => {
    const { page, complaints: said } = await newPage(browser, width);
    complaints = said;
    await signIn(page, server.url, who.login, who.password);
    return page;
  };

  beforeAll(async () => {
    server = await startServer();
    browser = await startBrowser();
    ({ listing } = await siteWithListing(server));
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("is chosen by the court, shown, and taken away", async () => {
    const page = await opened(ADMIN);
    await page.goto(`${server.url}/console/courts`);
    await page.locator("table .link").first().click();
    const mark = page.getByRole("group", { name: "三脚架处的标志" });
    await mark.getByText("现用通用标志。").waitFor();
    const picture = { mimeType: "image/png" };
    // What is too large is refused before anything is sent.
    let sent = 0;
    page.on("request", (request) => {
      if (request.method() === "PUT") sent += 1;
    });
    await mark.locator("input").setInputFiles({ ...picture, name: "large.png", buffer: Buffer.alloc(256 * 1024 + 1) });
    await mark.getByText("标志须为 PNG，不超过 256 KiB").waitFor();
    expect(sent).toBe(0);
    await mark.locator("input").setInputFiles({ ...picture, name: "tiny.png", buffer: drawn(8) });
    await expect.poll(() => sent).toBe(1);
    await mark.getByRole("alert").waitFor();
    expect(await mark.locator("img").count()).toBe(0);
    await mark.locator("input").setInputFiles({ ...picture, name: "court.png", buffer: drawn(128) });
    await mark.locator("img").waitFor();
    await shot(page, "nadir-mark-court");
    await narrow(page, "nadir-mark-court", "fieldset:has(input[type=file])");
    await mark.getByRole("button", { name: "改用通用标志" }).click();
    await mark.getByText("现用通用标志。").waitFor();
    expect(complaints).toEqual([]);
  });

  it("is asked for in the dialog of a set, on a phone too", async () => {
    const page = await opened(AGENT, 390);
    await page.goto(`${server.url}/console/listings/${listing}/media`);
    const photos = turnAround(4).map((buffer, index) => ({ name: `p${index}.png`, mimeType: "image/png", buffer }));
    await page.setInputFiles("input[type=file]:not([webkitdirectory])", photos);
    await page.locator(".proposal").getByRole("button", { name: "拼成全景图" }).click();
    const dialog = page.getByRole("dialog");
    expect(await dialog.getByLabel("标志的范围").count()).toBe(0);
    await dialog.getByLabel("正下方（三脚架处）").selectOption("mark");
    await dialog.getByLabel("标志的范围").fill("12");
    await dialog.getByLabel("镜头").selectOption("fisheye");
    await dialog.getByLabel("水平视角").fill("190");
    await shot(page, "nadir-mark-set");
    let sent: unknown;
    await page.route(`**/listings/${listing}/sets`, (route) => {
      if (route.request().method() === "POST") sent = route.request().postDataJSON();
      return route.request().method() === "POST" ? route.abort() : route.continue();
    });
    await dialog.getByLabel("房间").fill("客厅");
    await dialog.getByRole("button", { name: "拼成全景图" }).click();
    await dialog.getByRole("alert").waitFor();
    const { settings } = sent as { settings: object };
    expect(settings).toMatchObject({ lens: "fisheye:190", nadir: "mark", nadir_degrees: 12 });
  });
});

/** A square of one colour. */
function drawn(side: number): Buffer {
  return png(side, side, () => 0x961e28);
}

/** The largest tour that may be, with titles that are scripts: refused where it is too much, usable where it is not, and nothing runs. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { agencyAtWork } from "./agency.ts";
import { AGENT, act, announced, PUBLISHER, REVIEWER, type Site } from "./people.ts";
import { hasBinary, newPage, panoramasOf, type Server, shot, signIn } from "./server.ts";
import { wholeSphere } from "./turn.ts";

const EVIL = [
  "<script>window.hacked=1</script>",
  "<img src=x onerror=window.hacked=1>",
  '"><svg onload=window.hacked=1>',
];

describe.skipIf(!hasBinary)("the largest tour", () => {
  let server: Server;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  let site: Site;
  let panorama: string;
  const ids = Array.from({ length: 200 }, () => crypto.randomUUID());

  beforeAll(async () => {
    ({ server, browser, page, complaints, site } = await agencyAtWork());
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const scene = (id: string, index: number, rest: object = {}) => ({
    id,
    panorama,
    title: EVIL[index % 3]?.replace("1", String(index)),
    initial_view: { yaw: 0, pitch: 0, hfov: 90 },
    links: [{ target: ids[(index + 1) % ids.length], yaw: 10, pitch: -10 }],
    ...rest,
  });
  const hotspots = Array.from({ length: 1000 }, (_, index) => ({
    id: crypto.randomUUID(),
    kind: "information",
    title: EVIL[index % 3],
    text: EVIL[(index + 1) % 3],
    yaw: ((index * 37) % 360) - 180,
    pitch: ((index * 13) % 160) - 80,
    pictures: [],
  }));
  const save = async (scenes: object[], version: number): Promise<{ status: number; text: string }> => {
    const session = (await (await page.request.get(`${server.url}/api/v1/session`)).json()) as { csrf: string };
    const answer = await page.request.put(`${server.url}/api/v1/listings/${site.listing}/tour`, {
      headers: { "X-CSRF-Token": session.csrf, "If-Match": `"${version}"` },
      data: { start: ids[0], scenes },
    });
    return { status: answer.status(), text: await answer.text() };
  };
  const hacked = (on: Page) => on.evaluate(() => (window as unknown as { hacked?: number }).hacked);

  it("begins with one picture, of an evil name", async () => {
    await page.goto(`${server.url}/console/listings/${site.listing}/media`);
    await page.setInputFiles("input[type=file]:not([webkitdirectory])", [
      { name: `${EVIL[1]}.png`, mimeType: "image/png", buffer: wholeSphere(5) },
    ]);
    const made = () => panoramasOf<{ id: string }>(page, server.url, site.listing);
    await expect.poll(async () => (await made()).length, { timeout: 120_000 }).toBe(1);
    panorama = (await made())[0]?.id as string;
  });

  it("is taken whole; one scene more, and a way to a scene that is gone, are refused in words", async () => {
    const whole = ids.map((id, index) => scene(id, index, index === 0 ? { hotspots } : {}));
    const more = await save([...whole, scene(crypto.randomUUID(), 200)], 0);
    expect([more.status, /at most 200 scenes|最多/.test(more.text)]).toEqual([422, true]);
    const gone = await save(whole.slice(0, 199), 0);
    expect([gone.status, gone.text.includes(ids[199] ?? "")]).toEqual([422, true]);
    const taken = await save(whole, 0);
    expect(taken.status, taken.text).toBe(200);
  });

  it("opens in the studio, where it can be worked on", async () => {
    await page.goto(`${server.url}/console/listings/${site.listing}/studio`);
    await page.locator("[data-testid=preview] canvas").waitFor();
    expect(await page.locator(".scene").count()).toBe(200);
    expect(await page.locator("[data-spot]").count()).toBe(1000);
    await page.locator(".scene-main").nth(150).click();
    await page.locator(".scene.chosen", { hasText: "150" }).waitFor();
    await page.locator(".inspector").getByLabel("场景名称").fill("最后一间");
    await page.locator("[data-save=saved]").waitFor();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await shot(page, "bad-input-studio");
    expect(await hacked(page)).toBeUndefined();
    expect(complaints).toEqual([]);
  });

  it("is reviewed and published, and walked through by bidders; nothing in it runs", async () => {
    await act(server, AGENT, `listings/${site.listing}/tour/submit`, {});
    const { page: court, complaints: said } = await newPage(browser);
    await signIn(court, server.url, REVIEWER.login, REVIEWER.password);
    await court.goto(`${server.url}/console/listings/${site.listing}/review`);
    await court.locator(".review canvas").waitFor();
    expect(await court.locator(".review-scene").count()).toBe(200);
    expect(await hacked(court)).toBeUndefined();
    expect(said).toEqual([]);
    await court.context().close();
    await act(server, REVIEWER, `listings/${site.listing}/tour/approve`, {});
    await act(server, PUBLISHER, `listings/${site.listing}/tour/publish`, {});
    await announced(server, site);
    const { page: bidder, complaints: heard } = await newPage(browser, 390, 844);
    const answer = await bidder.goto(`${server.url}/tour/${site.listing}`);
    const policy = answer?.headers()["content-security-policy"] ?? "";
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toContain("unsafe-inline");
    await bidder.locator(".kf-proof-tool[data-proof=signed]").waitFor();
    // Few of a thousand notes are in the page at a time.
    await expect.poll(() => bidder.locator(".kf-spot").count(), { timeout: 60_000 }).toBeGreaterThan(5);
    expect(await bidder.locator(".kf-spot").count()).toBeLessThan(400);
    await bidder.evaluate((id) => window.kanfangTour?.go(id ?? ""), ids[150]);
    await expect.poll(() => bidder.locator(".kf-title").textContent(), { timeout: 60_000 }).toContain("最后一间");
    await shot(bidder, "bad-input-viewer");
    expect(await hacked(bidder)).toBeUndefined();
    expect(heard).toEqual([]);
    await bidder.context().close();
  });
});

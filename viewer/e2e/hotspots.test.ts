/** A tour with hotspots from the studio to the public: placed, filled in, moved, undone, linked by doors, reviewed, published. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { agencyAtWork } from "./agency.ts";
import { AGENT, act, lookAtAll, PUBLISHER, REVIEWER } from "./people.ts";
import { hasBinary, newPage, type Server, shot, signIn } from "./server.ts";
import { turnAround, wholeSphere } from "./turn.ts";

interface Saved {
  version: number;
  document: {
    scenes: { id: string; title: string; links: { target: string }[]; hotspots?: Record<string, unknown>[] }[];
  };
}

describe.skipIf(!hasBinary)("hotspots in the studio", () => {
  let server: Server;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  let listing: string;

  beforeAll(async () => {
    const made = await agencyAtWork();
    ({ server, browser, page, complaints } = made);
    listing = made.site.listing;
    await page.setViewportSize({ width: 1440, height: 900 });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const saved = async (): Promise<Saved> => {
    await page.locator("[data-save=saved]").waitFor();
    return (await page.request.get(`${server.url}/api/v1/listings/${listing}/tour`)).json();
  };
  const hotspots = async () => (await saved()).document.scenes[0]?.hotspots ?? [];
  /** Middle of the picture, moved by parts of its width and height. */
  const point = async (right: number, down: number) => {
    const box = await page.getByTestId("preview").boundingBox();
    if (!box) throw new Error("no picture");
    return { x: box.x + box.width * (0.5 + right), y: box.y + box.height * (0.5 + down) };
  };
  const press = async (right: number, down: number) => {
    const { x, y } = await point(right, down);
    await page.mouse.click(x, y);
  };
  const tool = () => page.locator(".inspector");
  const add = async (kind: string) => {
    await tool().getByLabel("标注类型").selectOption({ label: kind });
    await tool().getByRole("button", { name: "添加", exact: true }).click();
  };

  it("begins with two panoramas and a close-up", async () => {
    await page.goto(`${server.url}/console/listings/${listing}/media`);
    const [photo] = turnAround(1, 640, 480);
    await page.setInputFiles("input[type=file]:not([webkitdirectory])", [
      { name: "客厅.png", mimeType: "image/png", buffer: wholeSphere(5) },
      { name: "卧室.png", mimeType: "image/png", buffer: wholeSphere(6) },
      { name: "水渍.png", mimeType: "image/png", buffer: photo as Buffer },
    ]);
    await page.getByText("上传结束：成功 3 个").waitFor();
    const ready = async (path: string, count: number) => {
      for (let turn = 0; turn < 240; turn += 1) {
        const answer = await page.request.get(`${server.url}/api/v1/listings/${listing}/${path}`);
        const { items } = (await answer.json()) as { items: { state?: string; id: string }[] };
        if (items.filter((one) => (one.state ?? "ready") === "ready").length >= count) return;
        await page.waitForTimeout(500);
      }
      throw new Error(`${path}: not ready`);
    };
    await ready("assets", 3);
    await ready("panoramas", 2);
    await page.goto(`${server.url}/console/listings/${listing}/studio`);
    await page.getByRole("button", { name: "添加场景" }).first().click();
    await page.getByRole("button", { name: "全选" }).click();
    await page.getByRole("button", { name: /添加 2 个场景/ }).click();
    await page.locator("[data-testid=preview] canvas").waitFor();
    expect((await saved()).document.scenes).toHaveLength(2);
  });

  it("links two rooms by clicking the door in both pictures", async () => {
    const { scenes } = (await saved()).document;
    const [here, there] = scenes.map(({ title }) => title);
    await tool().getByRole("button", { name: "放置箭头" }).click();
    await press(0.1, 0.05);
    // The other room is shown, and its door back is asked for.
    await page.locator(".scene.chosen", { hasText: there as string }).waitFor();
    await page.locator(".stage-note", { hasText: here as string }).waitFor();
    await page.locator("[data-testid=preview] canvas").waitFor();
    await page.waitForTimeout(800);
    await press(-0.1, 0.05);
    await page.locator("[data-link]").first().waitFor();
    const links = (await saved()).document.scenes.map((scene) => scene.links.map(({ target }) => target));
    expect(links).toEqual([[scenes[1]?.id], [scenes[0]?.id]]);
    await page.locator(".scene-main").first().click();
    await page.waitForTimeout(800);
  });

  it("places a defect by a click, with its close-up and the announcement's sentence", async () => {
    await add("瑕疵");
    await page.getByText("请在画面中点击瑕疵所在").waitFor();
    await press(-0.2, -0.1);
    await tool().getByText("尚未保存").waitFor();
    await tool().getByLabel("所见情况").fill("墙面有水渍");
    await tool().getByLabel("从公告中选取").selectOption({ index: 1 });
    await tool().getByText("没有近照").waitFor();
    await tool().getByRole("button", { name: "选择图片" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("水渍.png").waitFor();
    expect(await dialog.getByRole("checkbox").count(), "panoramas are no close-ups").toBe(1);
    await dialog.getByRole("checkbox").check();
    await shot(page, "studio-pictures");
    await dialog.getByRole("button", { name: "完成" }).click();
    const [defect] = await hotspots();
    expect(defect).toMatchObject({
      kind: "defect",
      text: "墙面有水渍",
      announcement: "次卧：东北角墙面有水渍，成因未查明。",
    });
    expect(defect?.pictures).toHaveLength(1);
    expect(Number(defect?.yaw)).toBeLessThan(0);
    expect(Number(defect?.pitch)).toBeGreaterThan(0);
  });

  it("moves it by dragging and by keyboard, takes that back and does it again", async () => {
    const [before] = await hotspots();
    const pin = page.locator(".marker.spot");
    const box = (await pin.boundingBox()) as { x: number; y: number };
    await page.mouse.move(box.x + 17, box.y + 17);
    await page.mouse.down();
    await page.mouse.move(box.x + 90, box.y + 30, { steps: 4 });
    await page.mouse.up();
    await page.waitForFunction(() => document.querySelector("[data-save]")?.getAttribute("data-save") !== "saved");
    const [dragged] = await hotspots();
    expect(Number(dragged?.yaw)).toBeGreaterThan(Number(before?.yaw) + 2);
    await page.locator("button[title='Ctrl+Z']").click();
    await page.waitForTimeout(100);
    expect((await hotspots())[0]?.yaw).toBe(before?.yaw);
    await page.getByRole("button", { name: "恢复操作" }).click();
    await page.waitForTimeout(100);
    expect((await hotspots())[0]?.yaw).toBe(dragged?.yaw);
    await pin.focus();
    await page.keyboard.press("ArrowRight");
    await page.waitForTimeout(100);
    expect(Number((await hotspots())[0]?.yaw)).toBeCloseTo(Number(dragged?.yaw) + 1, 1);
  });

  it("takes the other kinds too, each when it is whole", async () => {
    await add("说明");
    await page.getByRole("button", { name: "放在画面中央" }).press("Enter");
    await tool().getByLabel("标题").fill("分户门");
    await add("测量线");
    await page.getByText("请点击线段的一端").waitFor();
    await press(-0.15, 0.3);
    await page.getByText("请再点击另一端").waitFor();
    await press(0.15, 0.3);
    await tool().getByLabel("来源").selectOption("floor");
    await tool().getByText("结果为").waitFor();
    await tool().getByLabel("相机高度").fill("1.6");
    await add("直播看样");
    await press(0.2, -0.2);
    await tool().getByLabel("标题").fill("直播看样");
    await tool().getByLabel("网址").fill("http://live.example.cn");
    await tool().getByText("请填写以 https:// 开头的网址").waitFor();
    await tool().getByLabel("网址").fill("https://live.example.cn/1");
    await tool().getByLabel("开始时间").fill("2026-10-08T10:00");
    await add("瑕疵");
    await press(0.3, 0.1);
    await tool().getByLabel("所见情况").fill("地砖开裂");
    await page.waitForTimeout(100);
    const all = await hotspots();
    expect(all.map(({ kind }) => kind)).toEqual(["defect", "information", "measure", "portal", "defect"]);
    expect(all[2]).toMatchObject({ method: "floor", camera_height: 1.6 });
    expect(all[3]).toMatchObject({ starts_at: "2026-10-08T02:00:00Z", time_zone: "Asia/Shanghai" });
    for (const [width, height] of [
      [1440, 900],
      [1280, 720],
      [390, 844],
    ] as const) {
      // biome-ignore format: one list
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(400);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow, `at ${width}`).toBeLessThanOrEqual(0);
      await shot(page, `studio-hotspots-${width}`);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it("shows that somebody else has changed the tour, and takes theirs", async () => {
    const { version, document } = await saved();
    const csrf = ((await (await page.request.get(`${server.url}/api/v1/session`)).json()) as { csrf: string }).csrf;
    const others = {
      ...document,
      scenes: document.scenes.map((scene, at) => (at ? scene : { ...scene, title: "前厅" })),
    };
    const answer = await page.request.put(`${server.url}/api/v1/listings/${listing}/tour`, {
      headers: { "X-CSRF-Token": csrf, "If-Match": `"${version}"` },
      data: others,
    });
    expect(answer.status()).toBe(200);
    await tool().getByLabel("场景名称").fill("大厅");
    await page.getByRole("alert").waitFor();
    await page.getByRole("button", { name: "采用他人的版本" }).click();
    await page.locator(".scene-title", { hasText: "前厅" }).waitFor();
    expect((await saved()).document.scenes[0]?.title).toBe("前厅");
  });

  it("is told of defects without a close-up on submitting, and so is the court", async () => {
    await page.getByRole("button", { name: "提交审核" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("瑕疵没有近照").waitFor();
    await dialog.getByRole("button", { name: "提交审核" }).click();
    await page.getByText("漫游已提交，审核期间不能修改。").waitFor();
    const { page: court, complaints: said } = await newPage(browser);
    await court.setViewportSize({ width: 1440, height: 900 });
    await signIn(court, server.url, REVIEWER.login, REVIEWER.password);
    await court.goto(`${server.url}/console/listings/${listing}/review`);
    const marks = court.getByTestId("marks");
    await marks.getByText("没有近照的瑕疵：1 处").waitFor();
    expect(await marks.getByRole("button").count()).toBe(5);
    await court.getByTestId("changes").getByText("此前没有发布过").waitFor();
    // A press shows it in the picture, where its pin opens its sheet.
    await marks.getByRole("button", { name: /墙面有水渍/ }).click();
    await court.locator(".kf-spot-defect:not(.kf-away)").first().waitFor();
    await court.waitForTimeout(600);
    await shot(court, "review-hotspots");
    await court.getByRole("button", { name: "瑕疵 墙面有水渍" }).click();
    const picture = court.locator(".kf-spot-picture img");
    await picture.waitFor();
    await court.waitForFunction(
      () => (document.querySelector<HTMLImageElement>(".kf-spot-picture img")?.naturalWidth ?? 0) > 100,
    );
    await shot(court, "review-sheet");
    expect(said).toEqual([]);
    await court.close();
  });

  it("reaches the public, and a later change is named on the review desk", async () => {
    const tour = `listings/${listing}/tour`;
    await lookAtAll(server, listing);
    await act(server, REVIEWER, `${tour}/approve`, {});
    const { version } = await act<{ version: string }>(server, PUBLISHER, `${tour}/publish`, {});
    const shown = await (await fetch(`${server.url}/t/${version}/tour.json`)).json();
    const [defect] = shown.scenes[0].hotspots;
    const photo = await fetch(`${server.url}${defect.pictures[0]}`);
    expect([photo.status, photo.headers.get("content-type")]).toEqual([200, "image/jpeg"]);
    await page.goto(`${server.url}/console/listings/${listing}/studio`);
    await tool().getByRole("button", { name: "移除标注“分户门”" }).click();
    await tool().getByRole("button", { name: "墙面有水渍", exact: true }).click();
    await tool().getByLabel("所见情况").fill("墙面有大片水渍");
    await page.waitForTimeout(100);
    await saved();
    await act(server, AGENT, `${tour}/submit`, {});
    const { page: court } = await newPage(browser);
    await court.setViewportSize({ width: 1440, height: 900 });
    await signIn(court, server.url, REVIEWER.login, REVIEWER.password);
    await court.goto(`${server.url}/console/listings/${listing}/review`);
    const changes = court.getByTestId("changes");
    await changes.getByText("与第 1 版比较").waitFor();
    const lines = (await changes.locator("ul ul li").allTextContents()).map((line) => line.trim());
    expect(lines).toEqual(["修改 瑕疵 墙面有大片水渍", "移除 说明 分户门"]);
    await changes.scrollIntoViewIfNeeded();
    await shot(court, "review-changes");
    await court.close();
    expect(complaints).toEqual([]);
  });
});

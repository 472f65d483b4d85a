/** What is hidden is told in words: of panoramas, of the other day, of photos and of the plan; how many, not what. */
import { describe, expect, it } from "vitest";
import { violations } from "../../e2e/accessible.ts";
import { shot } from "../../e2e/server.ts";
import { sharp, visit } from "./browser.ts";
import { browser, PHONE, server, WIDE } from "./site.ts";

const PICTURES = ["/t/v/picture/1.jpg", "/t/v/picture/2.jpg"];
const STAIN = { id: "stain", kind: "defect", yaw: 8, pitch: 0, text: "墙面水渍", pictures: PICTURES, masked: [0, 3] };

const open = async (options: object, prepare?: Parameters<typeof visit>[3]) => {
  server.edit = (tour) => {
    const [room, other] = tour.scenes;
    const before = { ...other.panorama, masked: [[1, 2, 3]] };
    room.panorama.masked = [[10, 0, 4], [-120, 5, 2]]; // biome-ignore format: two places
    room.otherDay = { capturedAt: "2024-05-06", yawOffset: 25, panorama: before };
    room.hotspots = [STAIN];
    tour.plan.picture = { address: "/t/v/picture/3.jpg", middle: [6, 2], size: [12, 4], turn: 0, masked: 1 };
    return tour;
  };
  return visit(browser, `${server.origin}/page`, options, prepare);
};

describe("masks in words", () => {
  it("are in the description of the scene, and below the plan", async () => {
    const { page, problems, close } = await open(WIDE);
    await sharp(page);
    await page.locator(".kf-plan-note").getByText("图中有 1 处隐私遮挡，公开前均由法院核对。").waitFor();
    await page.getByRole("button", { name: "场景说明" }).click();
    const facts = page.locator(".kf-about dl").first();
    const said = await facts.evaluate((list) =>
      [...list.children]
        .map((node) => node.textContent)
        .filter((_, at, all) => all[at - (at % 2)]?.includes("隐私遮挡")),
    );
    expect(said).toEqual([
      ...["隐私遮挡", "2 处，公开前均由法院核对"],
      ...["另一日期的隐私遮挡", "1 处，公开前均由法院核对"],
      ...["平面图中的隐私遮挡", "1 处，公开前均由法院核对"],
    ]);
    await shot(page, "masked-about-1440");
    // The list of notes below has names that differ from what is seen in it; that is not what is looked at here.
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "平面图", exact: true }).click();
    expect(await page.locator(".kf-plan-note").isVisible(), "it goes with the plan").toBe(false);
    expect(problems).toEqual([]);
    await close();
  });

  it.each([
    [390, PHONE],
    [1440, WIDE],
  ])("stand on the photos of a note, and in their names, at %i", async (width, options) => {
    const { page, problems, close } = await open(options);
    await sharp(page);
    await page.locator("[data-spot=stain]").click();
    await page.locator(".kf-sheet .kf-spot-picture img[src]").nth(1).waitFor();
    const photos = page.locator(".kf-sheet .kf-spot-picture");
    expect(await photos.locator("img").evaluateAll((all) => all.map((one) => one.getAttribute("alt")))).toEqual([
      "墙面水渍，第 1 张，共 2 张",
      "墙面水渍，第 2 张，共 2 张，3 处隐私遮挡",
    ]);
    expect(await photos.nth(0).locator(".kf-picture-masked").count()).toBe(0);
    expect(await photos.nth(1).locator(".kf-picture-masked").textContent()).toBe("3 处隐私遮挡");
    await page.getByText("图片中的马赛克是隐私遮挡，公开前均由法院核对。").waitFor();
    await page.waitForTimeout(300);
    await shot(page, `masked-photo-${width}`);
    expect(await violations(page)).toEqual([]);
    await photos.nth(1).click();
    await page.getByRole("dialog", { name: /3 处隐私遮挡/ }).waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  it("are below the strip of photographs without WebGL", async () => {
    const { page, close } = await open(PHONE, (page) =>
      page.addInitScript(() => {
        HTMLCanvasElement.prototype.getContext = () => null;
      }),
    );
    await page.waitForSelector(".kf-stills img");
    const room = page.locator(".kf-stills section").first();
    const words = "此场景的画面有 2 处隐私遮挡，公开前均由法院核对。";
    await room.getByText(words).waitFor();
    expect(await page.locator(".kf-stills section").nth(1).textContent()).not.toContain(words);
    await room.locator(".kf-stills-note").scrollIntoViewIfNeeded();
    await shot(page, "masked-stills-390");
    await close();
  });
});

/** A page that is read from the right: what points into the picture still does, and words run their own way. */
import { describe, expect, it } from "vitest";
import { shot } from "../../e2e/server.ts";
import { directionOf } from "../src/geometry/cube.ts";
import { cameraOf, toScreen } from "../src/geometry/view.ts";
import { look, sharp, viewOf, visit } from "./browser.ts";
import { browser, CALM, PHONE, server } from "./site.ts";

const NOTES = [
  { id: "door", kind: "information", yaw: 10, pitch: 4, title: "ئىشىك", text: "پولات ئىشىك، ئۈچ ئاچقۇچ (3)." },
  { id: "wide", kind: "measure", yaw: -20, pitch: -15, to: { yaw: 15, pitch: -15 }, title: "净宽", length: 2.84, error: 0.02, method: "laser" }, // biome-ignore format: one hotspot
];

describe("a page from right to left", () => {
  it.each([
    ["desk", { ...CALM, viewport: { width: 1280, height: 720 } }],
    ["phone", PHONE],
  ] as const)("keeps pins and lines where they point, and all within the window, on a %s", async (name, options) => {
    server.edit = (tour) => {
      tour.scenes[0].hotspots = NOTES;
      return tour;
    };
    const { page, problems, close } = await visit(browser, `${server.origin}/page`, options, (page) =>
      page.addInitScript(() => {
        document.addEventListener("readystatechange", () => document.documentElement.setAttribute("dir", "rtl"));
      }),
    );
    await sharp(page);
    await page.waitForSelector("[data-spot=door]");
    await look(page, { yaw: 5, pitch: -4 });
    await page.waitForTimeout(300);
    expect(await page.getAttribute("html", "dir")).toBe("rtl");
    const { width, height } = options.viewport;
    const camera = cameraOf(await viewOf(page), { width, height });
    const tip = toScreen(camera, directionOf(10, 4)) as { x: number; y: number };
    const pin = await page.locator("[data-spot=door]").boundingBox();
    expect((pin?.x ?? 0) + (pin?.width ?? 0) / 2).toBeCloseTo(tip.x, 0);
    expect((pin?.y ?? 0) + (pin?.height ?? 0)).toBeCloseTo(tip.y, 0);
    const from = toScreen(camera, directionOf(-20, -15)) as { x: number; y: number };
    expect((await page.locator(".kf-line").first().getAttribute("d"))?.startsWith(`M${from.x.toFixed(1)} ${from.y.toFixed(1)}`)).toBe(true); // biome-ignore format: short
    const link = toScreen(camera, directionOf(20, 0)) as { x: number };
    const arrow = await page.locator(".kf-hotspot:not(.kf-away)").first().boundingBox();
    expect(Math.abs((arrow?.x ?? 0) + (arrow?.width ?? 0) / 2 - link.x)).toBeLessThan(40);
    await shot(page, `viewer-rtl-${name}`);
    const out = await page.evaluate(() =>
      [...document.querySelectorAll(".kf-overlay *")]
        .filter((node) => {
          const { left, right, width } = node.getBoundingClientRect();
          return (
            width > 0 &&
            !node.closest(".kf-away, .kf-spot, .kf-hotspot, [hidden], svg") &&
            (left < -1 || right > innerWidth + 1)
          );
        })
        .map((node) => node.className),
    );
    expect(out).toEqual([]);
    await page.locator("[data-spot=door]").click();
    const note = page.getByRole("dialog").first();
    await note.waitFor();
    // A length is read "2.84 m", and a note in Uyghur ends on its left.
    const runs = (selector: string) =>
      page.evaluate((wanted) => {
        const style = getComputedStyle(document.querySelector(wanted) as Element);
        return [style.direction, style.unicodeBidi];
      }, selector);
    expect(await runs(".kf-spot-measure .kf-spot-name")).toEqual(["ltr", "plaintext"]);
    expect(await runs(".kf-sheet:not([hidden]) p")).toEqual(["ltr", "plaintext"]);
    await page.waitForTimeout(500);
    await shot(page, `viewer-rtl-note-${name}`);
    expect(problems).toEqual([]);
    await close();
  });
});

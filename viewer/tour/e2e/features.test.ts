/** What a tour can do beyond being looked at: link, plan, description, auto-tour, wide views, sizes of type, foreign pages. */
import type { Frame, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { cameraOf, fromScreen } from "../src/geometry/view.ts";
import { look, picture, SIZE, sharp, viewOf, visit } from "./browser.ts";
import { colourOf } from "./pattern.ts";
import { browser, CALM, server } from "./site.ts";

const WIDE = { viewport: { width: 1000, height: 640 } };

/** Opens the page and waits until what is loaded later is there too. */
const open = async (path: string, options = {}, prepare?: (page: Page) => Promise<unknown>) => {
  const visited = await visit(browser, `${server.origin}${path}`, options, prepare);
  await sharp(visited.page);
  await visited.page.waitForSelector(".kf-scenes-toggle");
  return visited;
};

describe("a view can be shared", () => {
  it("as a link that opens exactly it", async () => {
    const { page, problems, close } = await open("/page", {
      ...CALM,
      permissions: ["clipboard-read", "clipboard-write"],
    });
    await look(page, { yaw: 33, pitch: -12, hfov: 61 });
    await page.getByRole("button", { name: "分享当前画面" }).click();
    await page.getByText("链接已复制").waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link).toBe(`${server.origin}/page#scene=s0&yaw=33&pitch=-12&hfov=61`);
    await page.goto("about:blank");
    await page.goto(link);
    await sharp(page);
    expect(await viewOf(page)).toEqual({ yaw: 33, pitch: -12, hfov: 61 });
    expect(problems).toEqual([]);
    await close();
  });
});

describe("the page brings along", () => {
  it("the document and the first preview: the first requests are for tiles", async () => {
    const { page, problems, close } = await open("/inline", CALM);
    expect(server.requests[0]).toMatch(/\/s0\/\d\//);
    expect(server.requests.filter((path) => path.endsWith("s0/preview.jpg"))).toEqual([]);
    const fetched = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
    expect(fetched.filter((name) => name.endsWith("tour.json"))).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });

  it("titles that are text, whatever they look like", async () => {
    server.edit = (tour) => {
      tour.title = '</script><img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
      tour.scenes[0].title = "<img src=x onerror=window.hacked=1>";
      tour.scenes[0].links[0].title = "<b>x</b>";
      tour.plan.rooms[0].title = "<script>window.hacked=1</script>";
      return tour;
    };
    const { page, problems, close } = await open("/inline", CALM);
    expect(await page.textContent(".kf-title")).toBe("<img src=x onerror=window.hacked=1>");
    expect(await page.locator(".kf-tour img, .kf-tour b, .kf-tour script").count()).toBe(0);
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
    expect(problems).toEqual([]);
    await close();
  });
});

describe("the floor plan", () => {
  it("shows where one stands and looks, and leads to other rooms", async () => {
    const { page, close } = await open("/page", { ...CALM, ...WIDE });
    await page.getByRole("navigation", { name: "平面图" }).waitFor();
    if (!(await page.isVisible(".kf-plan-sheet"))) await page.click(".kf-plan-toggle");
    // North of the scenes is at yaw 30: looking there the cone opens upwards, its middle straight above the point.
    await look(page, { yaw: 30, pitch: 0, hfov: 60 });
    const numbers = async () =>
      (await page.getAttribute(".kf-plan-cone", "d"))?.match(/-?\d+(\.\d+)?/g)?.map(Number) ?? [];
    const [x, y, leftX, leftY] = (await numbers()) as [number, number, number, number];
    expect([x, y]).toEqual([1, 2]);
    const { hfov } = await viewOf(page);
    expect(Math.atan2(leftX - x, y - leftY)).toBeCloseTo((-hfov / 360) * Math.PI, 2);
    expect(await page.locator(".kf-plan-room.kf-here").count()).toBe(1);
    await page.getByRole("button", { name: "平面图：前往厨房" }).click();
    await page.waitForFunction(() => window.kanfangTour?.current()?.scene === "s2");
    expect(await page.locator(".kf-plan-point[aria-current]").getAttribute("aria-label")).toBe("平面图：前往厨房");
    await close();
  });

  it("that cannot be read is left out", async () => {
    server.edit = (tour) => ({
      ...tour,
      plan: {
        rooms: [
          {
            title: 3,
            outline: [
              [0, 0],
              ["a", 1],
              [2, 2],
            ],
          },
          null,
        ],
      },
    });
    const { page, problems, close } = await open("/page", CALM);
    expect(await page.locator(".kf-plan").count()).toBe(0);
    expect(problems).toEqual([]);
    await close();
  });
});

describe("the scene in words", () => {
  it("tells by keyboard alone where the ways lie, and leads there", async () => {
    const { page, close } = await open("/page", CALM);
    await page.getByRole("button", { name: "场景说明" }).focus();
    await page.keyboard.press("Enter");
    const about = page.getByRole("region", { name: "场景说明" });
    expect(await about.textContent()).toContain("主卧室（正前方）");
    expect(await about.textContent()).toContain("厨房（后方）");
    expect(await about.textContent()).toContain("西北");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => window.kanfangTour?.current()?.scene === "s2");
    await page.keyboard.press("Escape");
    expect(await about.isVisible()).toBe(false);
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("场景说明");
    await close();
  });
});

describe("the guided tour", () => {
  it("walks on by itself, also without motion, until the picture is touched", async () => {
    const { page, close } = await open("/page", CALM);
    await page.getByRole("button", { name: "自动漫游" }).click();
    expect(await page.textContent("[aria-live]")).toContain("自动漫游开始");
    await page.waitForFunction(() => window.kanfangTour?.current()?.scene === "s1");
    await page.mouse.click(300, 200);
    expect(await page.textContent("[aria-live]")).toContain("自动漫游已停止");
    expect(await page.getByRole("button", { name: "自动漫游" }).getAttribute("aria-pressed")).toBe("false");
    await close();
  });
});

describe("a wide view", () => {
  it("has the right colour everywhere and straight ahead of every face", async () => {
    const { page, close } = await open("/page", CALM);
    for (const [yaw, pitch, hfov] of [
      [0, 0, 120],
      [45, -35, 138],
      [170, 60, 130],
    ] as const) {
      // biome-ignore format: short
      await look(page, { yaw, pitch, hfov });
      const [shot, view] = [await picture(page), await viewOf(page)];
      expect(view.hfov).toBeCloseTo(hfov, 6);
      const camera = cameraOf(view, SIZE);
      let off = 0;
      let count = 0;
      for (let y = 2; y < SIZE.height; y += 5)
        for (let x = 2; x < SIZE.width; x += 5) {
          const seen = shot.at(x, y);
          const wanted = colourOf(fromScreen(camera, { x: x + 0.5, y: y + 0.5 }), 0);
          count++;
          if (Math.max(...seen.map((value, i) => Math.abs(value - (wanted[i] ?? 0)))) > 4) off++;
        }
      // White dots are a few per cent of the picture; a wrong projection would miss nearly everywhere.
      expect(off / count, `${yaw}, ${pitch}, ${hfov}`).toBeLessThan(0.06);
    }
    await close();
  });

  it("opens as a little planet when asked, and lands on the first view", async () => {
    // Watched from the first frame on: on a busy machine the opening is over before a test could ask.
    const { page, close } = await visit(browser, `${server.origin}/page?opening=planet`, {}, (page) =>
      page.addInitScript(() => {
        const seen = window as typeof window & { widest?: number };
        const watch = () => {
          seen.widest = Math.max(seen.widest ?? 0, window.kanfangTour?.current()?.view.hfov ?? 0);
          requestAnimationFrame(watch);
        };
        requestAnimationFrame(watch);
      }),
    );
    await page.waitForFunction(() => {
      const { widest } = window as typeof window & { widest?: number };
      return (widest ?? 0) > 150 && window.kanfangTour?.current()?.view.hfov === 90;
    });
    expect(await viewOf(page)).toEqual({ yaw: 0, pitch: 0, hfov: 90 });
    await close();
  });
});

describe("large type", () => {
  it("is larger, and nothing leaves the window", async () => {
    const { page, close } = await open("/large", { ...CALM, viewport: { width: 390, height: 844 } });
    const size = await page.evaluate(() =>
      Number.parseFloat(getComputedStyle(document.querySelector(".kf-title") as Element).fontSize),
    );
    expect(size).toBeGreaterThan(24);
    const out = await page.evaluate(
      () =>
        [...document.querySelectorAll(".kf-overlay button:not(.kf-hotspot), .kf-plate")].filter((node) => {
          const { left, right, width } = node.getBoundingClientRect();
          return width > 0 && (left < 0 || right > innerWidth);
        }).length,
    );
    expect(out).toBe(0);
    await close();
  });
});

describe("a foreign page", () => {
  it("shows the tour in its own element, moves it and hears of it", async () => {
    const { page, problems, close } = await visit(browser, `${server.origin}/host`, { ...CALM, locale: "en" }, (page) =>
      page.addInitScript(() => {
        const heard: unknown[] = [];
        Object.assign(window, { heard });
        for (const name of ["ready", "scene", "view", "error"])
          window.addEventListener(`kanfang-${name}`, (event) => heard.push([name, (event as CustomEvent).detail]));
      }),
    );
    const heard = (name: string) =>
      page.waitForFunction(
        (wanted) => (window as unknown as { heard: [string, object][] }).heard.find(([one]) => one === wanted)?.[1],
        name,
      );
    const ready = (await (await heard("ready")).jsonValue()) as {
      scenes: unknown[];
      scene: string;
      view: { yaw: number };
    };
    expect(ready.scenes).toHaveLength(3);
    expect([ready.scene, ready.view.yaw]).toEqual(["s1", 40]);
    await page.evaluate(() => document.querySelector("kanfang-tour")?.go("s2", { yaw: 12 }));
    expect(((await (await heard("scene")).jsonValue()) as { scene: string }).scene).toBe("s2");
    await page.evaluate(() => document.querySelector("kanfang-tour")?.go("nowhere"));
    expect(await (await heard("error")).jsonValue()).toMatchObject({ reason: "unknown-scene" });
    const frame = page.frames()[1] as Frame;
    expect((await frame.evaluate(() => window.kanfangTour?.current()?.view.yaw)) ?? 0).toBeCloseTo(12, 6);
    await page.evaluate(() => document.querySelector("kanfang-tour")?.setLanguage("en"));
    await frame.getByRole("button", { name: "Share this view" }).waitFor();
    expect(problems).toEqual([]);
    await close();
  });
});

describe("a neighbour", () => {
  it("is loaded coarsely once the view is sharp, and not at all under Save-Data", async () => {
    const ofOthers = () => server.requests.filter((path) => /\/s[12]\//.test(path));
    const first = await open("/page", CALM);
    await expect.poll(() => ofOthers().some((path) => /\/s1\/\d\//.test(path)), { timeout: 60_000 }).toBe(true);
    await first.close();
    server.calm();
    const second = await open("/page", CALM, (page) =>
      page.addInitScript(() => {
        Object.defineProperty(navigator, "connection", { value: { saveData: true, effectiveType: "4g" } });
      }),
    );
    await second.page.waitForTimeout(1500);
    expect(ofOthers()).toEqual([]);
    await second.close();
  });
});

describe("bad input", () => {
  it("a door to a scene that is gone is not there", async () => {
    server.edit = (tour) => ({ ...tour, scenes: tour.scenes.slice(0, 2) });
    const { page, close } = await open("/page", CALM);
    expect(await page.locator(".kf-hotspot").count()).toBe(1);
    await close();
  });

  it("a tile that is missing is told, and the rest is shown", async () => {
    server.mishap = (path) => (/\/s0\/3\/f0_0/.test(path) ? 404 : undefined);
    const { page, close } = await visit(browser, `${server.origin}/page`, CALM);
    await page.getByText("部分画面未能载入").waitFor();
    server.calm();
    await page.getByRole("button", { name: "重试" }).click();
    await sharp(page);
    expect(await page.getByText("部分画面未能载入").isVisible()).toBe(false);
    await close();
  });

  it("a document that is none is told in words", async () => {
    for (const wrong of [
      {},
      [],
      { format: "kanfang-tour", version: 9 },
      { format: "kanfang-tour", version: 1, scenes: [] },
    ]) {
      server.edit = () => wrong;
      const { page, problems, close } = await visit(browser, `${server.origin}/page`, CALM);
      await page.waitForSelector(".kf-card");
      expect(await page.textContent(".kf-card")).toContain("全景数据有误");
      expect(problems).toEqual([]);
      await close();
    }
  });

  it("a thousand doors in a scene and two hundred scenes still turn", async () => {
    server.edit = (tour) => {
      const scenes = Array.from({ length: 200 }, (_, i) => ({
        ...tour.scenes[i % 3],
        id: `n${i}`,
        title: `房间 ${i}`,
        links: [],
      }));
      scenes[0].links = Array.from({ length: 1000 }, (_, i) => ({
        target: `n${1 + (i % 199)}`,
        yaw: i * 0.36 - 180,
        pitch: (i % 60) - 30,
        title: "",
      }));
      return { ...tour, start: "n0", scenes };
    };
    const { page, problems, close } = await open("/page", CALM);
    expect(await page.locator(".kf-hotspot").count()).toBe(1000);
    await look(page, { yaw: 50 });
    expect((await viewOf(page)).yaw).toBe(50);
    expect(problems).toEqual([]);
    await close();
  });
});

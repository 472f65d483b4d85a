/** What a poor line, a great picture and hostile titles do to a tour: something sensible is shown, and nothing runs. */
import { devices } from "playwright-core";
import { describe, expect, it } from "vitest";
import { look, sharp, type Visit, viewOf, visit } from "./browser.ts";
import { browser, CALM, server } from "./site.ts";

const PHONE = { ...devices["iPhone 13"], defaultBrowserType: undefined };

const open = async (...more: Partial<[object, Parameters<typeof visit>[3]]>): Promise<Visit> => {
  const here = await visit(browser, `${server.origin}/page`, { ...CALM, ...more[0] }, more[1]);
  return here;
};

describe("a line", () => {
  it("that breaks in the middle of pictures is tried again until they are whole", async () => {
    const broken = new Map<string, number>();
    server.cut = (path) => {
      const times = (broken.get(path) ?? 0) + 1;
      broken.set(path, times);
      return /\/3\//.test(path) && times === 1;
    };
    const { page, problems, close } = await open();
    await sharp(page);
    expect([...broken.values()].some((times) => times > 1)).toBe(true);
    expect(await page.getByText("部分画面未能载入").isVisible()).toBe(false);
    expect(problems).toEqual([]);
    await close();
  });

  it("that is slow shows something at once, says that more comes, and lets one turn meanwhile", async () => {
    server.delay = (path) => (/\/[23]\//.test(path) ? 4_000 : 0);
    const { page, problems, close } = await open();
    await page.waitForFunction(() => performance.getEntriesByName("kanfang-first-picture").length > 0, undefined, {
      timeout: 20_000,
    });
    expect(await page.locator(".kf-progress").evaluate((node) => node.classList.contains("kf-done"))).toBe(false);
    await page.evaluate(() => window.kanfangTour?.look({ yaw: 60 }));
    await expect.poll(async () => (await viewOf(page)).yaw).toBeCloseTo(60);
    await sharp(page);
    expect(problems).toEqual([]);
    await close();
  });

  it("that is gone is told in words where a room does not come, and the way goes on when it is back", async () => {
    const { page, problems, close } = await open();
    await sharp(page);
    await page.context().setOffline(true);
    await page.evaluate(() => window.kanfangTour?.go("s2"));
    await page.getByText("部分画面未能载入").waitFor();
    await page.context().setOffline(false);
    await page.getByRole("button", { name: "重试" }).click();
    await sharp(page);
    expect(await page.evaluate(() => window.kanfangTour?.current()?.scene)).toBe("s2");
    expect(await page.getByText("部分画面未能载入").isVisible()).toBe(false);
    expect(problems).toEqual([]);
    await close();
  });
});

describe("a panorama of 32,768 pixels on a telephone", () => {
  it("is sharp, and never takes more memory than such a telephone has for it", async () => {
    // The ladder of the real tiler: faces of π × the edge around.
    server.pyramid = { face: 10_368, tile: 512, levels: [324, 648, 1296, 2592, 5184, 10_368] };
    const { page, problems, close } = await open(PHONE, (page) =>
      page.addInitScript(() => {
        const sizes = new Map<unknown, number>();
        const memory = { now: 0, most: 0 };
        Object.assign(window, { textureMemory: memory });
        const bound = new Map<number, unknown>();
        const context = WebGL2RenderingContext.prototype;
        const [bind, image, remove] = [context.bindTexture, context.texImage2D, context.deleteTexture];
        context.bindTexture = function (target, texture) {
          bound.set(target, texture);
          bind.call(this, target, texture);
        };
        context.deleteTexture = function (texture) {
          memory.now -= sizes.get(texture) ?? 0;
          sizes.delete(texture);
          remove.call(this, texture);
        };
        context.texImage2D = function (this: WebGL2RenderingContext, ...given: unknown[]) {
          const source = given[given.length - 1] as { width?: number; height?: number } | null;
          const texture = bound.get(given[0] as number);
          if (texture && source?.width && source.height) {
            const bytes = 4 * source.width * source.height;
            memory.now += bytes - (sizes.get(texture) ?? 0);
            sizes.set(texture, bytes);
            memory.most = Math.max(memory.most, memory.now);
          }
          (image as (...given: unknown[]) => void).apply(this, given);
        } as typeof context.texImage2D;
      }),
    );
    await sharp(page);
    for (const view of [{ yaw: 90 }, { yaw: 180, pitch: 40 }, { yaw: -90, pitch: 0, hfov: 40 }, { yaw: 0, pitch: -60 }])
      await look(page, view);
    const memory = await page.evaluate(
      () => (window as unknown as { textureMemory: { most: number } }).textureMemory.most,
    );
    // What a view wants at once is kept whatever it takes; the budget of an iPhone is 48 MiB.
    expect(memory / 2 ** 20).toBeLessThan(64);
    expect(memory, "something was measured").toBeGreaterThan(2 ** 20);
    // Zoomed in, the finest tiles come.
    expect(server.requests.some((path) => /\/s0\/[456]\//.test(path))).toBe(true);
    expect(server.requests.length).toBeLessThan(600);
    expect(problems).toEqual([]);
    await close();
  });
});

describe("titles that are scripts", () => {
  const EVIL = [
    "<script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    '"><svg onload=window.hacked=1>',
    "javascript:window.hacked=1",
    "{{constructor.constructor('window.hacked=1')()}}",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what somebody types
    "${window.hacked=1}",
  ];

  it("are text everywhere, and the browser would refuse them as anything else", async () => {
    server.edit = (tour) => ({
      ...tour,
      title: EVIL[0],
      court: EVIL[1],
      plan: { ...tour.plan, rooms: tour.plan.rooms.map((room: object, i: number) => ({ ...room, title: EVIL[i] })) },
      // biome-ignore lint/suspicious/noExplicitAny: tests break the document on purpose
      scenes: tour.scenes.map((scene: any, i: number) => ({
        ...scene,
        title: EVIL[i],
        narration: EVIL[i + 2],
        // biome-ignore lint/suspicious/noExplicitAny: see above
        links: scene.links.map((link: any) => ({ ...link, title: EVIL[(i + 3) % EVIL.length] })),
        hotspots: EVIL.map((text, at) => ({ id: `h${at}`, kind: "information", title: text, text, yaw: 20 * at, pitch: 5, pictures: [text] })), // biome-ignore format: one hotspot
      })),
    });
    const { page, problems, close } = await open();
    await sharp(page);
    await page.getByRole("button", { name: "场景说明" }).click();
    await page.waitForTimeout(500);
    expect(await page.evaluate(() => (window as unknown as { hacked?: number }).hacked)).toBeUndefined();
    expect(await page.locator("script:not([src]):not([type='application/json'])").count()).toBe(0);
    expect(problems).toEqual([]);
    // Trusted Types: not even a script of the page makes markup or a script of a text.
    const refused = await page.evaluate(() => {
      const tries = [
        () => {
          document.body.innerHTML = "<p>x</p>";
        },
        () => document.createElement("script").setAttribute("src", "data:,1"),
        () => {
          document.createElement("script").text = "1";
        },
      ];
      return tries.map((attempt) => {
        try {
          attempt();
          return false;
        } catch {
          return true;
        }
      });
    });
    expect(refused).toEqual([true, true, true]);
    await close();
  });
});

/** What is on the screen is what was photographed in that direction: every face, to the pixel, without seams. */
import { describe, expect, it } from "vitest";
import { anglesOf, direction, FACES } from "../src/geometry/cube.ts";
import { cameraOf, fromScreen } from "../src/geometry/view.ts";
import { dotNear, expectedAt, look, picture, SIZE, sharp, viewOf, visit } from "./browser.ts";
import { colourOf, DOT, DOTS } from "./pattern.ts";
import { browser, server } from "./site.ts";

describe("the picture", () => {
  it("shows the dots of all six faces within half a pixel", async () => {
    const { page, problems, close } = await visit(browser, `${server.origin}/page`);
    await sharp(page);
    for (const face of FACES) {
      const centre = anglesOf(direction(face, 0.05, 0.08));
      await look(page, { yaw: centre.yaw, pitch: centre.pitch, hfov: 90 });
      const [shot, view] = [await picture(page), await viewOf(page)];
      let seen = 0;
      for (const [a, b] of DOTS) {
        const at = expectedAt(view, direction(face, a, b));
        const reach = DOT * (SIZE.width / 2) * 2.5;
        if (!at || at.x < reach || at.y < reach || at.x > SIZE.width - reach || at.y > SIZE.height - reach) continue;
        const dot = dotNear(shot, at.x, at.y, reach);
        expect(dot.count, `dot on ${face}`).toBeGreaterThan(50);
        expect(Math.hypot(dot.x - at.x, dot.y - at.y), `${face} ${a},${b}`).toBeLessThan(0.5);
        seen++;
      }
      expect(seen, face).toBeGreaterThanOrEqual(2);
    }
    expect(problems).toEqual([]);
    await close();
  });

  it("has the right colour everywhere, across edges and corners of the cube, with no seam", async () => {
    const { page, close } = await visit(browser, `${server.origin}/page`);
    await sharp(page);
    for (const [yaw, pitch] of [
      [45, 0],
      [135, 35.26],
      [-45, -35.26],
      [0, 89],
      [180, -88],
      [90, 45],
    ] as const) {
      // biome-ignore format: short
      await look(page, { yaw, pitch, hfov: 80 });
      const [shot, view] = [await picture(page), await viewOf(page)];
      const camera = cameraOf(view, SIZE);
      let worst = 0;
      for (let y = 0; y < SIZE.height; y += 3)
        for (let x = 0; x < SIZE.width; x += 3) {
          const seen = shot.at(x, y);
          const wanted = colourOf(fromScreen(camera, { x: x + 0.5, y: y + 0.5 }), 0);
          const off = Math.max(...seen.map((value, i) => Math.abs(value - (wanted[i] ?? 0))));
          if (off > worst && !nearDot(camera, x, y)) worst = off;
        }
      expect(worst, `at yaw ${yaw}, pitch ${pitch}`).toBeLessThanOrEqual(3);
    }
    await close();
  });

  it("needs few requests and bytes until it is sharp", async () => {
    const { page, close } = await visit(browser, `${server.origin}/page`);
    await sharp(page);
    const first = server.requests.slice(0, 1);
    expect(first).toEqual(["/t/v/s0/preview.jpg"]);
    const tiles = server.requests.filter((path) => /\/s0\/3\//.test(path));
    expect(tiles.length).toBe(6);
    await close();
  });
});

function nearDot(camera: ReturnType<typeof cameraOf>, x: number, y: number): boolean {
  const d = fromScreen(camera, { x: x + 0.5, y: y + 0.5 });
  return FACES.some((face) =>
    DOTS.some(([a, b]) => {
      const p = direction(face, a, b);
      const length = Math.hypot(...p);
      return Math.hypot(d[0] - p[0] / length, d[1] - p[1] / length, d[2] - p[2] / length) < DOT * 1.6;
    }),
  );
}

/** The npm package as a stranger has it: packed, unpacked, compiled against, and shown in a page of another origin. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shot } from "../../e2e/server.ts";
import type { defineTour, TourEventMap } from "../src/embed/element.ts";
import { visit } from "./browser.ts";
import { browser, CALM, server } from "./site.ts";

const HERE = resolve(import.meta.dirname, "../..");

declare global {
  interface Window {
    defineTour: typeof defineTour;
  }
}

let folder: string;
let pages: Server;

const CONSUMER = `
import { defineTour, type KanfangTourElement, type TourEventMap } from "kanfang-tour";
defineTour("https://court.example");
const tour: KanfangTourElement = document.createElement("kanfang-tour");
tour.addEventListener("kanfang-ready", ({ detail }) => {
  const first: string | undefined = detail.scenes[0]?.id;
  if (first) tour.go(first, { yaw: 30 });
});
tour.addEventListener("click", (event) => event.preventDefault());
const view = ({ detail }: TourEventMap["kanfang-view"]): number => detail.view.hfov;
tour.addEventListener("kanfang-view", view);
tour.removeEventListener("kanfang-view", view);
// @ts-expect-error: a view has no roll
tour.look({ roll: 3 });
// @ts-expect-error: an error names a scene, not a view
tour.addEventListener("kanfang-error", ({ detail }) => detail.view);
`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "kanfang-package-"));
  const installed = join(folder, "node_modules", "kanfang-tour");
  mkdirSync(installed, { recursive: true });
  const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], {
    cwd: join(HERE, "package"),
    encoding: "utf8",
  });
  execFileSync("tar", ["xzf", join(folder, packed.trim()), "--strip-components=1", "-C", installed]);
  writeFileSync(join(folder, "package.json"), '{"type": "module"}');
  writeFileSync(join(folder, "consumer.ts"), CONSUMER);
  pages = createServer((request, response) => {
    const isModule = request.url === "/kanfang-tour.js";
    response.setHeader("content-type", isModule ? "text/javascript" : "text/html; charset=utf-8");
    response.end(
      isModule
        ? readFileSync(join(installed, "dist", "element.js"))
        : `<!doctype html><html lang="en"><head><title>an auction</title><link rel="icon" href="data:,">
           <script type="importmap">{"imports":{"kanfang-tour":"/kanfang-tour.js"}}</script>
           <script type="module">import { defineTour } from "kanfang-tour"; window.defineTour = defineTour;</script></head><body><h1>An auction</h1>
           <kanfang-tour listing="listing" height="400px" scene="s1" yaw="40"></kanfang-tour></body></html>`,
    );
  });
  await new Promise<void>((go) => pages.listen(0, "127.0.0.1", go));
});
afterAll(() => {
  pages?.close();
  if (folder) rmSync(folder, { recursive: true });
});

describe("the package", () => {
  it("compiles with what uses it, and refuses what its types forbid", () => {
    const installed = join(folder, "node_modules", "kanfang-tour");
    expect(JSON.parse(readFileSync(join(installed, "package.json"), "utf8")).license).toBe("Apache-2.0");
    for (const file of ["README.md", "LICENSE"])
      expect(readFileSync(join(installed, file), "utf8").length).toBeGreaterThan(500);
    const tsc = join(HERE, "node_modules", ".bin", "tsc");
    const flags = "--noEmit --strict --target es2022 --lib es2022,dom consumer.ts".split(" ");
    for (const [resolution, module] of [
      ["bundler", "esnext"],
      ["nodenext", "nodenext"],
    ] as const) {
      const chosen = ["--types", "", "--moduleResolution", resolution, "--module", module];
      const done = spawnSync(tsc, [...chosen, ...flags], { cwd: folder, encoding: "utf8" });
      expect(done.stdout + done.stderr).toBe("");
      expect(done.status).toBe(0);
    }
  });

  it("may be imported without a page", async () => {
    const made = await import(join(folder, "node_modules", "kanfang-tour", "dist", "element.js"));
    expect(made.ELEMENT).toBe("kanfang-tour");
  });

  it("shows a tour in a page of another origin, moves it and hears of it", async () => {
    const origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
    const { page, problems, close } = await visit(browser, origin, CALM);
    const ready = await page.evaluate(async (court) => {
      const came = new Promise<TourEventMap["kanfang-ready"]["detail"]>((go) =>
        document.body.addEventListener("kanfang-ready", ({ detail }) => go(detail), { once: true }),
      );
      window.defineTour(court);
      window.defineTour(`${court}/anything`);
      return came;
    }, server.origin);
    expect([ready.scenes.length, ready.scene, ready.view.yaw]).toEqual([3, "s1", 40]);
    const place = await page.evaluate(async () => {
      const tour = document.querySelector("kanfang-tour");
      if (!tour) throw new Error("no element");
      const came = new Promise<string>((go) =>
        tour.addEventListener("kanfang-scene", ({ detail }) => go(detail.scene)),
      );
      tour.go("s2", { yaw: 12 });
      return came;
    });
    expect(place).toBe("s2");
    const refused = await page.evaluate(async (other) => {
      return [other, "no address"].map((server) => {
        try {
          window.defineTour(server);
          return "";
        } catch (error) {
          return String(error);
        }
      });
    }, origin);
    expect(refused[0]).toContain("is defined already, for http");
    expect(refused[1]).toContain("TypeError");
    await shot(page, "package-other-origin");
    expect(problems).toEqual([]);
    await close();
  });
});

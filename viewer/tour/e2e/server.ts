/** A small server that behaves like Kanfang's public side: page, bundle, tour.json, tiles made on demand, and mishaps. */
import { readFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Face } from "../src/geometry/cube.ts";
import { previewPicture, tilePicture } from "./pattern.ts";

const FACE = 648;
const LEVELS = [FACE / 4, FACE / 2, FACE];
const TILE = 256;

interface Pyramid {
  face: number;
  tile: number;
  levels: number[];
}

export class TestServer {
  readonly #server: Server;
  readonly #pictures = new Map<string, Buffer>();
  /** Paths of pictures that were asked for, in order. */
  requests: string[] = [];
  bytes = 0;
  /** What goes wrong: the status code to answer a path with, or undefined. */
  mishap: (path: string) => number | undefined = () => undefined;
  /** Milliseconds before a picture is answered. */
  delay: (path: string) => number = () => 0;
  /** Whether the line breaks in the middle of a picture. */
  cut: (path: string) => boolean = () => false;
  /** Edge of a face, of a tile, and of each level. */
  pyramid = { face: FACE, tile: TILE, levels: LEVELS };
  status: { code: number; body: object } = { code: 200, body: { state: "announced" } };
  coverage: object = { yaw: [-180, 180], pitch: [-90, 90] };
  /** Changes the document before it is answered. */
  // biome-ignore lint/suspicious/noExplicitAny: tests break the document on purpose
  edit: (tour: any) => unknown = (tour) => tour;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<TestServer> {
    const server = createServer();
    const here = new TestServer(server);
    server.on("request", (request, response) =>
      here.#answer(new URL(request.url ?? "/", "http://x"), response, request.headers.range),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return here;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  calm(): void {
    this.mishap = () => undefined;
    this.delay = () => 0;
    this.cut = () => false;
    this.pyramid = { face: FACE, tile: TILE, levels: LEVELS };
    this.#pictures.clear();
    this.status = { code: 200, body: { state: "announced" } };
    this.coverage = { yaw: [-180, 180], pitch: [-90, 90] };
    this.edit = (tour) => tour;
    this.requests = [];
    this.bytes = 0;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(url: URL, response: ServerResponse, range?: string): void {
    const path = url.pathname;
    if (path === "/page") {
      send(response, 200, "text/html; charset=utf-8", page(""));
    } else if (path === "/inline" || path === "/large") {
      const json = JSON.stringify(this.edit(tour(this.coverage, this.pyramid))).replaceAll("<", "\\u003c");
      const preview = `data:image/png;base64,${previewPicture(128, 0).toString("base64")}`;
      const html = page(` data-preview="${preview}"`, `<script type="application/json">${json}</script>`);
      send(
        response,
        200,
        "text/html; charset=utf-8",
        path === "/large" ? html.replace("<html", '<html class="large"') : html,
      );
    } else if (path === "/embed/listing") {
      send(response, 200, "text/html; charset=utf-8", page(' data-embed="1"'));
    } else if (path === "/host") {
      send(response, 200, "text/html; charset=utf-8", HOST);
    } else if (path === "/status") {
      send(response, this.status.code, "application/json", JSON.stringify(this.status.body));
    } else if (path === "/t/v/tour.json") {
      const code = this.mishap(path) ?? 200;
      send(
        response,
        code,
        "application/json",
        code === 200 ? JSON.stringify(this.edit(tour(this.coverage, this.pyramid))) : "mishap",
      );
    } else if (path.startsWith("/assets/")) {
      asset(path, response);
    } else if (/^\/t\/v\/manifest\.\w+$/.test(path)) {
      // Nobody has signed this tour: the proof has tests of its own.
      send(response, 404, "text/plain", "no");
    } else if (path.startsWith("/t/v/sound/")) {
      this.requests.push(path);
      const code = this.mishap(path);
      if (code) send(response, code, "text/plain", "mishap");
      else sound(response, range);
    } else if (path.startsWith("/t/v/")) {
      this.requests.push(path);
      setTimeout(() => this.#picture(path, response), this.delay(path));
    } else {
      send(response, 404, "text/plain", "no");
    }
  }

  #picture(path: string, response: ServerResponse): void {
    const code = this.mishap(path);
    if (code) {
      send(response, code, "text/plain", "mishap");
    } else {
      const picture = this.#pictures.get(path) ?? draw(path, this.pyramid);
      this.#pictures.set(path, picture);
      if (this.cut(path)) {
        response.writeHead(200, { "content-type": "image/png", "content-length": picture.length });
        response.write(picture.subarray(0, picture.length / 2), () => response.destroy());
        return;
      }
      this.bytes += picture.length;
      send(response, 200, "image/png", picture, "public, max-age=31536000, immutable");
    }
  }
}

// The policy that the real server sends: inline scripts and styles must not be needed.
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types kanfang";

const page = (
  attributes: string,
  inside = "",
) => `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1,viewport-fit=cover">
<link rel="icon" href="data:,"><link rel="stylesheet" href="/assets/tour/tour.css"><link rel="stylesheet" href="/assets/test.css"><title>全景</title></head><body>
<div id="kanfang-tour" data-tour="/t/v/tour.json" data-lang="zh-CN"${attributes}>${inside}<noscript><p>静态照片</p></noscript></div><script type="module" src="/assets/tour/tour.js"></script></body></html>`;

/** A page of somebody else that shows the tour. */
const HOST = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>host</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/assets/test.css">
</head><body><kanfang-tour listing="listing" height="100%" scene="s1" yaw="40"></kanfang-tour><script async src="/assets/tour/embed.js"></script></body></html>`;

function send(response: ServerResponse, code: number, type: string, body: string | Buffer, caching = "no-store"): void {
  response.writeHead(code, { "content-type": type, "cache-control": caching, "content-security-policy": POLICY });
  response.end(body);
}

/** Eight seconds of a tone as WAV (8 kHz, 16 bit), in the range that is asked for. */
function sound(response: ServerResponse, range = "bytes=0-"): void {
  const samples = Int16Array.from({ length: 8 * 8000 }, (_, i) => 9000 * Math.sin(i / 3));
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + samples.byteLength, 4);
  head.write("WAVEfmt ", 8);
  for (const [at, value] of [[16, 16], [24, 8000], [28, 16_000]] as const) head.writeUInt32LE(value, at); // biome-ignore format: short
  for (const [at, value] of [[20, 1], [22, 1], [32, 2], [34, 16]] as const) head.writeUInt16LE(value, at); // biome-ignore format: short
  head.write("data", 36);
  head.writeUInt32LE(samples.byteLength, 40);
  const whole = Buffer.concat([head, Buffer.from(samples.buffer)]);
  const [first = 0, last = whole.length - 1] = range.slice("bytes=".length).split("-").filter(Boolean).map(Number);
  response.writeHead(206, {
    "content-type": "audio/wav",
    "content-range": `bytes ${first}-${last}/${whole.length}`,
    "accept-ranges": "bytes",
    "cache-control": "public, max-age=31536000, immutable",
  });
  response.end(whole.subarray(first, last + 1));
}

function asset(path: string, response: ServerResponse): void {
  if (path === "/assets/test.css") {
    send(
      response,
      200,
      "text/css",
      "html,body{margin:0;height:100%}html.large{font-size:21px}#kanfang-tour{height:100%}",
    );
  } else {
    const file = fileURLToPath(new URL(`../../dist/${path.slice("/assets/".length)}`, import.meta.url));
    send(response, 200, path.endsWith(".css") ? "text/css" : "text/javascript", readFileSync(file));
  }
}

function draw(path: string, pyramid: Pyramid): Buffer {
  // A photo of a hotspot: whatever picture.
  if (path.startsWith("/t/v/picture/")) return tilePicture(648, 648, "f", 0, 0, 1);
  const preview = /^\/t\/v\/s(\d)\/preview\.jpg$/.exec(path);
  if (preview) return previewPicture(128, Number(preview[1]));
  const still = /^\/t\/v\/s(\d)\/still\/([frblud])\.jpg$/.exec(path);
  if (still) return tilePicture(256, 256, still[2] as Face, 0, 0, Number(still[1]));
  const tile = /^\/t\/v\/s(\d)\/(\d)\/([frblud])(\d+)_(\d+)$/.exec(path);
  if (!tile) throw new Error(path);
  const [scene, level, row, column] = [tile[1], tile[2], tile[4], tile[5]].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  return tilePicture(pyramid.levels[level - 1] ?? 0, pyramid.tile, tile[3] as Face, row, column, scene);
}

function tour(coverage: object, { face, tile, levels }: Pyramid): object {
  const scene = (number: number, title: string, links: object[]) => ({
    id: `s${number}`,
    title,
    capturedAt: "2026-03-30",
    northYaw: 30,
    initialView: { yaw: 0, pitch: 0, hfov: 90 },
    panorama: {
      face,
      tile,
      levels,
      coverage,
      tiles: `/t/v/s${number}/{level}/{face}{row}_{column}`,
      preview: `/t/v/s${number}/preview.jpg`,
      stills: `/t/v/s${number}/still/{face}.jpg`,
    },
    position: [1 + 4 * number, 2],
    links,
  });
  return {
    format: "kanfang-tour",
    version: 1,
    id: "listing",
    title: "海淀区某小区 3 号楼 502 室",
    court: "示例市人民法院",
    start: "s0",
    status: "/status",
    plan: {
      north: 0,
      rooms: ["客厅", "主卧室", "厨房"].map((title, i) => ({ title, outline: [[4 * i, 0], [4 * i + 4, 0], [4 * i + 4, 4], [4 * i, 4]] })), // biome-ignore format: short
    },
    scenes: [
      scene(0, "客厅", [{ target: "s1", yaw: 20, pitch: -10, title: "主卧室" }, { target: "s2", yaw: 170, pitch: -8, title: "厨房" }]), // biome-ignore format: short
      scene(1, "主卧室", [{ target: "s0", yaw: -100, pitch: -10, title: "客厅" }]),
      scene(2, "厨房", [{ target: "s0", yaw: 90, pitch: -10, title: "客厅" }]),
    ],
  };
}

/** The proof of the pictures: a tour with real tiles is signed as docs/proof.md says, and then things go wrong on the way. */
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { tilePicture } from "../e2e/pattern.ts";
import { FACES } from "../src/geometry/cube.ts";
import { DIGEST, hex, openPiece, sha256 } from "../src/proof/manifest.ts";
import { baseOf, placeOf } from "../src/proof/places.ts";
import { Verifier } from "../src/proof/verifier.ts";
import { gate } from "../src/stage/gate.ts";
import { LoadError } from "../src/stage/texture-store.ts";
import { readTour, type Tour } from "../src/tour/document.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const [LEVELS, TILE, BASE] = [[96, 192], 96, "/t/v"];
const SCENE = `${BASE}/s0`;
const text = (value: unknown): Bytes => new Uint8Array(new TextEncoder().encode(JSON.stringify(value)));
const joined = (parts: Uint8Array[]): Bytes => new Uint8Array(parts.flatMap((part) => [...part]));

const DOCUMENT = {
  format: "kanfang-tour",
  version: 1,
  id: "listing",
  title: "椿树园两居",
  court: "示例市人民法院",
  start: "s0",
  scenes: [
    {
      id: "s0",
      title: "客厅",
      panorama: {
        face: 192,
        tile: TILE,
        levels: LEVELS,
        tiles: `${SCENE}/{level}/{face}{row}_{column}`,
        preview: `${SCENE}/preview.jpg`,
        stills: `${SCENE}/still/{face}.jpg`,
      },
    },
  ],
};

/** A photo of a hotspot. */
const PHOTO = new Uint8Array([0xff, 0xd8, 0xff, 1, 2, 3]);
const PHOTO_AT = `${BASE}/picture/p1.jpg`;

/** What the server has, by path; a test may spoil it. */
let site: Map<string, Bytes>;
/** What is answered past all caches, where that differs. */
let fresh: Map<string, Bytes>;
let whole: Map<string, Bytes>;
let pictures: string[];
let asked: string[];

async function listOf(addresses: string[]): Promise<Bytes> {
  const digests = await Promise.all(
    addresses.map(async (address) => (await sha256(whole.get(address) as Bytes)).subarray(0, DIGEST)),
  );
  return joined(digests);
}

beforeAll(async () => {
  whole = new Map();
  pictures = [`${SCENE}/preview.jpg`, ...FACES.map((face) => `${SCENE}/still/${face}.jpg`)];
  for (const address of pictures)
    whole.set(address, new Uint8Array(tilePicture(64, 64, "f", 0, 0, pictures.indexOf(address) % 2)));
  const lists = [await listOf(pictures)];
  for (const [i, edge] of LEVELS.entries()) {
    const tiles = FACES.flatMap((face) =>
      Array.from({ length: (edge / TILE) ** 2 }, (_, at) => {
        const [row, column] = [Math.floor((at * TILE) / edge), at % (edge / TILE)];
        const address = `${SCENE}/${i + 1}/${face}${row}_${column}`;
        whole.set(address, new Uint8Array(tilePicture(edge, TILE, face, row, column, 0)));
        return address;
      }),
    );
    pictures.push(...tiles);
    lists.push(await listOf(tiles));
  }
  const head = joined(await Promise.all(lists.map((list) => sha256(list as Bytes))));
  const part = { pack: "00", levels: LEVELS.length, pictures: pictures.length, digests: hex(await sha256(head)) };
  lists.forEach((list, i) => {
    whole.set(`${SCENE}/digests/jpeg-${i}`, joined([head, list]));
    whole.set(`${SCENE}/digests/webp-${i}`, joined([head, list]));
  });
  const pair = (await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"])) as CryptoKeyPair;
  const { kty, crv, x } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const sign = async (name: string, value: object) => {
    const bytes = text(value);
    whole.set(`${name}.json`, bytes);
    whole.set(`${name}.sig`, new Uint8Array(await crypto.subtle.sign({ name: "Ed25519" }, pair.privateKey, bytes)));
  };
  whole.set(
    "/.well-known/jwks.json",
    text({
      keys: [
        { kty, crv, x: "AAAA", kid: "old" },
        { kty, crv, x, kid: "k" },
      ],
    }),
  );
  whole.set(`${BASE}/tour.json`, text(DOCUMENT));
  const tour = hex(await sha256(text(DOCUMENT)));
  await sign(`${BASE}/manifest`, { format: "kanfang-manifest", version: 1, publication: "v", number: 1, court: "示例市人民法院", publishedAt: "2026-03-30T02:00:00Z", root: "00", tour, key: "k", scenes: [{ id: "s0", title: "客厅", jpeg: part }], pictures: [{ id: "p1", sha256: hex(await sha256(PHOTO)) }] }); // biome-ignore format: one record
  const manifest = hex(await sha256(whole.get(`${BASE}/manifest.json`) as Bytes));
  await sign(`${SCENE}/webp`, {
    format: "kanfang-addendum",
    version: 1,
    publication: "v",
    manifest,
    scene: "s0",
    key: "k",
    webp: part,
  });
});

beforeEach(() => {
  site = new Map(whole);
  fresh = new Map();
  asked = [];
  vi.stubGlobal("fetch", async (url: string, init?: RequestInit) => {
    asked.push(init?.cache === "reload" ? `${url} reload` : url);
    const body = (init?.cache === "reload" && fresh.get(url)) || site.get(url);
    const type = url.includes("/s0/") && !url.includes("digests") ? "image/jpeg" : "application/octet-stream";
    return new Response(body, { status: body ? 200 : 404, headers: { "content-type": type } });
  });
});

const blob = (bytes: Bytes, type = "image/jpeg") => new Blob([bytes], { type });
const flipped = (bytes: Bytes, place: number, bit: number): Bytes => {
  const other = bytes.slice();
  other[place] = (other[place] as number) ^ (1 << bit);
  return other;
};

function verifier(tour: Tour = readTour(DOCUMENT)): {
  verifier: Verifier;
  reloads: () => number;
  settled: () => Promise<void>;
} {
  let reloads = 0;
  const made = new Verifier(tour, undefined, () => {}, () => reloads++); // biome-ignore format: short
  const settled = () => vi.waitFor(() => expect(made.verdict).not.toBe("checking"));
  return { verifier: made, reloads: () => reloads, settled };
}

describe("the verifier", () => {
  it("lets every published picture through, in both formats", async () => {
    const { verifier: here, settled } = verifier();
    for (const address of pictures) await gate.pass(address, blob(whole.get(address) as Bytes));
    for (const address of pictures.slice(7)) await gate.pass(address, blob(whole.get(address) as Bytes, "image/webp"));
    await settled();
    expect([here.verdict, here.checked, here.bad.size]).toEqual(["signed", 2 * pictures.length - 7, 0]);
    expect(here.manifest?.court).toBe("示例市人民法院");
    expect(asked.filter((url) => url.includes("digests/jpeg-2"))).toHaveLength(1);
  });

  it("catches 1,000 of 1,000 flipped bytes", async () => {
    const { verifier: here, settled } = verifier();
    await settled();
    let seed = 7;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    let caught = 0;
    for (let attempt = 0; attempt < 1000; attempt++) {
      const address = pictures[random(pictures.length)] as string;
      const bytes = whole.get(address) as Bytes;
      const spoiled = flipped(bytes, random(bytes.length), random(8));
      site.set(address, spoiled);
      const refused = await Promise.resolve(
        gate.pass(address, blob(spoiled, attempt % 2 ? "image/webp" : "image/jpeg")),
      ).then(
        () => undefined,
        (problem: unknown) => problem,
      );
      if (refused instanceof LoadError && refused.final) caught++;
      site.set(address, bytes);
    }
    expect(caught).toBe(1000);
    expect(here.verdict).toBe("wrong");
  });

  it("takes the right picture where only a cache was spoiled", async () => {
    const { verifier: here, settled } = verifier();
    const address = `${SCENE}/2/f1_0`;
    const right = whole.get(address) as Bytes;
    fresh.set(address, right);
    const spoiled = flipped(right, 50, 0);
    const passed = await gate.pass(address, blob(spoiled));
    expect(new Uint8Array(await passed.arrayBuffer())).toEqual(right);
    await settled();
    expect([here.verdict, here.checked, asked.includes(`${address} reload`)]).toEqual(["signed", 1, true]);
  });

  it("looks at what was shown before it was there", async () => {
    const address = `${SCENE}/1/u0_0`;
    const right = whole.get(address) as Bytes;
    for (const [bytes, reloads] of [
      [right, 0],
      [flipped(right, 99, 3), 1],
    ] as const) {
      // biome-ignore format: short
      gate.early.push([address, blob(bytes)]);
      const here = verifier();
      await vi.waitFor(() => expect([here.reloads(), here.verifier.checked]).toEqual([reloads, 1 - reloads]));
      expect(gate.early).toHaveLength(0);
    }
  });

  it("does not believe a manifest, document or list that was changed", async () => {
    for (const path of [`${BASE}/manifest.json`, `${BASE}/manifest.sig`, `${BASE}/tour.json`]) {
      site = new Map(whole);
      const bytes = whole.get(path) as Bytes;
      site.set(path, flipped(bytes, bytes.length - 20, 1));
      const { verifier: here, settled } = verifier();
      await settled();
      expect([path, here.verdict]).toEqual([path, "wrong"]);
    }
    site = new Map(whole);
    const list = `${SCENE}/digests/jpeg-1`;
    site.set(list, flipped(whole.get(list) as Bytes, 110, 1));
    verifier();
    const tile = `${SCENE}/1/f0_0`;
    await expect(Promise.resolve(gate.pass(tile, blob(whole.get(tile) as Bytes)))).rejects.toThrow(
      "not what was published",
    );
    const webp = `${SCENE}/webp.json`;
    site.set(webp, flipped(whole.get(webp) as Bytes, 80, 0));
    verifier();
    await expect(Promise.resolve(gate.pass(tile, blob(whole.get(tile) as Bytes, "image/webp")))).rejects.toThrow();
  });

  it("notices that the page shows another document than was signed", async () => {
    const other = structuredClone(DOCUMENT);
    (other.scenes[0] as { title: string }).title = "卧室";
    const { verifier: here, settled } = verifier(readTour(other));
    await settled();
    expect(here.verdict).toBe("wrong");
  });

  it("knows the photos of hotspots and the picture of the plan too", async () => {
    const here = verifier();
    await here.settled();
    const before = here.verifier.checked;
    await gate.pass(PHOTO_AT, blob(PHOTO));
    expect(here.verifier.checked).toBe(before + 1);
    // Another picture in its place, and one that the manifest does not name.
    for (const address of [PHOTO_AT, `${BASE}/picture/p2.jpg`]) {
      site.set(address, flipped(PHOTO, 4, 0));
      await expect(gate.pass(address, blob(flipped(PHOTO, 4, 0)))).rejects.toThrow("not what was published");
    }
    expect([here.verifier.verdict, here.verifier.bad.size]).toEqual(["wrong", 2]);
    // Where only a cache was spoiled the right one is shown.
    fresh.set(PHOTO_AT, PHOTO);
    await gate.pass(PHOTO_AT, blob(flipped(PHOTO, 4, 0)));
    expect(here.verifier.bad.size).toBe(1);
  });

  it("says what it cannot do, and lets pictures through then", async () => {
    site.delete(`${BASE}/manifest.json`);
    const unsigned = verifier();
    await unsigned.settled();
    expect(unsigned.verifier.verdict).toBe("unsigned");
    const tile = `${SCENE}/1/f0_0`;
    expect(await gate.pass(tile, blob(new Uint8Array(3)))).toBeInstanceOf(Blob);
    site = new Map(whole);
    const importKey = vi.spyOn(crypto.subtle, "importKey");
    importKey.mockRejectedValue(new DOMException("no Ed25519", "NotSupportedError"));
    const old = verifier();
    await old.settled();
    expect(old.verifier.verdict).toBe("compared");
    site.set(tile, new Uint8Array(3));
    await expect(Promise.resolve(gate.pass(tile, blob(new Uint8Array(3))))).rejects.toThrow();
    importKey.mockRestore();
  });

  it("tries again when a list does not come", async () => {
    verifier();
    const [tile, list] = [`${SCENE}/2/f0_0`, `${SCENE}/digests/jpeg-2`];
    site.delete(list);
    const failed = await Promise.resolve(gate.pass(tile, blob(whole.get(tile) as Bytes))).catch(
      (problem: LoadError) => problem,
    );
    expect(failed).toBeInstanceOf(LoadError);
    expect((failed as LoadError).final).toBe(false);
    site.set(list, whole.get(list) as Bytes);
    expect(await gate.pass(tile, blob(whole.get(tile) as Bytes))).toBeInstanceOf(Blob);
  });
});

describe("addresses", () => {
  it("have one place each, as in the pack", () => {
    const tour = readTour(DOCUMENT);
    expect(baseOf(tour)).toBe(BASE);
    expect(placeOf(tour, BASE, `${SCENE}/2/r1_0`)).toEqual({ scene: "s0", list: 2, index: 6 });
    expect(placeOf(tour, BASE, `${SCENE}/still/d.jpg`)).toEqual({ scene: "s0", list: 0, index: 6 });
    for (const none of [`${SCENE}/2/r2_0`, `${SCENE}/9/f0_0`, `${BASE}/s9/1/f0_0`, `/t/w/s0/1/f0_0`, `${SCENE}/x`])
      expect(placeOf(tour, BASE, none), none).toBeUndefined();
  });

  it("open no piece of another list", async () => {
    const piece = whole.get(`${SCENE}/digests/jpeg-1`) as Bytes;
    const part = { levels: 2, pictures: 0, digests: hex(await sha256(piece.subarray(0, 96))) };
    expect((await openPiece(piece, part, 1))?.length).toBe(6 * DIGEST);
    expect(await openPiece(piece, part, 2)).toBeUndefined();
    expect(await openPiece(piece.subarray(0, 90), part, 1)).toBeUndefined();
  });
});

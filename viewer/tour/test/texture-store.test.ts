import { beforeEach, describe, expect, it } from "vitest";
import { LoadError, TextureStore, type Wanted } from "../src/stage/texture-store.ts";

interface Load {
  url: string;
  signal: AbortSignal;
  done(): void;
  fail(error: unknown): void;
}

let now = 0;
let loads: Load[];
let released: string[];
let closed: string[];
let store: TextureStore<string, string>;

const MIB = 1024 * 1024;
const tile = (key: string): Wanted => ({ key, url: key, bytes: MIB });
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

beforeEach(() => {
  now = 0;
  loads = [];
  released = [];
  closed = [];
  store = new TextureStore<string, string>(
    {
      load: (url, signal) =>
        new Promise((done, fail) => {
          signal.addEventListener("abort", () => fail(new Error("aborted")));
          loads.push({ url, signal, done: () => done(url), fail });
        }),
      upload: (picture) => `texture ${picture}`,
      close: (picture) => closed.push(picture),
      release: (texture) => released.push(texture),
      now: () => now,
      changed: () => {},
    },
    { bytes: 3 * MIB, concurrency: 2, attempts: 3 },
  );
});

async function bring(...keys: string[]): Promise<void> {
  store.want(keys.map(tile));
  for (let done = 0; done < loads.length; done++) {
    loads[done]?.done();
    await settle();
  }
  store.upload(99);
}

describe("the texture store", () => {
  it("loads in the order asked, never more at once than allowed", async () => {
    store.want(["a", "b", "c"].map(tile));
    expect(loads.map(({ url }) => url)).toEqual(["a", "b"]);
    loads[0]?.done();
    await settle();
    expect(loads.map(({ url }) => url)).toEqual(["a", "b", "c"]);
    expect(store.state("a")).toBe("decoded");
  });

  it("moves only so many pictures to the card in one frame", async () => {
    store.want(["a", "b"].map(tile));
    loads[0]?.done();
    loads[1]?.done();
    await settle();
    expect(store.upload(1)).toBe(true);
    expect([store.state("a"), store.state("b")]).toEqual(["ready", "decoded"]);
    expect(store.upload(1)).toBe(false);
    expect(store.get("b")).toBe("texture b");
    expect(closed).toEqual(["a", "b"]);
  });

  it("cancels what is out of sight and closes what came too late", async () => {
    store.want(["a", "b"].map(tile));
    loads[1]?.done();
    await settle();
    store.want([tile("c")]);
    expect(loads[0]?.signal.aborted).toBe(true);
    expect(closed).toEqual(["b"]);
    await settle();
    expect(store.state("a")).toBeUndefined();
    expect(loads.map(({ url }) => url)).toContain("c");
  });

  it("keeps to its bytes, dropping what was not used for longest, never what is wanted", async () => {
    await bring("a", "b", "c");
    expect(store.bytes).toBe(3 * MIB);
    store.want(["b", "d"].map(tile));
    store.get("c");
    loads[3]?.done();
    await settle();
    store.upload(9);
    expect(released).toEqual(["texture a"]);
    expect(["a", "b", "c", "d"].filter((key) => store.has(key))).toEqual(["b", "c", "d"]);
  });

  it("tries again after growing pauses, then gives up until asked", async () => {
    store.want([tile("a")]);
    for (const pause of [1000, 2000]) {
      loads[loads.length - 1]?.fail(new LoadError("busy", 503));
      await settle();
      expect(store.state("a")).toBe("waiting");
      expect(store.nextRetry()).toBe(pause);
      store.want([tile("a")]);
      expect(store.state("a")).toBe("waiting");
      now += pause;
      store.want([tile("a")]);
      expect(store.state("a")).toBe("loading");
    }
    loads[loads.length - 1]?.fail(new LoadError("busy", 503));
    await settle();
    expect(store.state("a")).toBe("failed");
    store.retryFailed();
    expect(store.state("a")).toBe("loading");
  });

  it("does not try again what is not there", async () => {
    store.want([tile("a")]);
    loads[0]?.fail(new LoadError("gone", 410));
    await settle();
    expect(store.state("a")).toBe("failed");
  });

  it("loads again after the context was lost", async () => {
    await bring("a");
    store.loseTextures();
    expect(store.get("a")).toBeUndefined();
    store.want([tile("a")]);
    expect(store.state("a")).toBe("loading");
    expect(released).toEqual([]);
  });

  it("gives everything back at the end", async () => {
    await bring("a", "b");
    store.clear();
    expect(released.sort()).toEqual(["texture a", "texture b"]);
    expect(store.bytes).toBe(0);
  });
});

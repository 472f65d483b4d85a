import { describe, expect, it } from "vitest";
import { type Outside, UploadQueue } from "../src/media/queue.ts";

type Listener = Parameters<Outside["send"]>[1];

function stage(known: string[] = [], hashes = true) {
  const sent = new Map<string, Listener>();
  const calls: string[] = [];
  let time = 0;
  const queue = new UploadQueue(
    {
      hash: async (file) => (hashes ? `hash-${file.name}` : null),
      isKnown: async (hash) => known.includes(hash),
      send: (item, listener) => {
        sent.set(item.name, listener);
        return { pause: () => calls.push(`pause ${item.name}`), discard: () => calls.push(`discard ${item.name}`) };
      },
      changed: () => {},
      now: () => time,
    },
    2,
  );
  const pass = (ms: number) => {
    time += ms;
  };
  return { queue, sent, calls, settle: () => new Promise((resolve) => setTimeout(resolve, 0)), pass };
}

function file(name: string, size = 1000): { file: File; name: string } {
  return { file: new File([new Uint8Array(size)], name, { lastModified: 1 }), name };
}

const states = (queue: UploadQueue) => queue.items.map((item) => item.state);

describe("upload queue", () => {
  it("sends only as many at once as allowed, and the next when one ends", async () => {
    const { queue, sent, settle } = stage();
    queue.add([file("a"), file("b"), file("c")]);
    await settle();
    expect(states(queue)).toEqual(["sending", "sending", "waiting"]);
    sent.get("a")?.done();
    await settle();
    expect(states(queue)).toEqual(["done", "sending", "sending"]);
    expect(queue.totals()).toMatchObject({ size: 3000, done: 1000, ended: 1 });
  });

  it("leaves out what the server has", async () => {
    const { queue, sent, settle } = stage(["hash-a"]);
    queue.add([file("a")]);
    await settle();
    expect(states(queue)).toEqual(["known"]);
    expect(sent.size).toBe(0);
  });

  it("sends without a hash where the browser cannot hash", async () => {
    const { queue, sent, settle } = stage(["hash-a"], false);
    queue.add([file("a")]);
    await settle();
    expect(sent.has("a")).toBe(true);
  });

  it("takes a file in once", () => {
    expect(stage().queue.add([file("a"), file("a")])).toBe(1);
  });

  it("pauses, gives the place to the next, and goes on", async () => {
    const { queue, calls, settle } = stage();
    queue.add([file("a"), file("b"), file("c")]);
    await settle();
    queue.pause(1);
    await settle();
    expect(calls).toEqual(["pause a"]);
    expect(states(queue)).toEqual(["paused", "sending", "sending"]);
    queue.resume(1);
    expect(states(queue)[0]).toBe("waiting");
  });

  it("ignores what a paused upload still reports", async () => {
    const { queue, sent, settle } = stage();
    queue.add([file("a")]);
    await settle();
    queue.pause(1);
    sent.get("a")?.failed("late");
    expect(states(queue)).toEqual(["paused"]);
  });

  it("says why one failed and tries again when asked", async () => {
    const { queue, sent, settle } = stage();
    queue.add([file("a")]);
    await settle();
    sent.get("a")?.failed("存储空间不足");
    expect(queue.items[0]).toMatchObject({ state: "failed", error: "存储空间不足" });
    queue.retry(1);
    await settle();
    expect(queue.items[0]).toMatchObject({ state: "sending", error: null });
  });

  it("takes an unfinished upload away at the server when removed", async () => {
    const { queue, calls, settle } = stage();
    queue.add([file("a")]);
    await settle();
    queue.remove(1);
    expect(calls).toEqual(["discard a"]);
    expect(queue.items).toEqual([]);
  });

  it("measures speed by what was sent now, not by what was there before", async () => {
    const { queue, sent, settle, pass } = stage();
    queue.add([file("a", 10_000)]);
    await settle();
    sent.get("a")?.progress(4_000);
    pass(1_000);
    sent.get("a")?.progress(5_000);
    pass(1_000);
    sent.get("a")?.progress(6_000);
    expect(queue.speed()).toBeCloseTo(1_000);
  });
});

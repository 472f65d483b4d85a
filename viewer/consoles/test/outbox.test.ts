import { beforeEach, describe, expect, it } from "vitest";
import { Problem } from "../src/api/problem.ts";
import { Outbox, type Outside } from "../src/capture/outbox.ts";
import type { KeptList, Shot, Store } from "../src/capture/store.ts";

/** A store in memory with the same promises. */
class Memory implements Store {
  readonly all = new Map<string, Shot>();
  readonly files = new Map<string, Blob>();
  async shots(): Promise<Shot[]> {
    return [...this.all.values()].map((shot) => ({ ...shot })).sort((a, b) => a.added - b.added);
  }
  async add(shot: Shot, file: Blob): Promise<void> {
    this.all.set(shot.id, shot);
    this.files.set(shot.id, file);
  }
  async change(id: string, part: Partial<Shot>): Promise<void> {
    const known = this.all.get(id);
    if (known) this.all.set(id, { ...known, ...part });
  }
  async file(id: string): Promise<Blob | undefined> {
    return this.files.get(id);
  }
  async confirm(id: string, asset: string): Promise<void> {
    await this.change(id, { asset, error: null });
    this.files.delete(id);
  }
  async remove(id: string): Promise<void> {
    this.all.delete(id);
    this.files.delete(id);
  }
  async keepList(_: KeptList): Promise<void> {}
  async list(): Promise<undefined> {
    return undefined;
  }
}

const refusal = (status: number): Problem => new Problem({ slug: "x", status, title: "t", detail: `no ${status}` });

describe("outbox", () => {
  let store: Memory;
  /** What the server has: hash → asset. */
  let server: Map<string, string>;
  let sent: string[];
  let assigned: string[];
  let line: "up" | "down" | number;
  let dropped: boolean;
  let holds: Promise<void> | undefined;
  let paused: number;

  const add = async (id: string): Promise<void> => {
    const shot = { id, listing: "l", room_id: "r", room_name: "客厅", need: "meter", size: 3, added: store.all.size };
    await store.add({ ...shot, hash: null, asset: null, error: null } as unknown as Shot, new Blob([id]));
  };
  const outside = (alone?: Outside["alone"]): Outside => ({
    hash: async (file) => `hash of ${await file.text()}`,
    known: async (_, hash) => {
      if (line === "down") throw refusal(0);
      if (typeof line === "number") throw refusal(line);
      return server.get(hash) ?? null;
    },
    assign: async (asset) => {
      assigned.push(asset);
    },
    send: (shot) => {
      let stop = (): void => {};
      const stopped = new Promise<never>((_, reject) => {
        stop = () => {
          paused += 1;
          reject(refusal(0));
        };
      });
      const work = async (): Promise<void> => {
        await holds;
        sent.push(shot.id);
        if (!dropped) server.set(shot.hash as string, `asset of ${shot.id}`);
      };
      return { finished: Promise.race([work(), stopped]), pause: () => stop() };
    },
    alone:
      alone ??
      (async (work) => {
        await work();
        return true;
      }),
    changed: () => {},
    words: (what) => what,
  });

  beforeEach(async () => {
    store = new Memory();
    [server, sent, assigned, line, dropped, holds, paused] = [new Map(), [], [], "up", false, undefined, 0];
    for (const id of ["a", "b"]) await add(id);
  });

  it("sends one after the other and lets files go once their hash is confirmed", async () => {
    const outbox = new Outbox(store, outside(), () => {});
    await outbox.kick();
    expect(sent).toEqual(["a", "b"]);
    expect(outbox.state).toBe("idle");
    expect(store.files.size).toBe(0);
    expect([...store.all.values()].map((shot) => shot.asset)).toEqual(["asset of a", "asset of b"]);
    await outbox.kick();
    expect(sent.length).toBe(2);
  });

  it("keeps a file that the server does not confirm", async () => {
    dropped = true;
    await new Outbox(store, outside(), () => {}).kick();
    expect(store.files.size).toBe(2);
    expect(store.all.get("a")).toMatchObject({ asset: null, error: "not-confirmed" });
  });

  it("waits for the line and for the session, and goes on where it was", async () => {
    const outbox = new Outbox(store, outside(), () => {});
    for (const trouble of ["down", 401, 503, 429] as const) {
      line = trouble;
      await outbox.kick();
      expect(outbox.state).toBe("waiting");
      expect(store.all.get("a")?.error).toBeNull();
    }
    line = "up";
    await outbox.kick();
    expect(sent).toEqual(["a", "b"]);
  });

  it("tells what the server refuses, and sends the others", async () => {
    line = 403;
    const outbox = new Outbox(store, outside(), () => {});
    await outbox.kick();
    expect(store.all.get("a")?.error).toBe("no 403");
    expect(store.files.size).toBe(2);
    line = "up";
    await outbox.kick();
    expect(sent).toEqual([]);
    await store.change("b", { error: null });
    await outbox.kick();
    expect(sent).toEqual(["b"]);
  });

  it("does not send what the server has, and says only the room", async () => {
    server.set("hash of a", "old");
    await new Outbox(store, outside(), () => {}).kick();
    expect([sent, assigned]).toEqual([["b"], ["old"]]);
    expect(store.all.get("a")?.asset).toBe("old");
  });

  it("leaves the work to the tab that has it", async () => {
    const outbox = new Outbox(
      store,
      outside(async () => false),
      () => {},
    );
    await outbox.kick();
    expect([outbox.state, sent]).toEqual(["elsewhere", []]);
  });

  it("stops in the middle when the line goes, and takes in what comes meanwhile", async () => {
    let release = (): void => {};
    holds = new Promise((resolve) => {
      release = resolve;
    });
    const outbox = new Outbox(store, outside(), () => {});
    const running = outbox.kick();
    while (!outbox.current || !store.all.get("a")?.hash) await new Promise((resolve) => setTimeout(resolve, 0));
    await add("c");
    await new Promise((resolve) => setTimeout(resolve, 0));
    outbox.halt();
    await running;
    expect([outbox.state, paused, sent]).toEqual(["waiting", 1, []]);
    release();
    await outbox.kick();
    expect([...server.values()].sort()).toEqual(["asset of a", "asset of b", "asset of c"]);
  });

  it("keeps what the check notes of a picture while it is sent", async () => {
    holds = store.change("a", { unreadable: true });
    await new Outbox(store, outside(), () => {}).kick();
    expect(store.all.get("a")).toMatchObject({ unreadable: true, asset: "asset of a" });
  });

  it("forgets a picture that was deleted while it was sent", async () => {
    holds = store.remove("a");
    const first = new Outbox(store, outside(), () => {});
    await add("a");
    holds = store.remove("a");
    await first.kick();
    expect(store.all.has("a")).toBe(false);
  });
});

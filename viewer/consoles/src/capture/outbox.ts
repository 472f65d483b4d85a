/**
 * Sends what is kept on this device, one file after the other, until the server has all of it. Knows neither network nor
 * screen. A file is let go only after the server has named an asset with the same hash.
 */
import { asProblem } from "../api/problem.ts";
import type { Shot, Store } from "./store.ts";

export interface Upload {
  finished: Promise<void>;
  pause: () => void;
}

export interface Outside {
  hash: (file: Blob) => Promise<string | null>;
  /** The asset of the listing with these bytes; the server makes it one if the same agency sent them before. */
  known: (listing: string, hash: string, size: number) => Promise<string | null>;
  assign: (asset: string, shot: Shot) => Promise<void>;
  send: (shot: Shot, file: Blob, progress: (share: number) => void) => Upload;
  /** Runs `work` while no other tab does; false, without waiting, if one does. */
  alone: (work: () => Promise<void>) => Promise<boolean>;
  changed: (shot: Shot) => void;
  /** Why a file was not taken, in words; for what the program itself finds. */
  words: (what: "no-hash" | "file-lost" | "not-confirmed") => string;
}

export type OutboxState = "idle" | "sending" | "waiting" | "elsewhere";

/** The line is broken or the session over: later, without asking anybody. */
class Later extends Error {}

export class Outbox {
  state: OutboxState = "idle";
  /** What is being sent, and how far it is. */
  current: { id: string; share: number } | null = null;
  readonly #store: Store;
  readonly #outside: Outside;
  readonly #told: () => void;
  #running: Promise<void> | undefined;
  #again = false;
  #upload: Upload | undefined;
  #stopped = false;

  constructor(store: Store, outside: Outside, told: () => void) {
    this.#store = store;
    this.#outside = outside;
    this.#told = told;
  }

  /** Sends whatever waits. Called as often as one likes. */
  async kick(): Promise<void> {
    this.#stopped = false;
    this.#again = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
  }

  /** Stops for now, as when the line is gone. What the server has of a file stays there. */
  halt(): void {
    this.#stopped = true;
    this.#upload?.pause();
  }

  async #run(): Promise<void> {
    let elsewhere = false;
    while (this.#again && !this.#stopped) {
      this.#again = false;
      const mine = await this.#outside.alone(() => this.#sendAll());
      elsewhere = !mine;
    }
    if (elsewhere) this.#become("elsewhere");
  }

  async #sendAll(): Promise<void> {
    this.#become("sending");
    const tried = new Set<string>();
    try {
      // Read anew each time: pictures come and go while others are sent.
      for (;;) {
        const next = (await this.#store.shots()).find((shot) => !shot.asset && !shot.error && !tried.has(shot.id));
        if (!next) break;
        tried.add(next.id);
        await this.#sendOne(next);
      }
      this.#become("idle");
    } catch (error) {
      if (!(error instanceof Later)) throw error;
      this.#become("waiting");
    }
  }

  async #sendOne(shot: Shot): Promise<void> {
    const file = await this.#store.file(shot.id);
    if (!file) return this.#fail(shot, this.#outside.words("file-lost"));
    this.current = { id: shot.id, share: 0 };
    this.#told();
    try {
      shot.hash ??= await this.#outside.hash(file);
      if (!shot.hash) return await this.#fail(shot, this.#outside.words("no-hash"));
      await this.#store.change(shot.id, { hash: shot.hash });
      let asset = await this.#outside.known(shot.listing, shot.hash, shot.size);
      if (asset) await this.#outside.assign(asset, shot);
      else {
        await this.#transfer(shot, file);
        asset = await this.#outside.known(shot.listing, shot.hash, shot.size);
      }
      if (!asset) return await this.#fail(shot, this.#outside.words("not-confirmed"));
      // Taken out of the list while it was on its way: then it is at the server, and that is all.
      await this.#store.confirm(shot.id, asset);
      this.#outside.changed({ ...shot, asset, error: null });
    } catch (error) {
      const problem = asProblem(error);
      const passes = [0, 401, 408, 423, 429].includes(problem.status) || problem.status >= 500;
      if (this.#stopped || (passes && problem.status !== 507 && problem.slug !== "console-error")) throw new Later();
      await this.#fail(shot, problem.message || problem.title);
    } finally {
      this.current = null;
      this.#told();
    }
  }

  async #transfer(shot: Shot, file: Blob): Promise<void> {
    if (this.#stopped) throw new Later();
    this.#upload = this.#outside.send(shot, file, (share) => {
      this.current = { id: shot.id, share };
      this.#told();
    });
    try {
      await this.#upload.finished;
    } finally {
      this.#upload = undefined;
    }
  }

  async #fail(shot: Shot, error: string): Promise<void> {
    await this.#store.change(shot.id, { error });
    this.#outside.changed({ ...shot, error });
  }

  #become(state: OutboxState): void {
    this.state = state;
    this.#told();
  }
}

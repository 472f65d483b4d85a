/**
 * The store of tile textures: an explicit state machine for each tile, a limit on loads at once, and a budget in bytes.
 *
 *     queued → loading → decoded → ready          (ready is dropped when the budget asks for it)
 *        ↑        ├→ queued     cancelled: out of sight
 *        └────────┴→ waiting    failed, tried again after a pause; → failed when it makes no sense
 *
 * It knows nothing of the network or of WebGL: both come as ports, so that every step can be tested with a clock.
 */

export type TileState = "queued" | "loading" | "decoded" | "ready" | "waiting" | "failed";

/** A tile that someone wants to see. */
export interface Wanted {
  key: string;
  url: string;
  /** Bytes of texture once it is there. */
  bytes: number;
}

export interface Ports<Picture, Texture> {
  /** Loads and decodes; rejects with a `LoadError`, or with anything else, after which another try may help. */
  load(url: string, signal: AbortSignal): Promise<Picture>;
  upload(picture: Picture): Texture;
  /** Gives a decoded picture back that nobody needs any more. */
  close(picture: Picture): void;
  release(texture: Texture): void;
  now(): number;
  /** Something arrived or failed: a new frame is due. */
  changed(): void;
}

/** A load that failed, and whether another try may help. */
export class LoadError extends Error {
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.name = "LoadError";
    this.status = status;
  }
  /** 4xx will not get better, except "timed out" and "too many". Status 0 is a broken connection or picture. */
  get final(): boolean {
    return this.status >= 400 && this.status < 500 && this.status !== 408 && this.status !== 429;
  }
}

interface Entry<Picture, Texture> {
  wanted: Wanted;
  state: TileState;
  attempts: number;
  retryAt: number;
  lastUsed: number;
  abort?: AbortController;
  picture?: Picture;
  texture?: Texture;
  error?: LoadError;
}

export interface StoreLimits {
  bytes: number;
  concurrency: number;
  /** Tries before a tile counts as failed. */
  attempts: number;
}

export class TextureStore<Picture, Texture> {
  readonly #entries = new Map<string, Entry<Picture, Texture>>();
  readonly #ports: Ports<Picture, Texture>;
  readonly #limits: StoreLimits;
  #order: string[] = [];
  #frame = 0;
  #loading = 0;
  /** Highest number of bytes ever held, for the tests of the budget. */
  peakBytes = 0;

  constructor(ports: Ports<Picture, Texture>, limits: StoreLimits) {
    this.#ports = ports;
    this.#limits = limits;
  }

  /**
   * Says what is wanted now, most urgent first. Loads of other tiles are cancelled, their decoded pictures dropped;
   * ready textures stay until the budget needs their place.
   */
  want(tiles: readonly Wanted[]): void {
    this.#frame++;
    this.#order = tiles.map((tile) => tile.key);
    const names = new Set(this.#order);
    for (const [key, entry] of this.#entries) if (!names.has(key)) this.#forgetUnlessReady(key, entry);
    for (const wanted of tiles) {
      const entry = this.#entries.get(wanted.key);
      if (entry) entry.lastUsed = this.#frame;
      else this.#entries.set(wanted.key, { wanted, state: "queued", attempts: 0, retryAt: 0, lastUsed: this.#frame });
    }
    this.#startLoads();
  }

  /** The texture if it is ready; asking counts as use in this frame. */
  get(key: string): Texture | undefined {
    const entry = this.#entries.get(key);
    if (entry?.state !== "ready") return undefined;
    entry.lastUsed = this.#frame;
    return entry.texture;
  }

  has(key: string): boolean {
    return this.#entries.get(key)?.state === "ready";
  }

  state(key: string): TileState | undefined {
    return this.#entries.get(key)?.state;
  }

  /** Moves at most `count` decoded pictures to the graphics card, most urgent first; true when some are left. */
  upload(count: number): boolean {
    let left = count;
    for (const key of this.#order) {
      const entry = this.#entries.get(key);
      if (entry?.state !== "decoded" || entry.picture === undefined) continue;
      if (left-- === 0) break;
      entry.texture = this.#ports.upload(entry.picture);
      entry.state = "ready";
      this.#ports.close(entry.picture);
      delete entry.picture;
    }
    this.#keepToBudget();
    return left < 0;
  }

  /** Milliseconds until a failed load may be tried again; undefined when nothing waits. */
  nextRetry(): number | undefined {
    let earliest: number | undefined;
    for (const entry of this.#entries.values())
      if (entry.state === "waiting") earliest = Math.min(earliest ?? entry.retryAt, entry.retryAt);
    return earliest === undefined ? undefined : Math.max(0, earliest - this.#ports.now());
  }

  /** Wanted tiles by state. */
  count(): Record<TileState, number> {
    const counts: Record<TileState, number> = { queued: 0, loading: 0, decoded: 0, ready: 0, waiting: 0, failed: 0 };
    for (const key of this.#order) {
      const entry = this.#entries.get(key);
      if (entry) counts[entry.state]++;
    }
    return counts;
  }

  get bytes(): number {
    let sum = 0;
    for (const { state, wanted } of this.#entries.values())
      if (state === "ready" || state === "decoded") sum += wanted.bytes;
    return sum;
  }

  /** Tries failed tiles again: the button in the error notice. */
  retryFailed(): void {
    for (const entry of this.#entries.values()) {
      if (entry.state !== "failed" && entry.state !== "waiting") continue;
      entry.state = "queued";
      entry.attempts = 0;
    }
    this.#startLoads();
  }

  /** The graphics context is gone and with it all textures: they are loaded again, mostly from the browser's cache. */
  loseTextures(): void {
    for (const [key, entry] of this.#entries) if (entry.state === "ready") this.#entries.delete(key);
  }

  /** Drops everything. */
  clear(): void {
    this.want([]);
    for (const [key, entry] of this.#entries) this.#drop(key, entry);
  }

  #forgetUnlessReady(key: string, entry: Entry<Picture, Texture>): void {
    if (entry.state !== "ready") this.#drop(key, entry);
  }

  #drop(key: string, entry: Entry<Picture, Texture>): void {
    this.#entries.delete(key);
    if (entry.state === "loading") entry.abort?.abort();
    if (entry.picture !== undefined) this.#ports.close(entry.picture);
    if (entry.texture !== undefined) this.#ports.release(entry.texture);
  }

  #startLoads(): void {
    const now = this.#ports.now();
    for (const key of this.#order) {
      if (this.#loading >= this.#limits.concurrency) return;
      const entry = this.#entries.get(key);
      if (!entry) continue;
      if (entry.state === "waiting" && entry.retryAt <= now) entry.state = "queued";
      if (entry.state === "queued") void this.#load(entry);
    }
  }

  async #load(entry: Entry<Picture, Texture>): Promise<void> {
    const abort = new AbortController();
    entry.abort = abort;
    entry.state = "loading";
    this.#loading++;
    try {
      const picture = await this.#ports.load(entry.wanted.url, abort.signal);
      if (abort.signal.aborted) this.#ports.close(picture);
      else Object.assign(entry, { state: "decoded", picture, attempts: 0 });
    } catch (problem) {
      if (!abort.signal.aborted) this.#fail(entry, problem);
    } finally {
      this.#loading--;
      this.#keepToBudget();
      this.#startLoads();
      this.#ports.changed();
    }
  }

  /** Pauses of 1, 2, 4, … at most 30 s. */
  #fail(entry: Entry<Picture, Texture>, problem: unknown): void {
    entry.error = problem instanceof LoadError ? problem : new LoadError(String(problem), 0);
    entry.attempts++;
    entry.state = entry.error.final || entry.attempts >= this.#limits.attempts ? "failed" : "waiting";
    entry.retryAt = this.#ports.now() + Math.min(30_000, 1000 * 2 ** (entry.attempts - 1));
  }

  #keepToBudget(): void {
    let held = this.bytes;
    if (held > this.#limits.bytes) held = this.#dropOldest(held);
    this.peakBytes = Math.max(this.peakBytes, held);
  }

  /** Ready textures that the last frame did not use go first that were not used for longest. Returns the bytes left. */
  #dropOldest(before: number): number {
    let held = before;
    const old = [...this.#entries].filter(([, entry]) => entry.state === "ready" && entry.lastUsed < this.#frame);
    old.sort(([, p], [, q]) => p.lastUsed - q.lastUsed);
    for (const [key, entry] of old) {
      if (held <= this.#limits.bytes) break;
      held -= entry.wanted.bytes;
      this.#drop(key, entry);
    }
    return held;
  }
}

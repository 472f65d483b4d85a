/**
 * The upload queue: each file is hashed, asked for, and sent if it is new; a few at once. Knows neither the network nor
 * the screen: those are passed in. Every change calls `changed`, so that the page can draw itself anew.
 */

export type ItemState = "waiting" | "hashing" | "asking" | "sending" | "paused" | "done" | "known" | "failed";

export interface Item {
  id: number;
  file: File;
  /** Path inside a dropped folder, or the bare name. */
  name: string;
  state: ItemState;
  /** Bytes that the server has, or that were hashed so far. */
  done: number;
  hash: string | null;
  error: string | null;
}

export interface Sending {
  /** Stops; what the server has stays there. */
  pause: () => void;
  /** Stops and takes away what the server has. */
  discard: () => void;
}

export interface Outside {
  hash: (file: File, progress: (done: number) => void, signal: AbortSignal) => Promise<string | null>;
  isKnown: (hash: string, size: number) => Promise<boolean>;
  send: (
    item: Item,
    listener: { progress: (sent: number) => void; done: () => void; failed: (why: string) => void },
  ) => Sending;
  changed: () => void;
  now: () => number;
}

const ENDED: ItemState[] = ["done", "known", "failed"];

export class UploadQueue {
  readonly items: Item[] = [];
  readonly #outside: Outside;
  readonly #parallel: number;
  readonly #sendings = new Map<number, Sending>();
  readonly #preparing = new Map<number, AbortController>();
  readonly #samples: { at: number; sent: number }[] = [];
  #sent = 0;
  #counter = 0;

  constructor(outside: Outside, parallel = 3) {
    this.#outside = outside;
    this.#parallel = parallel;
  }

  /** Takes files in; one that is already in the list under the same name, size and date is left out. */
  add(files: { file: File; name: string }[]): number {
    let added = 0;
    for (const { file, name } of files) {
      const twin = this.items.find(
        (item) => item.name === name && item.file.size === file.size && item.file.lastModified === file.lastModified,
      );
      if (twin) {
        if (twin.state === "failed") this.retry(twin.id);
        continue;
      }
      this.#counter += 1;
      this.items.push({ id: this.#counter, file, name, state: "waiting", done: 0, hash: null, error: null });
      added += 1;
    }
    this.#pump();
    return added;
  }

  pause(id: number): void {
    const item = this.#find(id);
    if (!item || ENDED.includes(item.state)) return;
    this.#halt(id);
    item.state = "paused";
    this.#pump();
  }

  resume(id: number): void {
    const item = this.#find(id);
    if (item?.state !== "paused") return;
    item.state = "waiting";
    this.#pump();
  }

  retry(id: number): void {
    const item = this.#find(id);
    if (item?.state !== "failed") return;
    item.state = "waiting";
    item.error = null;
    this.#pump();
  }

  /** Takes a file out of the list; an unfinished upload is taken away at the server too. */
  remove(id: number): void {
    const at = this.items.findIndex((item) => item.id === id);
    if (at < 0) return;
    this.#preparing.get(id)?.abort();
    this.#preparing.delete(id);
    this.#sendings.get(id)?.discard();
    this.#sendings.delete(id);
    this.items.splice(at, 1);
    this.#pump();
  }

  pauseAll(): void {
    for (const { id } of [...this.items]) this.pause(id);
  }

  resumeAll(): void {
    for (const { id, state } of [...this.items]) if (state === "paused") this.resume(id);
  }

  clearEnded(): void {
    const keep = this.items.filter((item) => item.state !== "done" && item.state !== "known");
    this.items.splice(0, this.items.length, ...keep);
    this.#outside.changed();
  }

  get busy(): boolean {
    return this.items.some((item) => !ENDED.includes(item.state) && item.state !== "paused");
  }

  /** What is done of all, in bytes; hashing does not count as done. */
  totals(): { done: number; size: number; ended: number; failed: number } {
    let [done, size, ended, failed] = [0, 0, 0, 0];
    for (const item of this.items) {
      size += item.file.size;
      if (item.state === "done" || item.state === "known") {
        done += item.file.size;
        ended += 1;
      } else if (item.state === "sending" || item.state === "paused") done += item.done;
      if (item.state === "failed") failed += 1;
    }
    return { done, size, ended, failed };
  }

  /** Bytes a second over the last seconds; 0 when nothing moves. */
  speed(): number {
    const now = this.#outside.now();
    const recent = this.#samples.filter((sample) => now - sample.at <= 8_000);
    const [first, last] = [recent[0], recent[recent.length - 1]];
    if (!first || !last || last.at - first.at < 500) return 0;
    return ((last.sent - first.sent) / (last.at - first.at)) * 1000;
  }

  #find(id: number): Item | undefined {
    return this.items.find((item) => item.id === id);
  }

  #halt(id: number): void {
    this.#preparing.get(id)?.abort();
    this.#preparing.delete(id);
    this.#sendings.get(id)?.pause();
    this.#sendings.delete(id);
  }

  #pump(): void {
    let running = this.items.filter((item) => ["hashing", "asking", "sending"].includes(item.state)).length;
    for (const item of this.items) {
      if (running >= this.#parallel) break;
      if (item.state !== "waiting") continue;
      running += 1;
      void this.#work(item);
    }
    this.#outside.changed();
  }

  async #work(item: Item): Promise<void> {
    const stop = new AbortController();
    this.#preparing.set(item.id, stop);
    if (!(await this.#isNew(item, stop.signal))) return;
    this.#preparing.delete(item.id);
    item.state = "sending";
    let before = item.done;
    item.done = 0;
    let first = true;
    const sending = this.#outside.send(item, {
      progress: (sent) => {
        // The first report after a pause is what the server already had: no speed of ours.
        if (first) before = sent;
        first = false;
        this.#sent += Math.max(0, sent - before);
        before = sent;
        this.#samples.push({ at: this.#outside.now(), sent: this.#sent });
        if (this.#samples.length > 400) this.#samples.splice(0, 200);
        item.done = sent;
        this.#outside.changed();
      },
      done: () => this.#end(item, "done", null),
      failed: (why) => this.#end(item, "failed", why),
    });
    this.#sendings.set(item.id, sending);
    this.#outside.changed();
  }

  /** Hashes and asks; false when the file need not or must not be sent now. */
  async #isNew(item: Item, signal: AbortSignal): Promise<boolean> {
    if (item.hash === null) {
      item.state = "hashing";
      item.done = 0;
      const progress = (done: number): void => {
        if (signal.aborted) return;
        item.done = done;
        this.#outside.changed();
      };
      const hash = await this.#outside.hash(item.file, progress, signal);
      if (signal.aborted) return false;
      item.hash = hash;
    }
    if (item.hash !== null) {
      item.state = "asking";
      this.#outside.changed();
      // Asking is a courtesy: when it fails the file is sent, and the server looks itself.
      const known = await this.#outside.isKnown(item.hash, item.file.size).catch(() => false);
      if (signal.aborted) return false;
      if (known) {
        this.#preparing.delete(item.id);
        this.#end(item, "known", null);
        return false;
      }
    }
    return true;
  }

  #end(item: Item, state: "done" | "known" | "failed", error: string | null): void {
    this.#sendings.delete(item.id);
    if (item.state === "paused" || !this.items.includes(item)) return;
    item.state = state;
    item.error = error;
    if (state !== "failed") item.done = item.file.size;
    this.#pump();
  }
}

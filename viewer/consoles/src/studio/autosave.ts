/** Saves a moment after the last edit, one request at a time, with the version that it builds on. */
import { type Signal, signal } from "@preact/signals";
import { asProblem, type Problem } from "../api/problem.ts";

export type SaveState = "saved" | "dirty" | "saving" | "failed" | "conflict";

/** Stores a value; the answer is the new version. */
export type Store<T> = (value: T, etag: string | null) => Promise<string | null>;

export class Autosave<T> {
  readonly state: Signal<SaveState> = signal<SaveState>("saved");
  readonly problem: Signal<Problem | undefined> = signal<Problem | undefined>(undefined);
  etag: string | null;
  readonly #store: Store<T>;
  readonly #wait: number;
  #next: { value: T } | undefined;
  #running: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(store: Store<T>, etag: string | null, wait = 900) {
    this.#store = store;
    this.etag = etag;
    this.#wait = wait;
  }

  change(value: T): void {
    this.#next = { value };
    if (this.state.value === "conflict") return;
    if (this.state.value !== "saving") this.state.value = "dirty";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), this.#wait);
  }

  /** Saves at once what is not saved yet. True when all is saved. */
  async flush(): Promise<boolean> {
    clearTimeout(this.#timer);
    while (this.#running) await this.#running;
    if (this.#next && this.state.value !== "conflict") {
      this.#running = this.#save(this.#next.value);
      await this.#running;
      if (this.#next && this.state.value === "dirty") return this.flush();
    }
    return this.state.value === "saved";
  }

  /** Forgets the conflict: what is here goes on top of `etag`. */
  overwrite(etag: string | null): Promise<boolean> {
    this.etag = etag;
    this.state.value = "dirty";
    return this.flush();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  async #save(value: T): Promise<void> {
    const sent = this.#next;
    this.state.value = "saving";
    try {
      this.etag = await this.#store(value, this.etag);
      this.problem.value = undefined;
      if (this.#next === sent) this.#next = undefined;
      this.state.value = this.#next ? "dirty" : "saved";
    } catch (error) {
      const problem = asProblem(error);
      this.problem.value = problem;
      this.state.value = problem.status === 412 ? "conflict" : "failed";
      // A line that comes back or a server that restarts should not need a click.
      if (problem.status === 0 || problem.status >= 500) this.#timer = setTimeout(() => void this.flush(), 5_000);
    } finally {
      this.#running = undefined;
    }
  }
}

/** Choosing by looking: whoever has nothing in his hands keeps his eyes on a thing until it is chosen. Pure. */

/** Milliseconds for which one must look. */
export const DWELL = 1500;

export class Dwell<T> {
  #on: T | undefined;
  #since = 0;
  #done = false;
  /** How far the choice has come, 0 to 1. */
  progress = 0;

  /** True once, when `target` was looked at for long enough. Looking away begins anew. */
  look(target: T | undefined, now: number): boolean {
    if (target !== this.#on) {
      [this.#on, this.#since, this.#done] = [target, now, false];
    }
    const waits = target !== undefined && !this.#done;
    const part = waits ? Math.min(1, (now - this.#since) / DWELL) : 0;
    this.#done ||= part === 1;
    this.progress = part === 1 ? 0 : part;
    return part === 1;
  }

  reset(): void {
    this.#on = undefined;
    this.progress = 0;
  }
}

/** Steps of the thumbstick: one a push, whichever way; it must come back before the next counts. */
export class Snap {
  #ready = true;

  /** −1, 0 or 1; `push` from −1 (left) to 1. */
  step(push: number): number {
    if (Math.abs(push) < 0.3) this.#ready = true;
    if (Math.abs(push) < 0.7 || !this.#ready) return 0;
    this.#ready = false;
    return Math.sign(push);
  }
}

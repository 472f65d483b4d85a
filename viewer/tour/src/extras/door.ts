/** The extras as the core knows them: nothing until they are wanted, then loaded once; whatever is told before is no loss. */
import type { View } from "../geometry/view.ts";
import type { Scene } from "../tour/document.ts";
import type { Extras } from "./extras.ts";
import type { Host, Slots } from "./host.ts";

export class ExtrasDoor {
  readonly #host: () => Host;
  #extras: Extras | undefined;
  #coming = false;

  constructor(host: () => Host) {
    this.#host = host;
  }

  /** Loads them if they are not there; when that fails, the next call tries again. */
  async open(slots: () => Slots): Promise<void> {
    if (this.#coming) return;
    this.#coming = true;
    try {
      const module = await import("./extras.ts");
      this.#extras = new module.Extras(this.#host());
      this.#extras.attach(slots());
    } catch {
      this.#coming = false;
    }
  }

  attach(slots: Slots): void {
    this.#extras?.attach(slots);
  }

  show(scene: Scene): void {
    this.#extras?.show(scene);
  }

  turn(view: View): void {
    this.#extras?.turn(view);
  }

  rested(): void {
    this.#extras?.rested();
  }

  touched(): void {
    this.#extras?.touched();
  }

  stop(): void {
    this.#coming = true;
    this.#extras?.stop();
  }
}

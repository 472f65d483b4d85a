/**
 * Walks through the rooms by itself: turns slowly in each, tells its narration or plays the recording of it, then goes on to the next. Whoever wants no motion
 * sees each room stand still for a while. Any touch, key or wheel ends it.
 */
import type { Translate } from "@kanfang/shared/messages.ts";
import type { Scene } from "../tour/document.ts";
import type { Host } from "./host.ts";
import { Narration } from "./narration/narration.ts";
import { narrationOf, readingTime, recordingOf } from "./narration/text.ts";

/** Degrees turned in a room, and milliseconds for it, which a narration makes longer. */
const TURN = 120;
const STAY = 9_000;
const LOOK = 200;

export class AutoTour {
  readonly narration = new Narration();
  readonly #host: Host;
  readonly #say: (text: string) => void;
  readonly #changed: () => void;
  #t: Translate = (key) => key;
  #walk = 0;
  /** The page was put into the background while the tour ran. */
  #waits = false;
  running = false;

  constructor(host: Host, say: (text: string) => void, changed: () => void) {
    this.#host = host;
    this.#say = say;
    this.#changed = changed;
    this.narration.paused = (on) => {
      if (on) host.rig.stop();
    };
    this.narration.notice = (text) => host.tell(text);
  }

  speak(t: Translate): void {
    this.#t = t;
  }

  toggle(): void {
    if (this.running) this.stop();
    else void this.#run();
  }

  stop(): void {
    if (!this.running) return;
    this.#walk++;
    this.running = this.#waits = false;
    document.removeEventListener("visibilitychange", this.#seen);
    this.#host.rig.stop();
    this.narration.close();
    this.#say(this.#t("extras-auto-ended"));
    this.#changed();
  }

  /** In the background nobody looks, and nobody wants to be talked to: it waits until the page is seen again. */
  readonly #seen = (): void => {
    const { hidden } = document;
    if (hidden ? this.narration.isPaused : !this.#waits) return;
    this.#waits = hidden;
    this.narration.pause(hidden);
  };

  async #run(): Promise<void> {
    const walk = ++this.#walk;
    const { tour } = this.#host;
    const alive = () => walk === this.#walk;
    this.running = true;
    document.addEventListener("visibilitychange", this.#seen);
    this.#changed();
    this.#say(this.#t("extras-auto-begun"));
    const first = Math.max(0, tour.scenes.indexOf(this.#host.scene));
    const order = [...tour.scenes.slice(first), ...tour.scenes.slice(0, first)];
    const recordings = order.map(recordingOf);
    if (recordings.some(Boolean) || order.some((scene) => narrationOf(scene) !== ""))
      this.narration.open(recordings.find(Boolean));
    for (const [step, scene] of order.entries()) {
      if (!alive()) break;
      if (step > 0) await this.#host.go(scene);
      for (let waited = 0; alive() && !this.#host.sharp && waited < STAY; waited += LOOK) await pause(LOOK);
      if (!alive()) break;
      this.narration.ahead(recordings[step + 1]);
      await this.#show(scene, alive);
    }
    if (alive()) this.stop();
  }

  /** Stays until one has seen the room and heard all that there is to say. */
  async #show(scene: Scene, alive: () => boolean): Promise<void> {
    const { rig } = this.#host;
    const [text, recording] = [narrationOf(scene), recordingOf(scene)];
    const told = this.narration.tell(text, recording);
    const time = Math.max(STAY, text === "" ? 0 : readingTime(text), 1000 * (recording?.seconds ?? 0));
    if (!rig.calm) rig.turnTo({ yaw: rig.view.yaw + TURN, pitch: 0 }, time, performance.now());
    for (let waited = 0; alive() && waited < STAY; await pause(LOOK)) if (!this.narration.isPaused) waited += LOOK;
    await told;
    if (alive()) this.narration.silence();
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Adds up how scenes are looked at until it is reported; what the server takes as one report is never exceeded. */

export interface Report {
  version: string;
  /** The first report of this viewer. */
  opened: boolean;
  scenes: {
    scene: string;
    visits: number;
    millis: number;
    /** Cells in ascending order, and milliseconds. */
    gaze: [cell: number, millis: number][];
  }[];
}

/** What is looked at for less is not opened yet. */
const LEAST = 2000;
/** Counted milliseconds after which it is time to report, and arrivals; the server takes twice the time and 32 arrivals. */
const FULL = 30_000;
const ARRIVALS = 30;

interface Seen {
  visits: number;
  millis: number;
  gaze: Map<number, number>;
}

export class Tally {
  readonly #version: string;
  #scenes = new Map<string, Seen>();
  #millis = 0;
  #arrivals = 0;
  #opened = false;
  /** The scene that was looked at last. */
  scene = "";

  constructor(version: string) {
    this.#version = version;
  }

  get isFull(): boolean {
    return this.#millis >= FULL || this.#arrivals >= ARRIVALS;
  }

  /** `millis` of looking at a scene, at a cell of `gaze.ts` where it is known. */
  look(scene: string, cell: number | undefined, millis: number): void {
    const seen = this.#scenes.get(scene) ?? { visits: 0, millis: 0, gaze: new Map<number, number>() };
    this.#scenes.set(scene, seen);
    if (scene !== this.scene) {
      seen.visits += 1;
      this.#arrivals += 1;
      this.scene = scene;
    }
    const whole = Math.round(millis);
    seen.millis += whole;
    this.#millis += whole;
    if (cell !== undefined) seen.gaze.set(cell, (seen.gaze.get(cell) ?? 0) + whole);
  }

  /** What there is to report, and begins anew; undefined where it is too little. */
  take(): Report | undefined {
    if (this.#millis < (this.#opened ? 1 : LEAST)) return undefined;
    const scenes = [...this.#scenes].map(([scene, { visits, millis, gaze }]) => ({
      scene,
      visits,
      millis,
      gaze: [...gaze].filter(([, time]) => time > 0).sort(([one], [other]) => one - other),
    }));
    const report = { version: this.#version, opened: !this.#opened, scenes };
    this.#opened = true;
    this.#scenes = new Map();
    this.#millis = 0;
    this.#arrivals = 0;
    return report;
  }
}

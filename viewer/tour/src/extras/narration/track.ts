/**
 * Plays the recordings of a tour, one at a time, in one element: a browser that lets it sound once, because somebody pressed a
 * button, lets it sound again in the next room.
 */
import { pictures as files } from "../../ui/picture-address.ts";
import type { Recording } from "./text.ts";

/** Milliseconds without a step forward after which a recording counts as lost. */
const PATIENCE = 12_000;

/**
 * - `ended`: it came to its end.
 * - `stopped`: somebody asked to.
 * - `blocked`: the browser wants to be asked by a press first.
 * - `lost`: it cannot be had.
 */
export type Outcome = "ended" | "stopped" | "blocked" | "lost";

export class Track {
  readonly #audio = new Audio();
  #address = "";
  #end: ((outcome: Outcome) => void) | undefined;

  constructor() {
    this.#audio.preload = "auto";
  }

  set muted(on: boolean) {
    this.#audio.muted = on;
  }

  get isPlaying(): boolean {
    return this.#end !== undefined;
  }

  /** To be called while somebody presses a button: what waits for a room to come into sight may sound later only then. */
  unlock(recording: Recording): void {
    this.#open(recording);
    this.#audio.muted = true;
    const rest = () => {
      if (this.isPlaying) return;
      this.#audio.pause();
      this.#audio.currentTime = 0;
    };
    this.#audio.play().then(rest, () => {});
  }

  /** Where a recording stands that has begun, in seconds; undefined for another. */
  timeOf({ address }: Recording): number | undefined {
    return this.#address === address ? this.#audio.currentTime : undefined;
  }

  /** Plays from a second on. `step` hears where it is, several times a second. */
  play(recording: Recording, from: number, step: (seconds: number) => void): Promise<Outcome> {
    const audio = this.#audio;
    this.#open(recording);
    audio.muted = false;
    if (Math.abs(audio.currentTime - from) > 0.01) audio.currentTime = from;
    return new Promise((resolve) => {
      let patience = 0;
      const wait = () => {
        clearTimeout(patience);
        patience = window.setTimeout(() => end("lost"), PATIENCE);
      };
      const stepped = () => {
        wait();
        step(audio.currentTime);
      };
      const end = (outcome: Outcome) => {
        clearTimeout(patience);
        this.#end = undefined;
        audio.ontimeupdate = audio.onended = audio.onerror = null;
        if (outcome !== "ended") audio.pause();
        resolve(outcome);
      };
      this.#end?.("stopped");
      this.#end = end;
      audio.ontimeupdate = stepped;
      audio.onended = () => end("ended");
      audio.onerror = () => end("lost");
      wait();
      audio.play().catch((problem: unknown) => {
        // A pause while it is loaded ends the promise, too: that was somebody's wish.
        const name = problem instanceof DOMException ? problem.name : "";
        if (name === "NotAllowedError") end("blocked");
        else if (name !== "AbortError") end("lost");
      });
    });
  }

  /** It stays where it is. */
  stop(): void {
    this.#end?.("stopped");
  }

  /** Whoever plays it next begins anew. */
  forget(): void {
    this.stop();
    this.#audio.pause();
    this.#address = "";
  }

  #open({ address }: Recording): void {
    if (this.#address === address) return;
    this.#address = address;
    this.#audio.src = files.address(address);
  }
}

/** Brings a recording into the browser's cache before it is needed. */
export function fetchAhead({ address }: Recording): void {
  // A copy on a disk is there already.
  if (files.address(address) === address) void fetch(address).catch(() => {});
}

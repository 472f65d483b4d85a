/**
 * Tells a scene's narration during the guided tour: as captions always; its recording is played where there is one, else the
 * browser's own voice speaks where the reader has switched the sound on. A pause of the voice or a switch of the sound begins the
 * present sentence anew; a recording goes on where it was.
 */
import type { Translate } from "@kanfang/shared/messages.ts";
import { signsHere } from "../../stage/device.ts";
import { button, drawn, element } from "../../ui/dom.ts";
import { ICONS } from "../icons.ts";
import { beginningsOf, languageOf, type Recording, readingTime, sentenceAt, sentencesOf } from "./text.ts";
import { fetchAhead, Track } from "./track.ts";

/** A voice that never says that it has ended is waited for no longer than this many times the reading time. */
const PATIENCE = 4;

export class Narration {
  /** Captions and what governs them; shown while a tour runs that has something to tell. */
  readonly root = element("div", { class: "kf-narration", role: "group" });
  readonly #caption = element("p", { class: "kf-caption" });
  readonly #track = new Track();
  #pause = element("button", {});
  #mute = element("button", {});
  /** Whether recordings sound: unless the reader saves data or has switched them off. */
  #sound = !signsHere().saveData;
  /** Whether the browser's voice speaks: only where the reader has asked for it. */
  #voice = false;
  #paused = false;
  /** What is told now is recorded, and can be had. */
  #recording: Recording | undefined;
  /** What is told now has a recording that cannot be had. */
  #standsIn = false;
  /** What cannot be had: it is not asked for again. */
  readonly #lost = new Set<string>();
  /** Counts what is told: a later one, or the end, takes the word from an earlier. */
  #turn = 0;
  #interrupt: (() => void) | undefined;
  #continued: (() => void) | undefined;
  #t: Translate = (key) => key;
  /** Called when the reader pauses or goes on. */
  paused: (on: boolean) => void = () => {};
  /** Shows a line for a moment. */
  notice: (text: string) => void = () => {};

  constructor() {
    this.root.hidden = true;
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  /** Whether the browser's voice speaks: also in the place of a recording that cannot be had. */
  get #speaks(): boolean {
    return this.#voice || (this.#standsIn && this.#sound);
  }

  /** Whether something is heard now. */
  get #audible(): boolean {
    return this.#recording ? this.#sound : this.#speaks;
  }

  attach(t: Translate): void {
    this.#t = t;
    this.#pause = button("", "kf-tool", () => this.pause(!this.#paused));
    this.#mute = button("", "kf-tool", () => this.#setSound(!this.#audible));
    this.root.setAttribute("aria-label", t("extras-narration"));
    this.root.replaceChildren(this.#caption, this.#pause, this.#mute);
    this.#show();
  }

  /** To be called while somebody presses a button; `first`: the recording that will be played first. */
  open(first: Recording | undefined): void {
    this.root.hidden = false;
    this.#show();
    if (first && this.#sound) this.#track.unlock(first);
  }

  /** Brings what is told next, unless the reader wants no sound. */
  ahead(recording: Recording | undefined): void {
    if (recording && this.#sound) fetchAhead(recording);
  }

  /** Resolves when all of it was told, or when something else took the word. */
  async tell(text: string, recording?: Recording): Promise<void> {
    const turn = ++this.#turn;
    const sentences = sentencesOf(text);
    const isLost = recording !== undefined && this.#lost.has(recording.address);
    this.#recording = isLost ? undefined : recording;
    this.#standsIn = isLost;
    this.#show();
    let next = 0;
    while (next < Math.max(sentences.length, this.#recording ? 1 : 0)) {
      const sentence = sentences[next] ?? "";
      this.#write(sentence);
      if (this.#paused) await new Promise<void>((go) => (this.#continued = go));
      if (turn !== this.#turn) return;
      if (this.#recording && this.#sound) next = await this.#play(this.#recording, sentences, next, turn);
      else if (await this.#say(sentence)) next++;
      if (turn !== this.#turn) return;
    }
  }

  /** Nothing is being told in this room. */
  silence(): void {
    this.#turn++;
    this.#interrupt?.();
    this.#continued?.();
    this.#track.forget();
    this.#recording = undefined;
    this.#write("");
  }

  close(): void {
    this.#paused = false;
    this.silence();
    this.root.hidden = true;
    this.#show();
  }

  /** Plays the recording from the sentence with this number; the number of the sentence at which it was left. */
  async #play(recording: Recording, sentences: readonly string[], first: number, turn: number): Promise<number> {
    const beginnings = beginningsOf(sentences, recording.seconds);
    const there = this.#track.timeOf(recording) ?? 0;
    // Paused within this sentence: it goes on where it was.
    const from = sentenceAt(beginnings, there) === first ? there : (beginnings[first] ?? 0);
    let now = first;
    this.#interrupt = () => this.#track.stop();
    const outcome = await this.#track.play(recording, from, (time) => {
      now = sentenceAt(beginnings, time);
      this.#write(sentences[now] ?? "");
    });
    if (turn !== this.#turn) return now;
    this.#interrupt = undefined;
    if (outcome === "ended") return Math.max(sentences.length, 1);
    if (outcome === "blocked") {
      this.#sound = false;
      this.notice(this.#t("extras-narration-blocked"));
    } else if (outcome === "lost") {
      this.#lost.add(recording.address);
      this.#recording = undefined;
      this.#standsIn = true;
    }
    this.#show();
    return now;
  }

  /** True when it came to its end, false when it was interrupted. */
  #say(sentence: string): Promise<boolean> {
    return new Promise((resolve) => {
      const time = readingTime(sentence);
      const spoken = this.#speaks && !this.#recording && "speechSynthesis" in window;
      let timer = setTimeout(() => end(true), spoken ? time * PATIENCE : time);
      const end = (whole: boolean) => {
        clearTimeout(timer);
        this.#interrupt = undefined;
        resolve(whole);
      };
      this.#interrupt = () => {
        if (spoken) speechSynthesis.cancel();
        end(false);
      };
      if (!spoken) return;
      const utterance = new SpeechSynthesisUtterance(sentence);
      utterance.lang = languageOf(sentence);
      utterance.onend = () => end(true);
      // Without a voice for the language it is read.
      utterance.onerror = () => {
        clearTimeout(timer);
        timer = setTimeout(() => end(true), time);
      };
      speechSynthesis.speak(utterance);
    });
  }

  /** Waits, or goes on. */
  pause(on: boolean): void {
    this.#paused = on;
    this.#show();
    if (on) this.#interrupt?.();
    else this.#continued?.();
    this.paused(on);
  }

  #setSound(on: boolean): void {
    // A recording that runs falls silent and runs on, its captions with it.
    const runs = this.#track.isPlaying;
    this.#sound = this.#voice = on;
    this.#track.muted = !on;
    this.#show();
    if (!runs) this.#interrupt?.();
  }

  #write(caption: string): void {
    if (this.#caption.textContent !== caption) this.#caption.textContent = caption;
  }

  #show(): void {
    // A voice and a screen reader would talk at once.
    if (this.root.hidden) this.#caption.removeAttribute("aria-live");
    else this.#caption.setAttribute("aria-live", this.#audible ? "off" : "polite");
    this.#mute.hidden = !this.#recording && !("speechSynthesis" in window);
    label(this.#pause, this.#t(this.#paused ? "extras-narration-go-on" : "extras-narration-pause"));
    this.#pause.replaceChildren(drawn(this.#paused ? ICONS.play : ICONS.pause));
    label(this.#mute, this.#t(this.#audible ? "extras-narration-mute" : "extras-narration-sound"));
    this.#mute.replaceChildren(drawn(this.#audible ? ICONS.sound : ICONS.silent));
  }
}

function label(node: HTMLElement, text: string): void {
  node.setAttribute("aria-label", text);
  node.title = text;
}

/**
 * Tells a scene's narration during the guided tour: as captions always, spoken by the browser's own voice where the reader has
 * switched the sound on. A pause or a switch of the sound begins the present sentence anew.
 */
import type { Translate } from "@kanfang/shared/messages.ts";
import { button, drawn, element } from "../../ui/dom.ts";
import { ICONS } from "../icons.ts";
import { languageOf, readingTime, sentencesOf } from "./text.ts";

/** A voice that never says that it has ended is waited for no longer than this many times the reading time. */
const PATIENCE = 4;

export class Narration {
  /** Captions and what governs them; shown while a tour runs that has something to tell. */
  readonly root = element("div", { class: "kf-narration", role: "group" });
  readonly #caption = element("p", { class: "kf-caption" });
  #pause = element("button", {});
  #mute = element("button", {});
  #sound = false;
  #paused = false;
  /** Counts what is told: a later one, or the end, takes the word from an earlier. */
  #turn = 0;
  #interrupt: (() => void) | undefined;
  #continued: (() => void) | undefined;
  #t: Translate = (key) => key;
  /** Called when the reader pauses or goes on. */
  paused: (on: boolean) => void = () => {};

  constructor() {
    this.root.hidden = true;
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  attach(t: Translate): void {
    this.#t = t;
    this.#pause = button("", "kf-tool", () => this.#setPaused(!this.#paused));
    this.#mute = button("", "kf-tool", () => this.#setSound(!this.#sound));
    this.#mute.hidden = !("speechSynthesis" in window);
    this.root.setAttribute("aria-label", t("extras-narration"));
    this.root.replaceChildren(this.#caption, this.#pause, this.#mute);
    this.#show();
  }

  open(): void {
    this.root.hidden = false;
  }

  /** Resolves when all of it was told, or when something else took the word. */
  async tell(text: string): Promise<void> {
    const turn = ++this.#turn;
    for (const sentence of sentencesOf(text)) {
      this.#caption.textContent = sentence;
      let told = false;
      while (!told) {
        if (this.#paused) await new Promise<void>((go) => (this.#continued = go));
        if (turn !== this.#turn) return;
        told = await this.#say(sentence);
        if (turn !== this.#turn) return;
      }
    }
  }

  /** Nothing is being told in this room. */
  silence(): void {
    this.#turn++;
    this.#interrupt?.();
    this.#continued?.();
    this.#caption.textContent = "";
  }

  close(): void {
    this.#paused = false;
    this.silence();
    this.root.hidden = true;
    this.#show();
  }

  /** True when it came to its end, false when it was interrupted. */
  #say(sentence: string): Promise<boolean> {
    return new Promise((resolve) => {
      const time = readingTime(sentence);
      const spoken = this.#sound;
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

  #setPaused(on: boolean): void {
    this.#paused = on;
    this.#show();
    if (on) this.#interrupt?.();
    else this.#continued?.();
    this.paused(on);
  }

  #setSound(on: boolean): void {
    this.#sound = on;
    this.#show();
    this.#interrupt?.();
  }

  #show(): void {
    // A voice and a screen reader would talk at once.
    this.#caption.setAttribute("aria-live", this.#sound ? "off" : "polite");
    label(this.#pause, this.#t(this.#paused ? "extras-narration-go-on" : "extras-narration-pause"));
    this.#pause.replaceChildren(drawn(this.#paused ? ICONS.play : ICONS.pause));
    label(this.#mute, this.#t(this.#sound ? "extras-narration-mute" : "extras-narration-sound"));
    this.#mute.replaceChildren(drawn(this.#sound ? ICONS.sound : ICONS.silent));
  }
}

function label(node: HTMLElement, text: string): void {
  node.setAttribute("aria-label", text);
  node.title = text;
}

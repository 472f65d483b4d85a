/** The recording of the present scene, to be heard also outside the guided tour: nothing is loaded before somebody presses play. */
import type { Translate } from "@kanfang/shared/messages.ts";
import type { Scene } from "../../tour/document.ts";
import { element } from "../../ui/dom.ts";
import { pictures as files } from "../../ui/picture-address.ts";
import { recordingOf } from "./text.ts";

export class Listen {
  #scene = "";
  #player: HTMLElement | undefined;
  #audio: HTMLAudioElement | undefined;

  /** The same for as long as the scene is: what is written around it anew does not stop it. */
  player(scene: Scene, t: Translate): HTMLElement | undefined {
    const recording = recordingOf(scene);
    if (!recording) return undefined;
    if (this.#scene !== scene.id || !this.#player) {
      const audio = element("audio", {
        controls: true,
        preload: "none",
        src: files.address(recording.address),
      });
      this.#player = element("p", { class: "kf-listen" }, audio);
      const player = this.#player;
      audio.addEventListener("error", () => player.replaceChildren(t("extras-listen-lost")));
      [this.#scene, this.#audio] = [scene.id, audio];
    }
    this.#audio?.setAttribute("aria-label", t("extras-listen", { scene: scene.title }));
    return this.#player;
  }

  /** Falls silent, unless it is that of `but`. */
  stop(but?: Scene): void {
    if (but?.id !== this.#scene) this.#audio?.pause();
  }
}

/** The button that lets the phone's motion turn the view; only where there is a sensor and a hand that holds it. */
import type { Translate } from "@kanfang/shared/messages.ts";
import { button, drawn } from "../ui/dom.ts";
import type { Host } from "./host.ts";
import { ICONS } from "./icons.ts";
import { followMotion, hasMotionSensor } from "./motion-sensor.ts";

export class MotionTool {
  readonly #host: Host;
  #node: HTMLButtonElement | undefined;
  #t: Translate = (key) => key;
  #end: (() => void) | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  attach(tools: HTMLElement, t: Translate): void {
    if (!hasMotionSensor() || navigator.maxTouchPoints === 0) return;
    this.#t = t;
    this.#node = button("", "kf-tool kf-motion", () => void this.#toggle(), drawn(ICONS.phone));
    tools.append(this.#node);
    this.#label();
  }

  stop(): void {
    this.#end?.();
    this.#end = undefined;
  }

  async #toggle(): Promise<void> {
    if (this.#end) this.stop();
    else {
      this.#end = await followMotion(this.#host.rig);
      if (!this.#end) this.#host.tell(this.#t("extras-motion-refused"));
    }
    this.#label();
  }

  #label(): void {
    const label = this.#t(this.#end ? "extras-motion-stop" : "extras-motion");
    this.#node?.setAttribute("aria-pressed", String(this.#end !== undefined));
    this.#node?.setAttribute("aria-label", label);
    if (this.#node) this.#node.title = label;
  }
}

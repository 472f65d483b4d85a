/** The button that puts another day beside the present scene: only where the scene has one. The rest is loaded when it is pressed. */
import type { Translate } from "@kanfang/shared/messages.ts";
import type { Scene } from "../../tour/document.ts";
import { button, drawn } from "../../ui/dom.ts";
import type { Host } from "../host.ts";
import { ICONS } from "../icons.ts";
import type { Compare } from "./compare.ts";
import { otherDayOf } from "./read.ts";

export class OtherDayTool {
  readonly #host: Host;
  #node: HTMLButtonElement | undefined;
  #compare: Compare | undefined;
  #scene: Scene | undefined;
  #t: Translate = (key) => key;

  constructor(host: Host) {
    this.#host = host;
  }

  attach(tools: HTMLElement, t: Translate): void {
    const wasOpen = this.#compare !== undefined;
    this.#close();
    this.#t = t;
    const label = t("extras-other-day");
    this.#node = button(label, "kf-tool kf-other-day", () => void this.#toggle(), drawn(ICONS.days));
    tools.append(this.#node);
    this.#show();
    if (wasOpen) void this.#toggle();
  }

  /** Another scene: what was compared is gone. */
  show(scene: Scene): void {
    if (scene !== this.#scene) this.#close();
    this.#scene = scene;
    this.#show();
  }

  stop(): void {
    this.#close();
  }

  async #toggle(): Promise<void> {
    if (this.#compare) {
      this.#close();
      this.#node?.focus();
      return;
    }
    const { scene } = this.#host;
    try {
      const { Compare } = await import("./compare.ts");
      if (scene !== this.#host.scene || this.#compare) return;
      this.#compare = Compare.of(this.#host, () => void this.#toggle());
    } catch {
      this.#host.tell(this.#t("extras-other-day-missing"));
    }
    // Over the pins, under everything that can be pressed.
    if (this.#compare) this.#host.root.querySelector(".kf-hotspots")?.after(this.#compare.root);
    this.#compare?.focus();
    this.#show();
  }

  #close(): void {
    this.#compare?.close();
    this.#compare = undefined;
    this.#show();
  }

  #show(): void {
    if (!this.#node) return;
    this.#node.hidden = otherDayOf(this.#host.scene) === undefined;
    this.#node.setAttribute("aria-pressed", String(this.#compare !== undefined));
  }
}

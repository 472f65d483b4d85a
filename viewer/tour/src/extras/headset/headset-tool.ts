/** The button that shows the tour in a headset: only where there is one. All else is loaded when it is pressed. */
import type { Translate } from "@kanfang/shared/messages.ts";
import { button, drawn } from "../../ui/dom.ts";
import type { Host } from "../host.ts";
import { ICONS } from "../icons.ts";
import type { Headset } from "./headset.ts";
import { xrSystem } from "./xr.ts";

export class HeadsetTool {
  readonly #host: Host;
  readonly #there: Promise<boolean>;
  #headset: Headset | undefined;
  #node: HTMLButtonElement | undefined;
  #t: Translate = (key) => key;

  constructor(host: Host) {
    this.#host = host;
    // Frames without the right (`allow="xr-spatial-tracking"`) and browsers without a runtime refuse.
    this.#there =
      xrSystem()
        ?.isSessionSupported("immersive-vr")
        .catch(() => false) ?? Promise.resolve(false);
  }

  /** Takes its place among an overlay's tools as soon as it is known that there is a headset. */
  attach(tools: HTMLElement, t: Translate): void {
    this.#t = t;
    const place = document.createComment("");
    tools.append(place);
    void this.#there.then((there) => {
      if (!there || !place.isConnected) return;
      this.#node = button(t("extras-headset"), "kf-tool kf-headset", () => void this.#toggle(), drawn(ICONS.headset));
      place.replaceWith(this.#node);
      this.#show();
    });
  }

  stop(): void {
    this.#headset?.stop();
  }

  async #toggle(): Promise<void> {
    if (this.#headset) return this.#headset.stop();
    try {
      // Asked for at once: browsers grant it only as the answer to a press.
      const session = await xrSystem()?.requestSession("immersive-vr", { optionalFeatures: ["hand-tracking"] });
      if (!session) return;
      const { open } = await import("./open.ts").catch(async (problem) => {
        await session.end();
        throw problem;
      });
      this.#headset = await open(session, this.#host);
      this.#headset.ended = () => {
        this.#headset = undefined;
        this.#show();
        this.#host.say(this.#t("extras-headset-ended"));
      };
    } catch {
      this.#host.tell(this.#t("extras-headset-failed"));
    }
    this.#show();
  }

  #show(): void {
    this.#node?.setAttribute("aria-pressed", String(this.#headset !== undefined));
  }
}

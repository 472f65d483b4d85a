/**
 * The scene in words: what it is, when it was taken, which way one looks, and where each way out lies as seen from here. For
 * those who hear the page, and for everybody who wants to know how it is worked.
 */
import type { Translate } from "@kanfang/shared/messages.ts";
import { type Scene, sceneOf } from "../tour/document.ts";
import { readPlan } from "../tour/plan.ts";
import { button, element } from "../ui/dom.ts";
import { eighthOf } from "./compass.ts";
import type { Host } from "./host.ts";
import { maskedIn } from "./masked.ts";
import { otherDayOf } from "./other-day/read.ts";

export class About {
  readonly root: HTMLElement;
  readonly #host: Host;
  readonly #t: Translate;
  readonly #toggle: HTMLElement;
  readonly #more: () => HTMLElement[];
  readonly #body = element("div", {});
  #shown = "";

  /** `more`: what else there is to say of the present scene, under its own headings. */
  constructor(host: Host, t: Translate, toggle: HTMLElement, more: () => HTMLElement[] = () => []) {
    this.#host = host;
    this.#t = t;
    this.#toggle = toggle;
    this.#more = more;
    const close = button(t("extras-close"), "kf-text-button", () => this.#close(), t("extras-close"));
    this.root = element("section", {
      class: "kf-about",
      id: "kf-about",
      tabindex: "-1",
      "aria-label": t("extras-about"),
    });
    this.root.append(this.#body, close);
    this.root.hidden = true;
    this.root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.#close();
    });
    toggle.setAttribute("aria-expanded", "false");
    toggle.setAttribute("aria-controls", "kf-about");
  }

  get isOpen(): boolean {
    return !this.root.hidden;
  }

  toggle(): void {
    if (this.isOpen) {
      this.#close();
      return;
    }
    this.root.hidden = false;
    this.#toggle.setAttribute("aria-expanded", "true");
    this.#shown = "";
    this.show(this.#host.scene);
    this.root.focus({ preventScroll: true });
  }

  /** Writes it anew where something has changed: a focused button stays where it is otherwise. */
  show(scene: Scene): void {
    if (!this.isOpen) return;
    const state = `${scene.id}/${Math.round(this.#host.rig.view.yaw / 5)}`;
    if (state === this.#shown || this.#body.contains(document.activeElement)) return;
    this.#shown = state;
    this.#body.replaceChildren(
      element("h3", {}, this.#t("extras-about-title", { scene: scene.title })),
      this.#facts(scene),
      element("h4", {}, this.#t("extras-ways")),
      this.#ways(scene),
      ...this.#more(),
      element("h4", {}, this.#t("extras-keys")),
      element("p", {}, this.#t("extras-keys-text")),
    );
  }

  #close(): void {
    this.root.hidden = true;
    this.#toggle.setAttribute("aria-expanded", "false");
    this.#toggle.focus();
  }

  #facts(scene: Scene): HTMLElement {
    const { tour, rig } = this.#host;
    const rows: [string, string][] = [
      [this.#t("extras-place"), `${tour.scenes.indexOf(scene) + 1} / ${tour.scenes.length}`],
    ];
    if (scene.capturedAt) rows.push([this.#t("extras-captured"), scene.capturedAt.slice(0, 10)]);
    if (scene.northYaw !== null) {
      const sector = eighthOf(rig.view.yaw - scene.northYaw);
      rows.push([this.#t("extras-facing"), this.#t(`tour-direction-${sector}`)]);
    }
    const [here, before] = [maskedIn(scene.panorama), maskedIn(otherDayOf(scene)?.panorama)];
    if (here > 0) rows.push([this.#t("extras-masked"), this.#t("extras-masked-count", { count: here })]);
    if (before > 0) rows.push([this.#t("extras-masked-other"), this.#t("extras-masked-count", { count: before })]);
    const plan = readPlan(tour.plan)?.picture?.masked ?? 0;
    if (plan > 0) rows.push([this.#t("extras-masked-plan"), this.#t("extras-masked-count", { count: plan })]);
    const list = element("dl", {});
    for (const [name, value] of rows) list.append(element("dt", {}, name), element("dd", {}, value));
    return list;
  }

  #ways(scene: Scene): HTMLElement {
    if (scene.links.length === 0) return element("p", {}, this.#t("extras-no-ways"));
    const list = element("ul", {});
    for (const link of scene.links) {
      const target = sceneOf(this.#host.tour, link.target);
      if (!target) continue;
      const name = link.title || target.title;
      const sector = eighthOf(link.yaw - this.#host.rig.view.yaw);
      const label = this.#t("extras-way", { scene: name, side: this.#t(`extras-side-${sector}`) });
      list.append(
        element(
          "li",
          {},
          button(label, "kf-way", () => void this.#host.go(target), label),
        ),
      );
    }
    return list;
  }
}

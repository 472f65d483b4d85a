/**
 * Everything over the canvas, in one language. It is made anew when the language changes; what it shows comes in through
 * methods, what the reader does goes out through `actions`. Knows neither the stage nor the network.
 */
import type { Translate } from "@kanfang/shared/messages.ts";
import type { Slots } from "../extras/host.ts";
import type { Size, View } from "../geometry/view.ts";
import { type Link, type Scene, sceneOf, type Tour } from "../tour/document.ts";
import { button, element } from "./dom.ts";
import { Hotspots } from "./hotspots.ts";

export interface OverlayActions {
  go(scene: Scene): void;
  follow(link: Link): void;
  approach(link: Link): void;
  turnTo(view: Partial<View>): void;
  language(): void;
}

export class Overlay {
  readonly root: HTMLElement;
  readonly #t: Translate;
  readonly #actions: OverlayActions;
  readonly #hotspots: Hotspots;
  readonly #title = element("h2", { class: "kf-title" });
  readonly #captured = element("p", { class: "kf-captured" });
  readonly #live = element("p", { class: "kf-hidden", "aria-live": "polite" });
  readonly #progress = element("div", { class: "kf-progress", "aria-hidden": "true" });
  readonly #banner = element("p", { class: "kf-banner", role: "status" });
  readonly #notice = element("div", { class: "kf-notice", role: "status" });
  readonly #hint: HTMLElement;
  /** Of the progress that is shown. */
  #part = 0;
  /** Places that the extras fill. */
  readonly slots: Slots;

  constructor(tour: Tour, t: Translate, actions: OverlayActions) {
    this.#t = t;
    this.#actions = actions;
    this.#hotspots = new Hotspots(t);
    this.#hint = element("p", { class: "kf-hint", "aria-hidden": "true" }, t("tour-hint"));
    const language = button(
      t("tour-language-label"),
      "kf-tool kf-language",
      actions.language,
      element("span", {}, t("tour-language")),
    );
    const origin = [tour.court, tour.title].filter(Boolean).join(" · ");
    const plate = element(
      "header",
      { class: "kf-plate" },
      element("p", { class: "kf-origin" }, origin),
      this.#title,
      this.#captured,
    );
    const tools = element("div", { class: "kf-tools", role: "toolbar", "aria-label": t("tour-tools") }, language);
    const more = element("div", { class: "kf-tools kf-more", role: "group", "aria-label": t("tour-more") });
    const scenes = element("div", { class: "kf-scenes-place" });
    const corner = element("div", { class: "kf-corner" });
    const panel = element("div", { class: "kf-panel" });
    this.#banner.hidden = true;
    this.#notice.hidden = true;
    const row = element("div", { class: "kf-row" }, plate, element("div", { class: "kf-sides" }, more, tools));
    const top = element("div", { class: "kf-top" }, this.#banner, row);
    const foot = element("div", { class: "kf-foot" }, scenes, corner);
    const bottom = element("div", { class: "kf-bottom" }, this.#notice, this.#hint, foot);
    this.root = element(
      "div",
      { class: "kf-overlay" },
      this.#hotspots.root,
      this.#progress,
      top,
      panel,
      bottom,
      this.#live,
    );
    this.slots = { root: this.root, view: tools, tools: more, scenes, corner, panel, links: this.#hotspots };
    this.root.addEventListener("click", () => this.touched());
  }

  showScene(tour: Tour, scene: Scene): void {
    this.#title.textContent = scene.title;
    this.#captured.textContent = scene.capturedAt
      ? this.#t("tour-captured", { date: dateOf(scene.capturedAt, this.#t) })
      : "";
    this.#hotspots.show(tour, scene, this.#t, this.#actions);
  }

  announce(tour: Tour, scene: Scene): void {
    const number = tour.scenes.indexOf(scene) + 1;
    const names = scene.links.map((link) => link.title || sceneOf(tour, link.target)?.title || "");
    const arrived = this.#t("tour-arrived", { scene: scene.title, number, count: tour.scenes.length });
    const ways = names.length > 0 ? this.#t("tour-ways", { names: names.join(this.#t("tour-ways-separator")) }) : "";
    this.#live.textContent = `${arrived} ${ways}`.trim();
  }

  /** Says something to those who hear the page. */
  say(text: string): void {
    this.#live.textContent = text;
  }

  place(view: View, size: Size): void {
    this.#hotspots.place(view, size);
  }

  /** A thin line that grows with the tiles; gone when all are there. */
  progress(ready: number, needed: number): void {
    const done = needed === 0 || ready >= needed;
    const part = done ? 1 : 0.05 + (0.95 * ready) / needed;
    // The browser takes the same style for a new one.
    if (part === this.#part) return;
    this.#part = part;
    this.#progress.classList.toggle("kf-done", done);
    this.#progress.style.transform = `scaleX(${part})`;
  }

  busy(on: boolean): void {
    this.root.classList.toggle("kf-busy", on);
  }

  touched(): void {
    this.#hint.classList.add("kf-done");
  }

  banner(text: string | null): void {
    this.#banner.hidden = text === null;
    this.#banner.textContent = text ?? "";
  }

  /** A line at the bottom with a way out. */
  notice(text: string | null, label?: string, act?: () => void): void {
    this.#notice.hidden = text === null;
    this.#notice.replaceChildren(text ?? "");
    if (label && act) this.#notice.append(button(label, "kf-text-button", act, label));
  }
}

/** A card in the middle instead of the tour: an error, or the word that it was withdrawn. */
export function card(title: string, text: string, label?: string, act?: () => void): HTMLElement {
  const node = element("div", { class: "kf-card", role: "alert" }, element("h2", {}, title), element("p", {}, text));
  if (label && act) node.append(button(label, "kf-primary", act, label));
  return node;
}

function dateOf(iso: string, t: Translate): string {
  const [year, month, day] = iso.slice(0, 10).split("-").map(Number);
  if (!year || !month || !day) return iso;
  return t("tour-date", { year, month, day });
}

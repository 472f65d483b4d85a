/** The rooms of the tour with small pictures cut from their previews; nothing is loaded before the list is opened. */
import type { Translate } from "@kanfang/shared/messages.ts";
import { wrapDegrees } from "../geometry/cube.ts";
import { faceIndex, type Scene, type Tour } from "../tour/document.ts";
import { button, drawn, element } from "../ui/dom.ts";
import { pictures } from "../ui/picture-address.ts";
import { ICONS } from "./icons.ts";

export class SceneList {
  readonly root: HTMLElement;
  readonly #toggle: HTMLButtonElement;
  readonly #list: HTMLElement;
  readonly #items = new Map<string, HTMLButtonElement>();
  readonly #tour: Tour;
  readonly #t: Translate;
  /** Called when it opens: it wants room. */
  opened: () => void = () => {};
  #name = "";

  constructor(tour: Tour, t: Translate, go: (scene: Scene) => void) {
    this.#tour = tour;
    this.#t = t;
    this.#list = element("ol", { class: "kf-scenes-list", id: "kf-scenes", "aria-label": t("tour-scene-list") });
    this.#list.hidden = true;
    for (const scene of tour.scenes) {
      const item = button(scene.title, "kf-scene", () => go(scene));
      item.append(
        element("span", { class: "kf-scene-picture" }),
        element("span", { class: "kf-scene-name" }, scene.title),
      );
      this.#items.set(scene.id, item);
      this.#list.append(element("li", {}, item));
    }
    this.#toggle = button(t("tour-scenes"), "kf-tool kf-scenes-toggle", () => this.open(!this.isOpen));
    this.#toggle.setAttribute("aria-controls", "kf-scenes");
    this.#toggle.append(drawn(ICONS.scenes), element("span", {}, `${t("tour-scenes")} ${tour.scenes.length}`));
    this.root = element("nav", { class: "kf-scenes", "aria-label": t("tour-scene-list") }, this.#toggle, this.#list);
    this.root.hidden = tour.scenes.length < 2;
    this.root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.#list.hidden) return;
      event.stopPropagation();
      this.open(false);
      this.#toggle.focus();
    });
    for (const scene of tour.scenes) this.#items.get(scene.id)?.style.setProperty("--kf-face", String(facing(scene)));
    this.#label();
  }

  get isOpen(): boolean {
    return !this.#list.hidden;
  }

  open(open: boolean): void {
    this.#list.hidden = !open;
    this.root.classList.toggle("kf-open", open);
    if (open) {
      this.#showPictures();
      this.opened();
    }
    this.#label();
  }

  mark(scene: Scene): void {
    this.#name = scene.title;
    for (const [id, item] of this.#items) {
      if (id === scene.id) item.setAttribute("aria-current", "true");
      else item.removeAttribute("aria-current");
    }
    const item = this.#items.get(scene.id);
    if (item && this.isOpen) this.#list.scrollTo({ left: item.offsetLeft - this.#list.clientWidth / 2 + 52 });
    this.#label();
  }

  #label(): void {
    const count = this.#tour.scenes.length;
    const label = this.isOpen
      ? this.#t("tour-scene-close", { count })
      : this.#t("tour-scene-open", { count, scene: this.#name });
    this.#toggle.setAttribute("aria-label", label);
    this.#toggle.setAttribute("aria-expanded", String(this.isOpen));
  }

  #showPictures(): void {
    for (const scene of this.#tour.scenes) {
      const picture = this.#items.get(scene.id)?.querySelector<HTMLElement>(".kf-scene-picture");
      if (picture) picture.style.backgroundImage = `url("${encodeURI(pictures.address(scene.panorama.preview))}")`;
    }
  }
}

/** The horizontal face that the start view looks at. */
function facing(scene: Scene): number {
  const quarter = Math.round(wrapDegrees(scene.initialView.yaw) / 90);
  return faceIndex((["f", "r", "b", "l"] as const)[((quarter % 4) + 4) % 4] ?? "f");
}

/**
 * The arrows to other scenes: real buttons laid over the canvas. Those out of sight stay in the tab order; when one gets
 * the focus the view turns to it. Under a bar they are out of sight; half under it they step aside.
 */
import type { Translate } from "@kanfang/shared/messages.ts";
import type { Covers } from "../extras/covers.ts";
import { directionOf } from "../geometry/cube.ts";
import { cameraOf, type Size, toScreen, type View } from "../geometry/view.ts";
import { type Link, type Scene, sceneOf, type Tour } from "../tour/document.ts";
import { button, drawn, element } from "./dom.ts";

/** An arrowhead on a 24 × 24 field. */
const GO = "M6 14.5 12 8l6 6.5";

export interface HotspotActions {
  follow(link: Link): void;
  turnTo(view: Partial<View>): void;
  approach(link: Link): void;
}

export class Hotspots {
  readonly root: HTMLElement;
  #covers: Covers | undefined;
  #placed: { link: Link; node: HTMLElement }[] = [];

  constructor(t: Translate) {
    this.root = element("nav", { class: "kf-hotspots", "aria-label": t("tour-links") });
  }

  show(tour: Tour, scene: Scene, t: Translate, actions: HotspotActions): void {
    for (const { node } of this.#placed) this.#covers?.forget(node);
    this.#placed = scene.links.map((link) => {
      const name = link.title || sceneOf(tour, link.target)?.title || "";
      const node = button(t("tour-go", { scene: name }), "kf-hotspot", () => actions.follow(link));
      node.append(
        element("span", { class: "kf-hotspot-mark" }, drawn(GO)),
        element("span", { class: "kf-hotspot-name" }, name),
      );
      node.removeAttribute("title");
      node.addEventListener("focus", () => {
        if (node.matches(":focus-visible") && node.classList.contains("kf-away"))
          actions.turnTo({ yaw: link.yaw, pitch: Math.max(-35, Math.min(35, link.pitch)) });
      });
      node.addEventListener("pointerenter", () => actions.approach(link));
      return { link, node };
    });
    this.root.replaceChildren(...this.#placed.map(({ node }) => node));
    for (const { node } of this.#placed) this.#covers?.measure(node);
  }

  /** From now on arrows step aside from what lies over the picture. */
  giveWay(covers: Covers): void {
    this.#covers = covers;
    for (const { node } of this.#placed) covers.measure(node);
  }

  /** Moves the arrows to where their directions are; `size` in CSS pixels. */
  place(view: View, size: Size): void {
    const camera = cameraOf(view, size);
    for (const { link, node } of this.#placed) {
      const at = toScreen(camera, directionOf(link.yaw, link.pitch));
      const margin = 40;
      const inside =
        at !== undefined &&
        at.x > -margin &&
        at.y > -margin &&
        at.x < size.width + margin &&
        at.y < size.height + margin;
      // By half of itself at most: then what it points at is not under the bar.
      const aside = !inside ? undefined : this.#covers ? this.#covers.aside(node, at, size) : { x: 0, y: 0 };
      node.classList.toggle("kf-away", !aside);
      node.style.transform =
        at && aside
          ? `translate(-50%, -50%) translate(${(at.x + aside.x).toFixed(1)}px, ${(at.y + aside.y).toFixed(1)}px)`
          : `translate(${size.width / 2}px, ${size.height / 2}px)`;
    }
  }
}

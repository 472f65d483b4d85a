/** A needle that shows where north is; pressing it turns the view there. Hidden where north is not known. */
import type { Translate } from "@kanfang/shared/messages.ts";
import { wrapDegrees } from "../geometry/cube.ts";
import { button, element } from "../ui/dom.ts";

/** Which eighth of a turn an angle lies in, clockwise from 0, which reaches 22.5° to either side. */
export function eighthOf(degrees: number): number {
  return ((Math.round(degrees / 45) % 8) + 8) % 8;
}

export class Compass {
  readonly root: HTMLButtonElement;
  readonly #needle: HTMLElement;
  readonly #t: Translate;
  #north: number | null = null;
  #sector = -1;

  constructor(t: Translate, turnNorth: (yaw: number) => void) {
    this.#t = t;
    this.#needle = element("span", { class: "kf-needle", "aria-hidden": "true" }, element("span", {}, t("tour-north")));
    this.root = button("", "kf-tool kf-compass", () => this.#north !== null && turnNorth(this.#north), this.#needle);
    this.root.hidden = true;
  }

  show(northYaw: number | null): void {
    this.#north = northYaw;
    this.root.hidden = northYaw === null;
  }

  turn(yaw: number): void {
    if (this.#north === null) return;
    const heading = wrapDegrees(yaw - this.#north);
    this.#needle.style.transform = `rotate(${(-heading).toFixed(1)}deg)`;
    const sector = eighthOf(heading);
    if (sector === this.#sector) return;
    this.#sector = sector;
    const label = this.#t("tour-compass", { direction: this.#t(`tour-direction-${sector}`) });
    this.root.setAttribute("aria-label", label);
    this.root.title = label;
  }
}

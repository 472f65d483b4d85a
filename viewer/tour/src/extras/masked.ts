/**
 * Says of a privacy mask what it is, so that nobody takes it for a part of the room or a fault of the picture: a small label
 * while a mask is in the middle of the view, under the pointer, or has the focus. Part of the page for screen readers while
 * it is in the picture.
 */
import type { Translate } from "@kanfang/shared/messages.ts";
import { directionOf, type Vector } from "../geometry/cube.ts";
import { cameraOf, type Point, toScreen, type View } from "../geometry/view.ts";
import type { Scene } from "../tour/document.ts";
import { element } from "../ui/dom.ts";
import type { Host } from "./host.ts";

/** Where a mask is: its middle, and how far it reaches, degrees. */
export interface MaskPlace {
  yaw: number;
  pitch: number;
  reach: number;
}

const MOST = 200;
/** Beyond its edge a mask is still pointed at, CSS pixels. */
const NEAR = 16;

/** From the document: `[[yaw, pitch, reach], …]`; what is not that is left out. */
export function readMasked(value: unknown): MaskPlace[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MOST).flatMap((one: unknown) => {
    if (!Array.isArray(one)) return [];
    const [yaw, pitch, reach] = one as unknown[];
    const fine = [yaw, pitch, reach].every((angle) => typeof angle === "number" && Number.isFinite(angle));
    return fine ? [{ yaw: yaw as number, pitch: pitch as number, reach: reach as number }] : [];
  });
}

/** In how many places something is hidden in a picture. */
export const maskedIn = (panorama: { masked?: unknown } | undefined): number => readMasked(panorama?.masked).length;

interface Sign {
  node: HTMLElement;
  middle: Vector;
  reach: number;
}

export class Masked {
  readonly #host: Host;
  #place: HTMLElement | undefined;
  #t: Translate | undefined;
  #signs: Sign[] = [];
  #scene: Scene | undefined;
  #pointer: Point | undefined;

  constructor(host: Host) {
    this.#host = host;
    host.root.addEventListener("pointermove", this.#moved);
    host.root.addEventListener("pointerleave", this.#moved);
  }

  /** Takes its place in a new overlay, in the host's present language. */
  attach(t: Translate): void {
    this.#t = t;
    this.#scene = undefined;
    this.#place = element("div", { class: "kf-masks" });
    this.#host.root.querySelector(".kf-hotspots")?.before(this.#place);
  }

  show(scene: Scene): void {
    if (scene === this.#scene || !this.#place || !this.#t) return;
    this.#scene = scene;
    const label = this.#t("extras-masked");
    this.#signs = readMasked(scene.panorama.masked).map(({ yaw, pitch, reach }) => ({
      node: element("span", { class: "kf-masked", role: "img", tabindex: "0", "aria-label": label }, label),
      middle: directionOf(yaw, pitch),
      reach,
    }));
    this.#place.replaceChildren(...this.#signs.map(({ node }) => node));
    this.turn(this.#host.rig.view);
  }

  turn(view: View): void {
    if (this.#signs.length === 0) return;
    const { width, height } = this.#host.shown;
    const camera = cameraOf(view, { width, height });
    const middle = { x: width / 2, y: height / 2 };
    for (const { node, middle: direction, reach } of this.#signs) {
      const at = toScreen(camera, direction);
      const seen = at !== undefined && at.x > 0 && at.x < width && at.y > 0 && at.y < height;
      node.hidden = !seen;
      if (!seen) continue;
      const radius = camera.focal * Math.tan(Math.min(1.2, (reach * Math.PI) / 180)) + NEAR;
      const pointedAt = (point: Point | undefined): boolean =>
        point !== undefined && Math.hypot(point.x - at.x, point.y - at.y) < radius;
      node.classList.toggle("kf-on", pointedAt(middle) || pointedAt(this.#pointer));
      node.style.transform = `translate(${at.x.toFixed(1)}px, ${at.y.toFixed(1)}px) translate(-50%, -50%)`;
    }
  }

  stop(): void {
    this.#host.root.removeEventListener("pointermove", this.#moved);
    this.#host.root.removeEventListener("pointerleave", this.#moved);
  }

  readonly #moved = (event: PointerEvent): void => {
    if (this.#signs.length === 0) return;
    const box = this.#host.root.getBoundingClientRect();
    // A finger covers what it touches, and turns the picture besides.
    const points = event.type === "pointermove" && event.pointerType === "mouse" && event.buttons === 0;
    this.#pointer = points ? { x: event.clientX - box.left, y: event.clientY - box.top } : undefined;
    this.turn(this.#host.rig.view);
  };
}

/** What can be chosen in the picture: ways to other scenes, pins with their cards, and the way back to the page. */
import type { Translate } from "@kanfang/shared/messages.ts";
import { directionOf, type Vector } from "../../geometry/cube.ts";
import { type Link, type Scene, sceneOf, type Tour } from "../../tour/document.ts";
import { PINS } from "../spots/icons.ts";
import { lengthText, nameOf, readSpots, type Spot } from "../spots/read.ts";
import { card, type Drawing, pin } from "./drawings.ts";
import type { EyeGraphics } from "./eye-graphics.ts";
import { hit, type Plate, pick, plateAt } from "./eyes.ts";

/** Tangent of half a pin's height, and of half a card's. */
const PIN = 0.1;
const CARD = 0.3;
const DOOR = "M6 14.5 12 8l6 6.5";
const LEAVE = "M13 5h6v6M19 5l-9 9M9 6H5v13h13v-4";
/** Most pins of a scene that are drawn: each is a texture of half a megabyte. */
const MOST = 40;

export interface Thing {
  plate: Plate;
  texture: WebGLTexture;
  does: { link: Link } | { spot: Spot } | "close" | "leave";
}

export class Things {
  readonly #graphics: EyeGraphics;
  readonly #gl: WebGL2RenderingContext;
  readonly #t: Translate;
  readonly #leave: WebGLTexture;
  #pins: Thing[] = [];
  #card: Thing | undefined;
  #exit: Thing | undefined;

  constructor(gl: WebGL2RenderingContext, graphics: EyeGraphics, t: Translate) {
    [this.#gl, this.#graphics, this.#t] = [gl, graphics, t];
    this.#leave = graphics.texture(pin(LEAVE, t("headset-leave"), true).canvas);
  }

  /** In the order in which they are drawn: a card lies over the pins. */
  get all(): readonly Thing[] {
    return [...this.#pins, ...(this.#exit ? [this.#exit] : []), ...(this.#card ? [this.#card] : [])];
  }

  /** What lies in a direction; what an open card covers cannot be chosen. */
  at(direction: Vector): Thing | undefined {
    if (this.#card && hit(direction, this.#card.plate)) return this.#card;
    return pick(direction, this.#exit ? [...this.#pins, this.#exit] : this.#pins);
  }

  show(tour: Tour, scene: Scene): void {
    this.#drop();
    const links = scene.links.map((link) => {
      const name = link.title || sceneOf(tour, link.target)?.title || "";
      return this.#thing(pin(DOOR, name), link.yaw, link.pitch, { link });
    });
    const spots = readSpots(scene.hotspots)
      .slice(0, MOST)
      .map((spot) => this.#thing(pin(PINS[spot.kind], nameOf(spot), spot.kind === "defect"), spot.yaw, spot.pitch, { spot })); // biome-ignore format: short
    this.#pins = [...spots, ...links];
  }

  /** The way back lies at the feet of whoever looks ahead, and stays where it is while he looks down to it. */
  turnExit(look: { yaw: number; pitch: number }): void {
    if (this.#exit && look.pitch < -25) return;
    this.#exit = { plate: plateAt(look.yaw, -58, PIN * (16 / 9), PIN), texture: this.#leave, does: "leave" };
  }

  /** Opens the card of a pin, or closes what is open. */
  open(spot: Spot | undefined): void {
    const open = this.#card;
    this.#card = undefined;
    if (open) this.#gl.deleteTexture(open.texture);
    if (!spot) return;
    const drawing = card(nameOf(spot), this.#words(spot), this.#t("headset-close"));
    const [yaw, pitch] = [spot.yaw, Math.max(-40, Math.min(40, spot.pitch))];
    this.#card = {
      plate: plateAt(yaw, pitch, CARD * drawing.aspect, CARD),
      texture: this.#graphics.texture(drawing.canvas),
      does: "close",
    };
  }

  dispose(): void {
    this.#drop();
    this.#gl.deleteTexture(this.#leave);
  }

  #thing({ canvas, aspect }: Drawing, yaw: number, pitch: number, does: Thing["does"]): Thing {
    const plate = plateAt(yaw, pitch, PIN * aspect, PIN);
    // The mark itself, not the middle of mark and name, stands on what it points at.
    const [middle, low] = [directionOf(yaw, pitch), 0.36];
    const shifted = middle.map((one, axis) => one - (plate.top[axis] ?? 0) * low) as unknown as Plate["middle"];
    return { plate: { ...plate, middle: shifted }, texture: this.#graphics.texture(canvas), does };
  }

  #words(spot: Spot): string {
    switch (spot.kind) {
      case "information":
        return spot.text;
      case "defect":
        return [spot.text, spot.seenOn && this.#t("headset-seen-on", { date: spot.seenOn }), spot.announcement]
          .filter(Boolean)
          .join("\n");
      case "measure":
        return lengthText(spot.length, spot.error);
      default:
        return this.#t("headset-on-page");
    }
  }

  #drop(): void {
    this.open(undefined);
    for (const { texture } of this.#pins) this.#gl.deleteTexture(texture);
    this.#pins = [];
  }
}

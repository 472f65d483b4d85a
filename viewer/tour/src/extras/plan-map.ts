/** The floor plan in a corner: picture, rooms, standpoints that can be pressed, and a cone that shows where one looks and how wide. */
import type { Translate } from "@kanfang/shared/messages.ts";
import { radians } from "../geometry/cube.ts";
import type { View } from "../geometry/view.ts";
import type { Scene, Tour } from "../tour/document.ts";
import { bearingOn, boundsOf, type Place, type Plan, type PlanPicture, readPlace } from "../tour/plan.ts";
import { button, drawn, element } from "../ui/dom.ts";
import { showPublished } from "./checked-picture.ts";
import { ICONS } from "./icons.ts";

const SPACE = "http://www.w3.org/2000/svg";
/** Metres left free around the rooms. */
const MARGIN = 0.5;

export class PlanMap {
  readonly root: HTMLElement;
  readonly #plan: Plan;
  readonly #toggle: HTMLButtonElement;
  readonly #sheet: HTMLElement;
  readonly #cone: SVGPathElement;
  readonly #rooms = new Map<string, SVGElement[]>();
  readonly #points = new Map<string, HTMLButtonElement>();
  readonly #reach: number;
  readonly #top: number;
  readonly #opened: () => void;
  /** Says that something is hidden in the drawing; goes with the sheet (extras.css). */
  readonly #note: HTMLElement;
  #scene: Scene | undefined;
  #view: View | undefined;

  constructor(tour: Tour, plan: Plan, t: Translate, go: (scene: Scene) => void, opened: () => void) {
    this.#opened = opened;
    this.#plan = plan;
    const places = tour.scenes.map(({ position }) => readPlace(position)).filter((place) => place !== null);
    const [left, bottom, right, top] = boundsOf(plan, places);
    const [width, height] = [right - left + 2 * MARGIN, top - bottom + 2 * MARGIN];
    this.#reach = 0.28 * Math.max(width, height);
    this.#top = top;
    // y grows downwards on the screen: the picture shows (x, top − y).
    const viewBox = `${left - MARGIN} ${-MARGIN} ${width} ${height}`;
    const svg = shape("svg", { viewBox, "aria-hidden": "true", class: "kf-plan-picture" });
    if (plan.picture) svg.append(this.#drawing(plan.picture));
    for (const room of plan.rooms) {
      const points = room.outline.map(([x, y]) => `${x},${top - y}`).join(" ");
      const node = shape("polygon", { points, class: plan.picture ? "kf-plan-room kf-traced" : "kf-plan-room" });
      this.#rooms.set(room.title, [...(this.#rooms.get(room.title) ?? []), node]);
      svg.append(node);
    }
    this.#cone = shape("path", { class: "kf-plan-cone" }) as SVGPathElement;
    svg.append(this.#cone);
    this.#sheet = element("div", { class: "kf-plan-sheet", id: "kf-plan" });
    this.#sheet.append(svg);
    const masked = plan.picture?.masked ?? 0;
    this.#note = element("p", { class: "kf-plan-note" }, t("extras-masked-plan-note", { count: masked }));
    this.#sheet.style.setProperty("--kf-shape", String(width / height));
    for (const scene of tour.scenes) {
      const place = readPlace(scene.position);
      if (!place) continue;
      const node = button(t("extras-plan-go", { scene: scene.title }), "kf-plan-point", () => go(scene));
      const [x, y] = place;
      node.style.left = `${(100 * (x - left + MARGIN)) / width}%`;
      node.style.top = `${(100 * (top - y + MARGIN)) / height}%`;
      this.#points.set(scene.id, node);
      this.#sheet.append(node);
    }
    this.#toggle = button(
      t("extras-plan"),
      "kf-tool kf-plan-toggle",
      () => this.#open(this.#sheet.hidden === true),
      drawn(ICONS.plan),
    );
    this.#toggle.setAttribute("aria-controls", "kf-plan");
    this.root = element(
      "nav",
      { class: "kf-plan", "aria-label": t("extras-plan") },
      this.#sheet,
      masked > 0 ? this.#note : undefined,
      this.#toggle,
    );
    this.#sheet.hidden = !window.matchMedia("(min-width: 900px) and (min-height: 560px)").matches;
    this.#toggle.setAttribute("aria-expanded", String(!this.#sheet.hidden));
  }

  show(scene: Scene): void {
    this.#scene = scene;
    for (const [id, node] of this.#points) {
      if (id === scene.id) node.setAttribute("aria-current", "true");
      else node.removeAttribute("aria-current");
    }
    for (const [title, nodes] of this.#rooms)
      for (const node of nodes) node.classList.toggle("kf-here", title === scene.title);
  }

  close(): void {
    this.#open(false);
  }

  turn(view: View): void {
    this.#view = view;
    const at = readPlace(this.#scene?.position);
    const bearing = this.#scene && bearingOn(this.#plan, this.#scene.northYaw, view.yaw);
    if (!at || bearing === null || bearing === undefined || this.#sheet.hidden) this.#cone.setAttribute("d", "");
    else this.#cone.setAttribute("d", this.#sector(at, bearing, Math.min(150, view.hfov)));
  }

  #open(open: boolean): void {
    this.#sheet.hidden = !open;
    this.#toggle.setAttribute("aria-expanded", String(open));
    if (this.#view) this.turn(this.#view);
    if (open) this.#opened();
  }

  /** The picture below the rooms; where it does not come, or is not the published one, the rooms are drawn as without it. */
  #drawing({ address, middle: [x, y], size: [width, height], turn }: PlanPicture): SVGElement {
    const [cx, cy] = [x, this.#top - y];
    const place = { x: cx - width / 2, y: cy - height / 2, width, height };
    const attributes = Object.fromEntries(Object.entries(place).map(([name, value]) => [name, String(value)]));
    const node = shape("image", { ...attributes, class: "kf-plan-drawing", transform: `rotate(${turn} ${cx} ${cy})` });
    const missing = () => {
      node.remove();
      this.#note.remove();
      for (const room of [...this.#rooms.values()].flat()) room.classList.remove("kf-traced");
    };
    void showPublished(address, (url) => node.setAttribute("href", url)).catch(missing);
    return node;
  }

  /** A sector of a circle around the standpoint. */
  #sector([x, y]: Place, bearing: number, width: number): string {
    const [left, right] = [radians(bearing - width / 2), radians(bearing + width / 2)];
    const r = this.#reach;
    const [cx, cy] = [x, this.#top - y];
    const at = (angle: number) => `${(cx + r * Math.sin(angle)).toFixed(3)} ${(cy - r * Math.cos(angle)).toFixed(3)}`;
    return `M${cx} ${cy}L${at(left)}A${r} ${r} 0 0 1 ${at(right)}Z`;
  }
}

function shape(name: string, attributes: Record<string, string>): SVGElement {
  const node = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

/**
 * The hotspots of the present scene other than its links: pins and measured lines over the picture, the sheet that tells what
 * they hold, and the way through all of them by keyboard. Loaded once a tour has any. Only the pins that are seen are
 * in the page; where they lie too close together one stands for its neighbours.
 */
import catalogue from "virtual:messages/tour-hotspots";
import { type Translate, translator } from "@kanfang/shared/messages.ts";
import { arc, middleOf } from "../../geometry/arc.ts";
import { anglesOf, directionOf, type Vector } from "../../geometry/cube.ts";
import { cameraOf, clamp, lookSoThat, type Point, toScreen, type View } from "../../geometry/view.ts";
import type { Scene } from "../../tour/document.ts";
import { button, drawn, element } from "../../ui/dom.ts";
import { useSheet } from "../../ui/sheet.ts";
import { eighthOf } from "../compass.ts";
import { boxAround, type Covers, wayAside } from "../covers.ts";
import type { Host, Slots } from "../host.ts";
import { PINS } from "./icons.ts";
import { bearing, endsOf, near, pathOf, thinOut } from "./place.ts";
import { KINDS, lengthText, nameOf, readSpots, type Spot } from "./read.ts";
import { lineOf, SpotSheet } from "./sheet.ts";
import sheet from "./spots.css?inline";

/** Pins nearer than this, in CSS pixels, cannot be pressed apart. */
const REACH = 34;
/** Up to so many Tab walks through all of a scene; above, through those that are seen, or one would never come to the end. */
const WALK = 60;
/** A pin as large as its style sheet makes it, and how far it steps aside: farther, and its tip would point at something else. */
const PIN = { width: 44, height: 48 };
const STEP = { x: 11, y: 0 };
const SPACE = "http://www.w3.org/2000/svg";

interface Pin {
  spot: Spot;
  /** Where it stands: a line's pin in its middle. */
  direction: Vector;
  yaw: number;
  pitch: number;
  node: HTMLButtonElement;
  name: HTMLElement;
  /** By how much its tip is beside its middle. */
  tip: number;
  line: { points: readonly Vector[]; path: SVGPathElement; ends: SVGPathElement } | undefined;
  /** Those that it stands for besides itself. */
  others: Pin[];
}

/** A stop on the way by keyboard: a link or a pin. */
interface Stop {
  node: HTMLElement;
  bearing: number;
  pin: Pin | undefined;
}

export class Spots {
  readonly #host: Host;
  #t: Translate;
  #nav: HTMLElement | undefined;
  #covers: Covers | undefined;
  #lines = document.createElementNS(SPACE, "svg");
  #sheet: SpotSheet | undefined;
  #scene: Scene | undefined;
  #pins: Pin[] = [];
  #stops: Stop[] = [];
  /** The pin that must not be thinned out: it has the focus, or its sheet is open. */
  #held: Pin | undefined;
  #opener: HTMLElement | undefined;
  #word: ReturnType<typeof setTimeout> | undefined;
  readonly #grown = new ResizeObserver(() => {
    if (this.#held && this.#sheet?.root.hidden === false) this.#lookAt(this.#held);
  });

  constructor(host: Host) {
    useSheet(sheet);
    this.#host = host;
    this.#t = translator(catalogue, host.language);
  }

  /** Takes its places in a new overlay, in the host's present language. */
  attach(slots: Slots, covers: Covers): void {
    const host = this.#host;
    const t = translator(catalogue, host.language);
    this.#t = t;
    this.#scene = undefined;
    this.#covers = covers;
    covers.onChange(() => this.turn(this.#host.rig.view));
    this.#sheet = new SpotSheet(
      {
        t,
        language: host.language,
        root: host.root,
        side: (spot) => this.#side(spot),
        open: (spot) => this.open(spot),
      },
      () => this.#close(),
    );
    slots.panel.append(this.#sheet.root);
    // A picture that comes makes the sheet higher: the pin must not end up under it.
    this.#grown.disconnect();
    this.#grown.observe(this.#sheet.root);
    this.#lines = document.createElementNS(SPACE, "svg");
    this.#lines.setAttribute("class", "kf-lines");
    this.#lines.setAttribute("aria-hidden", "true");
    this.#nav = host.root.querySelector<HTMLElement>(".kf-hotspots") ?? undefined;
    this.#nav?.setAttribute("aria-label", t("spots-all"));
    this.#nav?.before(this.#lines);
    this.#nav?.addEventListener("keydown", (event) => this.#walk(event));
  }

  /** Puts up the pins of a scene, where it is another than before. */
  show(scene: Scene): void {
    if (scene === this.#scene || !this.#nav) return;
    this.#scene = scene;
    this.#hide();
    clearTimeout(this.#word);
    this.#lines.replaceChildren();
    for (const { node, name } of this.#pins) {
      node.remove();
      this.#covers?.forget(name);
    }
    const first = scene.initialView.yaw;
    this.#pins = readSpots(scene.hotspots)
      .map((spot) => this.#pinOf(spot))
      .sort((a, b) => rank(a) - rank(b));
    // The core makes one button a link, in the links' order.
    const links = [...this.#nav.querySelectorAll<HTMLElement>(".kf-hotspot")];
    this.#stops = [
      ...scene.links.flatMap((link, i) => {
        const node = links[i];
        return node ? [{ node, bearing: bearing(link.yaw, first), pin: undefined }] : [];
      }),
      ...this.#pins.map((pin) => ({ node: pin.node, bearing: bearing(pin.yaw, first), pin })),
    ].sort((a, b) => a.bearing - b.bearing);
    const focused = document.activeElement;
    this.#nav.append(...this.#stops.filter(({ pin }) => !pin).map(({ node }) => node));
    if (focused instanceof HTMLElement && this.#nav.contains(focused)) focused.focus({ preventScroll: true });
    this.turn(this.#host.rig.view);
    if (this.#pins.length > 0) this.#word = setTimeout(() => this.#host.say(this.#summary()), 1500);
  }

  /** Moves pins and lines to where their directions are now. */
  turn(view: View): void {
    if (this.#pins.length === 0 || !this.#nav) return;
    const camera = cameraOf(view, this.#host.shown);
    for (const { line } of this.#pins) {
      line?.path.setAttribute("d", pathOf(camera, line.points));
      line?.ends.setAttribute("d", endsOf(camera, line.points));
    }
    const seen: { pin: Pin; at: Point; aside: number }[] = [];
    for (const pin of this.#pins) {
      const at = toScreen(camera, pin.direction);
      const aside = at && near(at, camera.size, 30) ? this.#asideOf(pin, at) : undefined;
      if (!at || !aside) continue;
      const place = { pin, at: { x: at.x + aside.x, y: at.y + aside.y }, aside: aside.x };
      // Whoever has the focus is thinned out by nobody.
      if (pin === this.#held) seen.unshift(place);
      else seen.push(place);
    }
    const groups = thinOut(seen.map(({ at }) => at), REACH); // biome-ignore format: short
    const standing = new Set<Pin>();
    for (const [index, joined] of groups) {
      const { pin, at, aside } = seen[index] as { pin: Pin; at: Point; aside: number };
      standing.add(pin);
      pin.node.style.transform = `translate(${at.x.toFixed(1)}px, ${at.y.toFixed(1)}px)`;
      if (pin.spot.kind !== "measure") this.#pointTo(pin, at, aside);
      pin.node.classList.remove("kf-away");
      this.#standFor(pin, joined.map((other) => (seen[other] as { pin: Pin }).pin)); // biome-ignore format: short
    }
    this.#put(standing);
  }

  /** How a pin steps aside from what lies over the picture; undefined where it would be out of sight. */
  #asideOf({ spot, name }: Pin, at: Point): Point | undefined {
    const covers = this.#covers as Covers;
    const picture = this.#host.shown;
    if (spot.kind !== "measure") {
      const box = boxAround({ x: at.x, y: at.y - PIN.height / 2 }, PIN);
      return wayAside(box, covers.boxes, STEP, picture);
    }
    return covers.aside(name, at, picture);
  }

  /** The tip of the pin at a point goes on touching what it means; its name stays in the picture, and under nothing. */
  #pointTo(pin: Pin, at: Point, aside: number): void {
    if (pin.tip !== -aside) {
      pin.tip = -aside;
      pin.node.style.setProperty("--kf-tip", `${pin.tip.toFixed(1)}px`);
    }
    const { name } = pin;
    const { width, height } = (this.#covers as Covers).sizeOf(name);
    if (width === 0) return;
    const picture = this.#host.shown;
    const x = clamp(at.x, width / 2, Math.max(width / 2, picture.width - width / 2));
    const box = boxAround({ x, y: at.y - PIN.height - 3 - height / 2 }, { width, height });
    const way = wayAside(box, (this.#covers as Covers).boxes, { x: width, y: 0 }, picture);
    name.style.translate = `${(x - at.x + (way?.x ?? 0)).toFixed(1)}px`;
  }

  /** Tells what a hotspot holds; the focus comes back to `opener`, or to its pin. */
  open(spot: Spot, opener?: HTMLElement): void {
    const pin = this.#pins.find((one) => one.spot === spot);
    if (pin) this.#tell(pin, [spot], opener);
  }

  /** The present scene's hotspots as a list for the description. */
  described(): HTMLElement[] {
    if (this.#pins.length === 0) return [];
    const list = element("ul", { class: "kf-spot-list" });
    const host = { t: this.#t, side: (spot: Spot) => this.#side(spot) };
    for (const { pin } of this.#stops) {
      if (!pin) continue;
      const node = lineOf(pin.spot, host, () => this.open(pin.spot, node));
      list.append(element("li", {}, node));
    }
    return [element("h4", {}, this.#t("spots-list")), list];
  }

  stop(): void {
    clearTimeout(this.#word);
    this.#grown.disconnect();
  }

  #pinOf(spot: Spot): Pin {
    const isLine = spot.kind === "measure";
    const direction = isLine ? middleOf(spot, spot.to) : directionOf(spot.yaw, spot.pitch);
    const label = `${this.#t(`spots-${spot.kind}`)} ${nameOf(spot)}`;
    const words = isLine ? lengthText(spot.length, spot.error) : nameOf(spot);
    const pin: Pin = {
      spot,
      direction,
      ...anglesOf(direction),
      node: button(label, `kf-spot kf-spot-${spot.kind}`, () => {
        this.#tell(pin, [spot, ...pin.others.map((other) => other.spot)]);
      }),
      name: element("span", { class: "kf-spot-name" }, words),
      line: isLine ? this.#lineOf(arc(spot, spot.to)) : undefined,
      tip: 0,
      others: [],
    };
    pin.node.removeAttribute("title");
    pin.node.dataset.spot = spot.id;
    pin.node.append(element("span", { class: "kf-spot-mark" }, drawn(PINS[spot.kind])), pin.name);
    if (isLine) this.#covers?.measure(pin.name);
    // A name is seen only then; before, it need not be measured.
    for (const event of ["pointerenter", "focus"] as const)
      pin.node.addEventListener(event, () => this.#covers?.measure(pin.name));
    pin.node.addEventListener("focus", () => {
      this.#held = pin;
      if (pin.node.matches(":focus-visible") && pin.node.classList.contains("kf-away")) this.#lookAt(pin);
    });
    return pin;
  }

  #lineOf(points: readonly Vector[]): Pin["line"] {
    const [path, ends] = ["kf-line", "kf-line kf-ends"].map((name) => {
      const node = document.createElementNS(SPACE, "path");
      node.setAttribute("class", name);
      this.#lines.append(node);
      return node;
    }) as [SVGPathElement, SVGPathElement];
    return { points, path, ends };
  }

  #standFor(pin: Pin, others: Pin[]): void {
    pin.others = others;
    const { spot, node } = pin;
    const more = others.length > 0 ? String(others.length + 1) : "";
    if ((node.dataset.count ?? "") === more) return;
    node.dataset.count = more;
    const label = `${this.#t(`spots-${spot.kind}`)} ${nameOf(spot)}`;
    node.setAttribute("aria-label", more ? this.#t("spots-and-more", { label, count: others.length }) : label);
  }

  /** The pins of `standing` in the page, in their order, with the first and the last by which one comes in by keyboard. */
  #put(standing: ReadonlySet<Pin>): void {
    const nav = this.#nav as HTMLElement;
    const [first, last] = [this.#stops[0]?.pin, this.#stops[this.#stops.length - 1]?.pin];
    const wanted = (pin: Pin) => standing.has(pin) || pin === first || pin === last || pin === this.#held;
    for (const pin of this.#pins) {
      if (!wanted(pin)) pin.node.remove();
      else if (!standing.has(pin)) pin.node.classList.add("kf-away");
    }
    let next = nav.firstChild;
    for (const { node, pin } of this.#stops) {
      if (pin && !wanted(pin)) continue;
      if (node === next) next = next.nextSibling;
      else nav.insertBefore(node, next);
    }
  }

  #walk(event: KeyboardEvent): void {
    if (event.key !== "Tab" || event.ctrlKey || event.altKey || event.metaKey || this.#stops.length > WALK) return;
    const here = this.#stops.findIndex(({ node }) => node === document.activeElement);
    const next = here < 0 ? undefined : this.#stops[here + (event.shiftKey ? -1 : 1)];
    if (!next) return;
    event.preventDefault();
    this.#focus(next.pin, next.node);
  }

  #focus(pin: Pin | undefined, node: HTMLElement): void {
    if (pin) {
      this.#held = pin;
      this.turn(this.#host.rig.view);
    }
    node.focus({ preventScroll: true });
  }

  #tell(pin: Pin, spots: readonly Spot[], opener?: HTMLElement): void {
    this.#held = pin;
    // From one of several lying together one comes back to where one began.
    if (!this.#sheet?.root.contains(document.activeElement)) this.#opener = opener;
    this.#sheet?.show(spots);
    this.#mark(pin);
    this.#lookAt(pin);
  }

  /** Turns to a pin that is out of sight or under the sheet: to the middle of what the sheet leaves free. */
  #lookAt(pin: Pin): void {
    const { rig, shown: size } = this.#host;
    const [left, bottom] = this.#freeOf(size);
    const at = toScreen(cameraOf(rig.view, size), pin.direction);
    const free =
      at && at.x > left + 24 && at.y < bottom - 8 && near(at, size, -8) && this.#asideOf(pin, at) !== undefined;
    if (free) return;
    // A pin stands above what it points at.
    const middle = { x: (left + size.width) / 2, y: bottom / 2 + (bottom < size.height ? 24 : 0) };
    const { yaw, pitch } = lookSoThat(pin.direction, middle, rig.view.hfov, size);
    rig.turnTo({ yaw, pitch: clamp(pitch, -88, 88) }, 400, performance.now());
  }

  /** What the open sheet leaves of the picture: from the left on wide screens, down to the bottom on phones. */
  #freeOf(size: { width: number; height: number }): [left: number, bottom: number] {
    const sheet = this.#sheet?.root;
    if (!sheet || sheet.hidden) return [0, size.height];
    const [box, whole] = [sheet.getBoundingClientRect(), this.#host.root.getBoundingClientRect()];
    const wide = box.width < 0.8 * whole.width;
    return wide ? [box.right - whole.left, size.height] : [0, box.top - whole.top];
  }

  #close(): void {
    this.#hide();
    const pin = this.#held;
    const opener = this.#opener;
    if (opener?.isConnected) opener.focus({ preventScroll: true });
    else if (pin) this.#focus(pin, pin.node);
  }

  #hide(): void {
    this.#sheet?.hide();
    this.#mark(undefined);
  }

  #mark(open: Pin | undefined): void {
    for (const pin of this.#pins) pin.node.classList.toggle("kf-open", pin === open);
  }

  #side(spot: Spot): string {
    const yaw = this.#pins.find((pin) => pin.spot === spot)?.yaw ?? spot.yaw;
    return this.#t(`spots-side-${eighthOf(yaw - this.#host.rig.view.yaw)}`);
  }

  #summary(): string {
    const counts = KINDS.flatMap((kind) => {
      const count = this.#pins.filter(({ spot }) => spot.kind === kind).length;
      return count > 0 ? [this.#t("spots-count", { kind: this.#t(`spots-${kind}`), count })] : [];
    });
    return this.#t("spots-here", { list: counts.join(this.#t("spots-separator")) });
  }
}

function rank({ spot }: Pin): number {
  return KINDS.indexOf(spot.kind);
}

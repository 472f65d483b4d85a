/**
 * What a tour can do beyond being looked at. Loaded once the first view is sharp, so that none of it keeps a reader waiting:
 * list of scenes, compass, full screen; on public pages also share, floor plan, auto-tour, description, motion sensor, and
 * the messages of a page that embeds the tour.
 */

import catalogue from "virtual:messages/tour-extras";
import { type Translate, translator } from "@kanfang/shared/messages.ts";
import type { View } from "../geometry/view.ts";
import { openGate } from "../stage/gate.ts";
import type { Scene } from "../tour/document.ts";
import { readPlace, readPlan } from "../tour/plan.ts";
import { button, drawn, element } from "../ui/dom.ts";
import { useSheet } from "../ui/sheet.ts";
import { About } from "./about.ts";
import { AutoTour } from "./auto-tour.ts";
import { Compass } from "./compass.ts";
import { Covers } from "./covers.ts";
import sheet from "./extras.css?inline";
import { type Fullscreen, fullscreenOf } from "./fullscreen.ts";
import { HeadsetTool } from "./headset/headset-tool.ts";
import type { Host, Slots } from "./host.ts";
import { ICONS } from "./icons.ts";
import { watchLooking } from "./looking.ts";
import { Masked } from "./masked.ts";
import { MotionTool } from "./motion-tool.ts";
import { Listen } from "./narration/listen.ts";
import { narrationOf } from "./narration/text.ts";
import { OtherDayTool } from "./other-day/other-day-tool.ts";
import { ownPage } from "./own-page.ts";
import { listenToPage } from "./page-messages.ts";
import { PlanMap } from "./plan-map.ts";
import { ProofTool } from "./proof-tool.ts";
import { SceneList } from "./scene-list.ts";
import { share } from "./share.ts";
import type { Spots } from "./spots/spots.ts";

type Tool = (label: string, icon: string, act: () => void) => HTMLButtonElement;

export class Extras {
  readonly #host: Host;
  readonly #auto: AutoTour;
  readonly #motion: MotionTool;
  readonly #headset: HeadsetTool;
  readonly #otherDay: OtherDayTool;
  readonly #masked: Masked;
  readonly #page: { arrived(): void; rested(): void; stop(): void } | undefined;
  readonly #fullscreen: Fullscreen;
  #scenes: SceneList | undefined;
  #compass: Compass | undefined;
  #whole: HTMLButtonElement | undefined;
  #map: PlanMap | undefined;
  #about: About | undefined;
  #play: HTMLButtonElement | undefined;
  readonly #listen = new Listen();
  #spots: Spots | undefined;
  #slots: Slots | undefined;
  #covers: Covers | undefined;
  readonly #proof: ProofTool | undefined;
  readonly #endLooking: (() => void) | undefined;

  constructor(host: Host) {
    useSheet(sheet);
    this.#host = host;
    this.#auto = new AutoTour(host, (text) => host.say(text), () => this.#showPlay()); // biome-ignore format: short
    this.#motion = new MotionTool(host);
    this.#headset = new HeadsetTool(host, () => this.#otherDay.stop());
    this.#otherDay = new OtherDayTool(host);
    this.#masked = new Masked(host);
    if (host.full) this.#proof = new ProofTool(host);
    else openGate();
    if (host.full) this.#endLooking = watchLooking(host);
    this.#fullscreen = fullscreenOf(host.root, () => this.#showWhole());
    this.#page = host.embedded && window.parent !== window ? listenToPage(host) : undefined;
    if (host.tour.scenes.some(({ hotspots }) => Array.isArray(hotspots) && hotspots.length > 0)) void this.#loadSpots();
  }

  /** Fills the places of an overlay, in the host's present language. */
  attach(slots: Slots): void {
    const { tour, rig, language } = this.#host;
    const t = translator(catalogue, language);
    this.#slots = slots;
    const covers = new Covers(slots.root);
    this.#covers = covers;
    slots.links.giveWay(covers);
    covers.onChange(() => slots.links.place(rig.view, this.#host.shown));
    this.#spots?.attach(slots, covers);
    const tool: Tool = (label, icon, act) => {
      const node = button(label, "kf-tool", act, drawn(icon));
      slots.tools.append(node);
      return node;
    };
    if (this.#host.embedded) slots.view.append(ownPage(tour, t));
    const views = [
      ["tour-zoom-in", ICONS.plus, () => this.#host.zoom(1.5)],
      ["tour-zoom-out", ICONS.minus, () => this.#host.zoom(1 / 1.5)],
      ["tour-home", ICONS.home, () => this.#host.home()],
    ] as const;
    slots.view.append(...views.map(([key, icon, act]) => button(t(key), "kf-tool kf-wide", act, drawn(icon))));
    this.#compass = new Compass(t, (yaw) => rig.turnTo({ yaw }, 400, performance.now()));
    slots.tools.append(this.#compass.root);
    const wasOpen = this.#scenes?.isOpen ?? false;
    this.#scenes = new SceneList(tour, t, (scene) => void this.#host.go(scene));
    slots.scenes.replaceChildren(this.#scenes.root);
    this.#scenes.opened = () => isNarrow() && this.#map?.close();
    this.#otherDay.attach(slots.tools, t);
    this.#masked.attach(t);
    if (this.#host.full) this.#attachFull(slots, t, tool);
    this.#whole = tool("", ICONS.expand, () => this.#fullscreen.toggle());
    this.show(this.#host.scene);
    this.turn(rig.view);
    if (wasOpen) this.#scenes.open(true);
    this.#showPlay();
    this.#showWhole();
  }

  #attachFull(slots: Slots, t: Translate, tool: Tool): void {
    const { tour } = this.#host;
    this.#auto.speak(t);
    slots.scenes.closest(".kf-foot")?.before(this.#auto.narration.root);
    this.#auto.narration.attach(t);
    this.#covers?.measure(this.#auto.narration.root);
    this.#motion.attach(slots.tools, t);
    this.#headset.attach(slots.tools, t);
    tool(t("extras-share"), ICONS.share, () => void share(this.#host, t)).classList.add("kf-share-tool");
    this.#play = tour.scenes.length > 1 ? tool(t("extras-auto"), ICONS.play, () => this.#auto.toggle()) : undefined;
    const wasOpen = this.#about?.isOpen ?? false;
    const toggle = tool(t("extras-about"), ICONS.about, () => this.#about?.toggle());
    this.#about = new About(this.#host, t, toggle, () => [...(this.#spots?.described() ?? []), ...this.#told(t)]);
    slots.panel.append(this.#about.root);
    const plan = readPlan(tour.plan);
    const placed = tour.scenes.some(({ position }) => readPlace(position) !== null);
    this.#map =
      plan && placed
        ? new PlanMap(
            tour,
            plan,
            t,
            (scene) => void this.#host.go(scene),
            () => isNarrow() && this.#scenes?.open(false),
          )
        : undefined;
    if (this.#map) slots.corner.replaceChildren(this.#map.root);
    if (wasOpen) this.#about.toggle();
    this.#proof?.attach(slots);
  }

  /** The narration can be read at any time, and its recording be heard. */
  #told(t: Translate): HTMLElement[] {
    const text = narrationOf(this.#host.scene);
    const player = this.#listen.player(this.#host.scene, t);
    if (text === "" && !player) return [];
    return [
      element("h4", {}, t("extras-narration")),
      ...(player ? [player] : []),
      ...(text === "" ? [] : [element("p", { class: "kf-words" }, text)]),
    ];
  }

  show(scene: Scene): void {
    this.#listen.stop(scene);
    this.#scenes?.mark(scene);
    this.#otherDay.show(scene);
    this.#masked.show(scene);
    this.#compass?.show(scene.northYaw);
    this.#map?.show(scene);
    this.#spots?.show(scene);
    this.#about?.show(scene);
    this.#page?.arrived();
  }

  turn(view: View): void {
    this.#compass?.turn(view.yaw);
    this.#map?.turn(view);
    this.#spots?.turn(view);
    this.#masked.turn(view);
  }

  rested(): void {
    this.#about?.show(this.#host.scene);
    this.#page?.rested();
  }

  /** The reader took hold of the picture. */
  touched(): void {
    this.#auto.stop();
  }

  stop(): void {
    this.#auto.stop();
    this.#listen.stop();
    this.#spots?.stop();
    this.#motion.stop();
    this.#headset.stop();
    this.#otherDay.stop();
    this.#masked.stop();
    this.#page?.stop();
    this.#fullscreen.stop();
    this.#endLooking?.();
  }

  /** Pins, lines and sheets come only to tours that have some. */
  async #loadSpots(): Promise<void> {
    try {
      const { Spots } = await import("./spots/spots.ts");
      this.#spots = new Spots(this.#host);
    } catch {
      this.#host.tell(translator(catalogue, this.#host.language)("extras-spots-missing"));
      return;
    }
    if (this.#slots && this.#covers) this.#spots.attach(this.#slots, this.#covers);
    this.#spots.show(this.#host.scene);
  }

  #showWhole(): void {
    if (!this.#whole) return;
    const { active } = this.#fullscreen;
    const label = translator(catalogue, this.#host.language)(active ? "tour-fullscreen-exit" : "tour-fullscreen");
    this.#whole.setAttribute("aria-label", label);
    this.#whole.title = label;
    this.#whole.replaceChildren(drawn(active ? ICONS.shrink : ICONS.expand));
  }

  #showPlay(): void {
    if (this.#auto.running) this.#listen.stop();
    if (!this.#play) return;
    const t = translator(catalogue, this.#host.language);
    const label = t(this.#auto.running ? "extras-auto-stop" : "extras-auto");
    this.#play.setAttribute("aria-label", label);
    this.#play.title = label;
    this.#play.setAttribute("aria-pressed", String(this.#auto.running));
    this.#play.replaceChildren(drawn(this.#auto.running ? ICONS.stop : ICONS.play));
  }
}

/** There is no room for two things at the foot of the picture. */
function isNarrow(): boolean {
  return window.matchMedia("(max-width: 640px)").matches;
}

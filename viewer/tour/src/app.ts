/**
 * One tour on one page: joins document, stage, controls and overlay, and decides what happens when the reader goes from
 * scene to scene. The only place that knows all of them.
 */

import catalogue from "virtual:messages/tour";
import { type Language, type Translate, translator } from "@kanfang/shared/messages.ts";
import { useKeyboard } from "./controls/keyboard.ts";
import { usePointer } from "./controls/pointer.ts";
import { Rig } from "./controls/rig.ts";
import { ExtrasDoor } from "./extras/door.ts";
import type { Host } from "./extras/host.ts";
import { constrain, limitsFor, naturalHfov, type Size, type View } from "./geometry/view.ts";
import { meansOf, signsHere } from "./stage/device.ts";
import { Stage } from "./stage/stage.ts";
import { readPlace, writePlace } from "./tour/address.ts";
import { arrivalOf } from "./tour/arrival.ts";
import { type Link, type Scene, sceneOf, type Tour } from "./tour/document.ts";
import { element } from "./ui/dom.ts";
import { Overlay, type OverlayActions } from "./ui/overlay.ts";

const FADE = 420;
/** Field of view of the little planet in degrees. */
const PLANET = 230;
/** How much nearer one comes to the door that one walks through. */
const DOLLY = 0.8;
/** How long a prepared scene may keep the reader waiting for its tiles once its preview is there. */
const PATIENCE = 1500;

/** Milliseconds without a new frame after which the reader is taken to look at something. */
const REST = 400;

export interface AppOptions {
  language: Language;
  /** Keep the view in the page's address. */
  deepLink: boolean;
  embedded: boolean;
  /** Share, plan, auto-tour and the like, and views beyond what a rectilinear picture can show. */
  extras: boolean;
  /** Begin as a little planet. */
  planet: boolean;
  /** Two taps come nearer. */
  tapZoom: boolean;
  onLanguage(language: Language): void;
  onView?: (scene: Scene, view: View) => void;
  onGone(): void;
}

export class App {
  readonly root: HTMLElement;
  readonly rig = new Rig();
  readonly stage: Stage;
  readonly #tour: Tour;
  readonly #options: AppOptions;
  readonly #surface: HTMLElement;
  readonly #canvas: HTMLCanvasElement;
  readonly #means = meansOf(signsHere());
  readonly #cleanups: (() => void)[] = [];
  #language: Language;
  #t: Translate;
  #overlay: Overlay;
  #scene: Scene;
  #frame = 0;
  #journey = 0;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #drawnAt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  readonly #extras = new ExtrasDoor(() => this.#hostOfExtras());
  #failedShown = false;
  #prefetched = new Set<string>();
  #written = "";
  #sharp = false;
  /** CSS pixels; asked for once a change, since asking after a write makes the browser lay the page out. */
  #shown: Size = { width: 1, height: 1 };

  /** Undefined where WebGL2 is missing. */
  static on(root: HTMLElement, tour: Tour, options: AppOptions): App | undefined {
    const canvas = element("canvas", { class: "kf-canvas", "aria-hidden": "true" });
    let app: App | undefined;
    const stage = Stage.on(canvas, meansOf(signsHere()), {
      changed: () => app?.draw(),
      gone: options.onGone,
    });
    if (stage) app = new App(root, canvas, stage, tour, options);
    return app;
  }

  private constructor(root: HTMLElement, canvas: HTMLCanvasElement, stage: Stage, tour: Tour, options: AppOptions) {
    this.root = root;
    this.stage = stage;
    this.#canvas = canvas;
    this.#tour = tour;
    this.#options = options;
    this.#language = options.language;
    this.#t = translator(catalogue, options.language);
    this.#scene = sceneOf(tour, tour.start) as Scene;
    this.#surface = element("div", { class: "kf-surface", tabindex: "0", role: "application" }, canvas);
    this.#overlay = this.#makeOverlay();
    root.replaceChildren(this.#surface, this.#overlay.root);
    this.#listen();
    this.#resize();
  }

  get scene(): Scene {
    return this.#scene;
  }

  get overlay(): Overlay {
    return this.#overlay;
  }

  /** Opens the scene of the page's address, or the tour's first. Rejects when not even its preview comes. */
  async start(): Promise<void> {
    const place = this.#options.deepLink ? readPlace(location.hash) : undefined;
    const scene =
      (place?.scene && sceneOf(this.#tour, place.scene)) || (sceneOf(this.#tour, this.#tour.start) as Scene);
    const view = this.#fitting(scene, place?.view);
    this.#overlay.busy(true);
    this.stage.hasten(scene, view, this.rig.size);
    await this.stage.previews.load(scene);
    this.stage.graphics.check();
    this.#overlay.busy(false);
    this.#arrive(scene, view, 0, 0);
    if (this.#options.planet && !place)
      this.rig.flyIn({ yaw: view.yaw - 100, pitch: -90, hfov: PLANET }, view, 2600, performance.now());
  }

  /** Goes to a scene: it is loaded behind the present one and shown when it can be seen sharp, or after a short wait. */
  async go(scene: Scene, view: Partial<View> = {}, zoom = 0): Promise<void> {
    if (scene.id === this.#scene.id)
      return this.rig.turnTo({ ...this.#firstView(scene), ...view }, 500, performance.now());
    const journey = ++this.#journey;
    const to = this.#fitting(scene, view);
    this.#overlay.notice(null);
    this.#overlay.busy(true);
    try {
      await this.stage.previews.load(scene);
      if (journey !== this.#journey) return;
      this.stage.prepare(scene, to);
      await this.#until(() => journey !== this.#journey || this.stage.isPrepared(this.rig.size), PATIENCE);
      if (journey !== this.#journey) return;
      this.#arrive(scene, to, this.rig.calm ? 0 : FADE, this.rig.calm ? 0 : zoom);
    } catch {
      if (journey !== this.#journey) return;
      const text = this.#t("tour-failed-scene", { scene: scene.title });
      this.#overlay.notice(text, this.#t("tour-retry"), () => void this.go(scene, view, zoom));
    } finally {
      if (journey === this.#journey) this.#overlay.busy(false);
    }
  }

  follow(link: Link): void {
    const target = sceneOf(this.#tour, link.target);
    if (!target) return;
    const { view } = this.rig;
    // The walk begins at once, on the picture that is there; the next one is faded in as soon as it is sharp.
    if (!this.rig.calm) this.rig.turnTo({ hfov: view.hfov * DOLLY }, PATIENCE, performance.now());
    void this.go(target, arrivalOf(this.#scene, link, target, view), 0.18);
  }

  /** A finger or pointer is on its way to a door: what lies behind it is loaded before it is pressed. */
  async #approach(link: Link): Promise<void> {
    const target = sceneOf(this.#tour, link.target);
    if (!target || !this.#means.prefetch || this.stage.isPreparing) return;
    await this.stage.previews.load(target).catch(() => {});
    this.stage.prepare(target, this.#arrivalView(link, target));
    this.draw();
  }

  setLanguage(language: Language): void {
    this.#language = language;
    this.#t = translator(catalogue, language);
    const before = this.#overlay.root;
    this.#overlay = this.#makeOverlay();
    before.replaceWith(this.#overlay.root);
    this.#showScene();
    this.#overlay.touched();
    this.#extras.attach(this.#overlay.slots);
    this.draw();
  }

  /** Asks for one more frame. */
  draw(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame((now) => this.#drawNow(now));
  }

  stop(): void {
    this.#journey++;
    cancelAnimationFrame(this.#frame);
    this.#frame = -1;
    clearTimeout(this.#rest);
    clearTimeout(this.#retry);
    this.#extras.stop();
    for (const cleanup of this.#cleanups) cleanup();
    this.stage.dispose();
  }

  #drawNow(now: number): void {
    this.#frame = 0;
    this.rig.tick(now);
    const { again, progress } = this.stage.frame(this.rig.view, this.rig.size);
    this.#overlay.place(this.rig.view, this.#shown);
    this.#overlay.progress(progress.ready + progress.failed, progress.needed);
    this.#sharp = progress.needed > 0 && progress.ready === progress.needed;
    this.#extras.turn(this.rig.view);
    if (progress.needed === 0) return;
    markOnce("kanfang-first-picture");
    if (this.#sharp) markOnce("kanfang-sharp");
    this.#tellFailures(progress.failed);
    clearTimeout(this.#retry);
    if (progress.retryIn !== undefined) this.#retry = setTimeout(() => this.draw(), progress.retryIn + 20);
    this.#drawnAt = now;
    if (again || this.rig.moving) {
      this.draw();
    } else {
      if (this.#sharp) this.#prefetchNeighbours();
      // Also where a picture cannot be had: the proof may know why.
      if (progress.ready + progress.failed === progress.needed) void this.#extras.open(() => this.#overlay.slots);
      this.#rest ??= setTimeout(() => this.#settle(), REST);
    }
  }

  /** One timer for all frames of a turn: it is wound up again as long as something was drawn meanwhile. */
  #settle(): void {
    const left = this.#drawnAt + REST - performance.now();
    this.#rest = left > 0 ? setTimeout(() => this.#settle(), left) : undefined;
    if (left <= 0) this.#rested();
  }

  #tellFailures(failed: number): void {
    if (failed > 0 === this.#failedShown) return;
    this.#failedShown = failed > 0;
    const retry = () => {
      this.stage.store.retryFailed();
      this.draw();
    };
    if (failed === 0) this.#overlay.notice(null);
    else this.#overlay.notice(this.#t("tour-failed-tiles"), this.#t("tour-retry"), retry);
  }

  #rested(): void {
    this.#options.onView?.(this.#scene, this.rig.view);
    this.#extras.rested();
    if (!this.#options.deepLink) return;
    this.#written = writePlace(this.#scene.id, this.rig.view);
    if (this.#written !== location.hash) history.replaceState(history.state, "", this.#written);
  }

  /** The scene's first view, narrowed to what fits this screen. */
  #firstView(scene: Scene): View {
    return { ...scene.initialView, hfov: Math.min(scene.initialView.hfov, naturalHfov(this.rig.size)) };
  }

  #prefetchNeighbours(): void {
    if (!this.#means.prefetch) return;
    for (const link of this.#scene.links) {
      const scene = sceneOf(this.#tour, link.target);
      if (!scene || this.#prefetched.has(scene.id)) continue;
      this.#prefetched.add(scene.id);
      this.stage.previews.load(scene).catch(() => this.#prefetched.delete(scene.id));
      this.stage.speculate(scene, this.#arrivalView(link, scene), this.rig.size);
      this.draw();
    }
  }

  /** What one sees first behind a link. */
  #arrivalView(link: Link, target: Scene): View {
    return this.#fitting(target, arrivalOf(this.#scene, link, target, this.rig.view));
  }

  /** The scene's first view with what is wished of another, as far as the scene and this screen allow. */
  #fitting(scene: Scene, wish: Partial<View> = {}): View {
    const { size } = this.rig;
    const { coverage, face } = scene.panorama;
    const limits = limitsFor(coverage, face, size, this.#options.extras);
    return constrain({ ...this.#firstView(scene), ...wish }, limits, size);
  }

  #hostOfExtras(): Host {
    const app = this;
    return {
      tour: this.#tour,
      rig: this.rig,
      stage: this.stage,
      embedded: this.#options.embedded,
      full: this.#options.extras,
      root: this.root,
      get shown() {
        return app.#shown;
      },
      get language() {
        return app.#language;
      },
      get scene() {
        return app.#scene;
      },
      get sharp() {
        return app.#sharp;
      },
      go: (scene, view) => this.go(scene, view),
      home: () => this.#home(),
      zoom: (factor) => this.rig.glideZoom(factor, centre(this.rig.size), performance.now()),
      setLanguage: (language) => this.#options.onLanguage(language),
      say: (text) => this.#overlay.say(text),
      reload: () => {
        this.stage.store.loseTextures();
        this.stage.store.retryFailed();
        this.draw();
      },
      tell: (text) => {
        this.#overlay.notice(text);
        setTimeout(() => this.#overlay.notice(null), 4000);
      },
    };
  }

  #arrive(scene: Scene, view: View, fade: number, zoom: number): void {
    this.#prefetched.clear();
    this.stage.show(scene, fade, zoom);
    this.#scene = scene;
    this.#resize();
    this.rig.look(view);
    this.#showScene();
    this.#overlay.announce(this.#tour, scene);
    this.draw();
  }

  #showScene(): void {
    this.#overlay.showScene(this.#tour, this.#scene);
    this.#extras.show(this.#scene);
    this.#surface.setAttribute("aria-label", this.#t("tour-picture", { scene: this.#scene.title }));
    this.#surface.setAttribute("aria-description", this.#t("tour-picture-help"));
    this.root.setAttribute("aria-label", this.#t("tour-region", { title: this.#tour.title }));
  }

  #until(done: () => boolean, patience: number): Promise<void> {
    const start = performance.now();
    return new Promise((resolve) => {
      const look = () => {
        this.draw();
        if (done() || performance.now() - start > patience) resolve();
        else setTimeout(look, 30);
      };
      look();
    });
  }

  #makeOverlay(): Overlay {
    const now = () => performance.now();
    const actions: OverlayActions = {
      go: (scene) => void this.go(scene),
      follow: (link) => this.follow(link),
      approach: (link) => void this.#approach(link),
      turnTo: (view) => this.rig.turnTo(view, 400, now()),
      language: () => this.#options.onLanguage(this.#language === "en" ? "zh-CN" : "en"),
    };
    return new Overlay(this.#tour, this.#t, actions);
  }

  #listen(): void {
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    const setCalm = () => {
      this.rig.calm = calm.matches;
    };
    setCalm();
    calm.addEventListener("change", setCalm);
    this.rig.moved = () => this.draw();
    const resized = new ResizeObserver(() => {
      this.#resize();
      this.draw();
    });
    resized.observe(this.#surface);
    const lost = (event: Event) => {
      event.preventDefault();
      this.stage.loseContext();
      this.#overlay.notice(this.#t("tour-lost"), this.#t("tour-reload"), () => location.reload());
    };
    const restored = () => {
      this.#overlay.notice(null);
      this.stage.restoreContext().then(() => this.draw(), () => this.draw()); // biome-ignore format: short
    };
    this.#canvas.addEventListener("webglcontextlost", lost);
    this.#canvas.addEventListener("webglcontextrestored", restored);
    const moved = () => this.#followAddress();
    if (this.#options.deepLink) window.addEventListener("hashchange", moved);
    this.#cleanups.push(
      usePointer(this.#surface, this.rig, () => this.#touched(), this.#options.tapZoom),
      useKeyboard(
        this.#surface,
        this.rig,
        () => this.#touched(),
        () => this.#home(),
      ),
      () => resized.disconnect(),
      () => calm.removeEventListener("change", setCalm),
      () => window.removeEventListener("hashchange", moved),
    );
  }

  #home(): void {
    this.rig.turnTo(this.#firstView(this.#scene), 500, performance.now());
  }

  #touched(): void {
    this.#overlay.touched();
    this.#extras.touched();
  }

  /** The reader changed the address by hand or went back. */
  #followAddress(): void {
    if (location.hash === this.#written) return;
    const place = readPlace(location.hash);
    const scene = place && (place.scene ? sceneOf(this.#tour, place.scene) : this.#scene);
    if (scene) void this.go(scene, place.view);
  }

  #resize(): void {
    const ratio = this.#means.pixelRatio;
    const limit = this.stage.graphics.maxTextureSize;
    this.#shown = { width: this.#surface.clientWidth, height: this.#surface.clientHeight };
    const pixels = (length: number) => Math.min(limit, Math.max(1, Math.round(length * ratio)));
    const [width, height] = [pixels(this.#shown.width), pixels(this.#shown.height)];
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.stage.stale();
      this.#canvas.width = width;
      this.#canvas.height = height;
    }
    const { coverage, face } = this.#scene.panorama;
    this.rig.resize({ width, height }, limitsFor(coverage, face, { width, height }, this.#options.extras));
  }
}

const marked = new Set<string>();

/** For whoever measures: the browser's own timeline, sent nowhere. */
function markOnce(name: string): void {
  if (marked.has(name)) return;
  marked.add(name);
  performance.mark(name);
}

function centre(size: Size): { x: number; y: number } {
  return { x: size.width / 2, y: size.height / 2 };
}

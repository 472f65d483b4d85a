/**
 * The door to the viewer: puts a tour into an element, in whatever form the device can bear, and follows its status.
 * The public page calls it through `main.ts`; the consoles import it to show drafts.
 */

import catalogue from "virtual:messages/tour";
import { type Language, languageFrom, translator } from "@kanfang/shared/messages.ts";
import { App } from "./app.ts";
import { anglesOf } from "./geometry/cube.ts";
import type { View } from "./geometry/view.ts";
import { DocumentError, readTour, type Scene, sceneOf, type Tour } from "./tour/document.ts";
import type { Status } from "./tour/status.ts";
import { element } from "./ui/dom.ts";
import { card } from "./ui/overlay.ts";

export interface MountOptions {
  /** Address of a `tour.json`, or the document itself. */
  tour: string | object;
  language?: Language;
  /** Keep the view in the page's address; off in consoles. */
  deepLink?: boolean;
  embedded?: boolean;
  /** Share, floor plan, auto-tour, description and wide views: what a public page has; off in consoles. */
  extras?: boolean;
  /** Begin as a little planet that one flies into. */
  planet?: boolean;
  /** Two taps come nearer; off where taps mean something else. */
  tapZoom?: boolean;
  /** Large type. */
  large?: boolean;
  /** Preview of the tour's first scene as a `data:` address, where the page brought it along. */
  preview?: string;
  /** The reader has come to rest on a view. */
  onView?: (scene: Scene, view: View) => void;
}

export interface TourHandle {
  /** What is seen now; undefined before the tour is open or without WebGL. */
  current(): { scene: string; view: View } | undefined;
  go(scene: string, view?: Partial<View>): void;
  look(view: Partial<View>): void;
  /** Yaw and pitch under a point of the page. */
  angleAt(clientX: number, clientY: number): { yaw: number; pitch: number } | undefined;
  setLanguage(language: Language): void;
  /** Figures for tests and measurements. */
  figures(): Record<string, number>;
  destroy(): void;
}

export function mountTour(host: HTMLElement, options: MountOptions): TourHandle {
  let language = options.language ?? "zh-CN";
  let tour: Tour | undefined;
  let app: App | undefined;
  let watch: { check(): void; stop(): void } | undefined;
  let status: Status = { kind: "open" };
  let destroyed = false;
  /** The first view is there; before, the tour may still turn to it. */
  let opened = false;
  const t = (key: string, args?: Record<string, string | number>) => translator(catalogue, language)(key, args);
  // Its own words run from the left, whatever page it is in.
  const root = element("section", { class: `kf-tour${options.large ? " kf-large" : ""}`, lang: language, dir: "ltr" });

  const show = (...nodes: HTMLElement[]) => root.replaceChildren(...nodes);
  const giveUp = (node: HTMLElement) => {
    app?.stop();
    app = undefined;
    show(node);
  };
  const withdrawn = () => {
    watch?.stop();
    giveUp(card(t("tour-gone-title"), t("tour-gone-text")));
  };
  const tellStatus = () => {
    if (status.kind === "withdrawn") return withdrawn();
    const text = status.kind === "notice" ? (status.banner ?? t(`tour-${status.state || "suspended"}`)) : null;
    app?.overlay.banner(text);
  };
  const setLanguage = (next: Language) => {
    language = next;
    root.lang = next;
    app?.setLanguage(next);
    tellStatus();
  };

  const open = async () => {
    show(element("div", { class: "kf-opening", role: "status" }, t("tour-opening")));
    try {
      tour ??= readTour(typeof options.tour === "string" ? await fetchDocument(options.tour) : options.tour);
      if (destroyed) return;
      await openWith(tour);
    } catch (problem) {
      if (destroyed) return;
      if (problem instanceof GoneError) return withdrawn();
      const text = problem instanceof DocumentError ? t("tour-failed-document") : t("tour-failed-network");
      giveUp(card(t("tour-failed-title"), text, t("tour-retry"), () => void open()));
    }
  };
  const follow = async (address: string) => {
    const module = await import("./tour/status.ts");
    if (destroyed) return;
    watch ??= module.watchStatus(address, (next) => {
      status = next;
      tellStatus();
    });
  };
  const openWith = async (document: Tour) => {
    app = App.on(root, document, {
      language,
      deepLink: options.deepLink ?? true,
      embedded: options.embedded ?? false,
      extras: options.extras ?? false,
      planet: options.planet ?? false,
      tapZoom: options.tapZoom ?? true,
      onLanguage: setLanguage,
      onGone: () => watch?.check(),
      ...(options.onView ? { onView: options.onView } : {}),
    });
    const first = sceneOf(document, document.start);
    if (app && first && options.preview) app.stage.previews.give(first, options.preview);
    if (app) {
      await app.start();
      opened = true;
    } else show((await import("./ui/stills.ts")).stillsOf(document, language, root));
    tellStatus();
    // The page itself is fresh: asking whether it still is leaves the line to the first pictures.
    if (document.status) void follow(document.status);
  };

  host.replaceChildren(root);
  void open();
  return {
    current: () => (app && opened ? { scene: app.scene.id, view: app.rig.view } : undefined),
    go(id, view) {
      const scene = tour && sceneOf(tour, id);
      if (scene) void app?.go(scene, view);
    },
    look: (view) => app?.rig.look({ ...app.rig.view, ...view }),
    angleAt(clientX, clientY) {
      if (!app) return undefined;
      const box = root.getBoundingClientRect();
      const scale = app.rig.size.width / box.width;
      return anglesOf(app.rig.directionAt({ x: (clientX - box.left) * scale, y: (clientY - box.top) * scale }));
    },
    setLanguage,
    figures(): Record<string, number> {
      if (!app) return {};
      const { store } = app.stage;
      return { ...store.count(), bytes: store.bytes, peakBytes: store.peakBytes };
    },
    destroy() {
      destroyed = true;
      watch?.stop();
      app?.stop();
      host.replaceChildren();
    },
  };
}

export { languageFrom };

/** The tour was taken down. */
class GoneError extends Error {}

async function fetchDocument(url: string): Promise<unknown> {
  const response = await fetch(url, { headers: { Accept: "application/json" } });
  if (response.status === 410) throw new GoneError(url);
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  try {
    return await response.json();
  } catch (problem) {
    throw new DocumentError(String(problem));
  }
}

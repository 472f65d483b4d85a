/**
 * The tour speaks with the page that embeds it (docs/viewer.md). The page begins with `{kanfang: "hello"}`; only to its
 * window and origin answers go. It may look, go and change the language: nothing that it could not do by hand. Who may
 * embed at all is decided by the server's `frame-ancestors`.
 */
import { languageFrom } from "@kanfang/shared/messages.ts";
import type { View } from "../geometry/view.ts";
import { sceneOf } from "../tour/document.ts";
import type { Host } from "./host.ts";

export function listenToPage(host: Host): { arrived(): void; rested(): void; stop(): void } {
  let origin: string | undefined;
  const send = (message: object) => {
    if (origin !== undefined) window.parent.postMessage(message, origin);
  };
  const place = () => ({ scene: host.scene.id, title: host.scene.title, view: { ...host.rig.view } });
  const listen = (event: MessageEvent<unknown>) => {
    if (event.source !== window.parent || typeof event.data !== "object" || event.data === null) return;
    const { kanfang, ...rest } = event.data as {
      kanfang?: unknown;
      scene?: unknown;
      view?: unknown;
      language?: unknown;
    };
    if (kanfang === "hello") {
      origin = event.origin;
      const scenes = host.tour.scenes.map(({ id, title }) => ({ id, title }));
      send({ kanfang: "ready", tour: host.tour.title, scenes, ...place() });
    } else if (kanfang === "go") {
      const scene = sceneOf(host.tour, String(rest.scene));
      if (scene) void host.go(scene, numbersOf(rest.view));
      else send({ kanfang: "error", reason: "unknown-scene", scene: String(rest.scene) });
    } else if (kanfang === "look") {
      host.rig.turnTo(numbersOf(rest.view), 600, performance.now());
    } else if (kanfang === "language") {
      host.setLanguage(languageFrom(String(rest.language)));
    }
  };
  window.addEventListener("message", listen);
  return {
    arrived: () => send({ kanfang: "scene", ...place() }),
    rested: () => send({ kanfang: "view", ...place() }),
    stop: () => window.removeEventListener("message", listen),
  };
}

/** The numbers among what the page calls a view. */
function numbersOf(value: unknown): Partial<View> {
  const view: Partial<View> = {};
  const given = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  for (const name of ["yaw", "pitch", "hfov"] as const) {
    const number = given[name];
    if (typeof number === "number" && Number.isFinite(number)) view[name] = number;
  }
  return view;
}

/** The public page: takes over `<div id="kanfang-tour" data-tour="…">`, whose stills were there for browsers without scripts. */
import "./style.css";
import { type Language, languageFrom } from "@kanfang/shared/messages.ts";
import { mountTour, type TourHandle } from "./mount.ts";

declare global {
  interface Window {
    /** The mounted tour, for the page's own scripts, tests and the console of the curious. */
    kanfangTour?: TourHandle;
  }
}

const host = document.getElementById("kanfang-tour");
const address = host?.dataset.tour;
if (host && address) {
  const language: Language = languageFrom(host.dataset.lang ?? document.documentElement.lang);
  const { preview } = host.dataset;
  window.kanfangTour = mountTour(host, {
    tour: documentIn(host) ?? address,
    language,
    embedded: host.dataset.embed === "1",
    extras: true,
    large: document.documentElement.classList.contains("large"),
    planet: new URLSearchParams(location.search).get("opening") === "planet",
    ...(preview ? { preview } : {}),
  });
}

/** The tour that the page brought along; without it the viewer asks for it at its address. */
function documentIn(host: HTMLElement): object | undefined {
  try {
    const value: unknown = JSON.parse(host.querySelector('script[type="application/json"]')?.textContent ?? "");
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The public page: takes over `<div id="kanfang-tour" data-tour="…">`, whose stills were there for browsers without scripts. */
import "./style.css";
import "./strips.css";
import { type Language, languageFrom } from "@kanfang/shared/messages.ts";
import { mountTour, type TourHandle } from "./mount.ts";

declare global {
  interface Window {
    /** The mounted tour, for the page's own scripts, tests and the console of the curious. */
    kanfangTour?: TourHandle;
  }
}

const host = document.getElementById("kanfang-tour");
const tour = host?.dataset.tour;
if (host && tour) {
  const language: Language = languageFrom(host.dataset.lang ?? document.documentElement.lang);
  window.kanfangTour = mountTour(host, { tour, language, embedded: host.dataset.embed === "1" });
}

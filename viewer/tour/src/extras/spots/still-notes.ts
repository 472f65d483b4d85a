/** The hotspots of a scene in words, below its pictures: for browsers without WebGL, where no pin can point. */
import catalogue from "virtual:messages/tour-hotspots";
import { type Language, translator } from "@kanfang/shared/messages.ts";
import type { Scene } from "../../tour/document.ts";
import { drawn, element } from "../../ui/dom.ts";
import { useSheet } from "../../ui/sheet.ts";
import { PINS } from "./icons.ts";
import { readSpots } from "./read.ts";
import { contentOf } from "./sheet.ts";
import sheet from "./spots.css?inline";

export function stillNotes(scene: Scene, language: Language, root: HTMLElement): HTMLElement[] {
  const spots = readSpots(scene.hotspots);
  if (spots.length === 0) return [];
  useSheet(sheet);
  const t = translator(catalogue, language);
  const list = element("ul", { class: "kf-still-notes", "aria-label": t("spots-list") });
  for (const spot of spots) {
    const kind = element("p", { class: "kf-sheet-kind" }, drawn(PINS[spot.kind]), t(`spots-${spot.kind}`));
    const title = "title" in spot && spot.title ? element("h4", {}, spot.title) : undefined;
    list.append(
      element("li", { class: `kf-sheet-${spot.kind}` }, kind, title, ...contentOf(spot, { t, language, root })),
    );
  }
  return [list];
}

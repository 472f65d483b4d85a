/** The tour without WebGL: for each scene a strip of plain pictures that scrolls by finger, wheel and arrow keys. */
import catalogue from "virtual:messages/tour-stills";
import { type Language, type Translate, translator } from "@kanfang/shared/messages.ts";
import { stillNotes } from "../extras/spots/still-notes.ts";
import { FACES } from "../geometry/cube.ts";
import { type Scene, stillAddress, type Tour } from "../tour/document.ts";
import { element } from "./dom.ts";
import { pictures as files } from "./picture-address.ts";
import { useSheet } from "./sheet.ts";
import sheet from "./stills.css?inline";

export function stillsOf(tour: Tour, language: Language, root: HTMLElement): HTMLElement {
  useSheet(sheet);
  const t = translator(catalogue, language);
  const note = element("p", { class: "kf-stills-note" }, t("tour-stills-note"));
  return element(
    "div",
    { class: "kf-stills" },
    note,
    ...tour.scenes.map((scene) => strip(scene, t, stillNotes(scene, language, root))),
  );
}

function strip(scene: Scene, t: Translate, notes: HTMLElement[]): HTMLElement {
  const pictures = FACES.map((face) => {
    const label = t("tour-still", { scene: scene.title, side: t(`tour-side-${face}`) });
    const image = element("img", {
      src: files.address(stillAddress(scene.panorama, face)),
      alt: label,
      loading: "lazy",
      decoding: "async",
      width: "512",
      height: "512",
    });
    return element("figure", {}, image, element("figcaption", {}, t(`tour-side-${face}`)));
  });
  const row = element("div", { class: "kf-stills-row", tabindex: "0", role: "group", "aria-label": scene.title });
  row.append(...pictures);
  const masked = Array.isArray(scene.panorama.masked) ? scene.panorama.masked.length : 0;
  const hidden =
    masked > 0 ? element("p", { class: "kf-stills-note" }, t("tour-stills-masked", { count: masked })) : undefined;
  return element("section", { "data-scene": scene.id }, element("h3", {}, scene.title), row, hidden, ...notes);
}

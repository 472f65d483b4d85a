/** In a foreign frame there is little room: the court's own page has all of the window. */
import type { Translate } from "@kanfang/shared/messages.ts";
import type { Tour } from "../tour/document.ts";
import { drawn, element } from "../ui/dom.ts";
import { ICONS } from "./icons.ts";

export function ownPage(tour: Tour, t: Translate): HTMLElement {
  const label = t("tour-own-page");
  const attributes = { class: "kf-tool", target: "_blank", rel: "noopener", "aria-label": label, title: label };
  return element("a", { ...attributes, href: `/tour/${encodeURIComponent(tour.id)}` }, drawn(ICONS.out));
}

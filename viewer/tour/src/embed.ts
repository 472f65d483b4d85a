/**
 * `<script async src="https://…/assets/tour/embed.js"></script>` defines `<kanfang-tour listing="…">` (docs/viewer.md); with
 * `data-listing` the script also puts such an element in its own place. A classic script without imports; the server's
 * allow-list decides who may frame it.
 */
import { defineTour, ELEMENT } from "./embed/element.ts";

const script = document.currentScript as HTMLScriptElement | null;
// A page may have the script twice, or the package beside it.
if (script && !customElements.get(ELEMENT)) defineTour(script.src);
const { listing, lang, title, height } = script?.dataset ?? {};
if (script && listing) {
  const node = document.createElement(ELEMENT);
  node.setAttribute("listing", listing);
  for (const [name, value] of Object.entries({ lang, title, height })) if (value) node.setAttribute(name, value);
  script.after(node);
}

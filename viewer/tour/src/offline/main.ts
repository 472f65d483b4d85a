/**
 * The offline copy (docs/exchange.md): a classic script, because a page from `file://` may load no modules. `data/tour.js` calls
 * `kanfangCopy.open`, further scripts hand their pictures to `kanfangCopy.take`.
 */
import "../style.css";
import "./offline.css";
import { languageFrom } from "@kanfang/shared/messages.ts";
import { mountTour } from "../mount.ts";
import { pictures } from "../ui/picture-address.ts";
import { answersFrom, fileOf, type Opening } from "./answers.ts";
import { fillBar } from "./bar.ts";
import { Copy } from "./copy.ts";

const copy = new Copy();

function open(opening: Opening): void {
  const host = document.getElementById("kanfang-tour");
  const bar = document.getElementById("kanfang-copy");
  if (!host || !bar) return;
  window.fetch = answersFrom(copy, opening);
  pictures.address = (url) => fileOf(url, opening.state.version);
  const show = () => {
    const language = languageFrom(host.querySelector<HTMLElement>(".kf-tour")?.lang);
    document.documentElement.lang = language;
    fillBar(bar, opening, language);
  };
  const tour = JSON.parse(opening.document) as object;
  window.kanfangTour = mountTour(host, { tour, language: languageFrom(opening.language), extras: true });
  show();
  new MutationObserver(show).observe(host, { subtree: true, attributeFilter: ["lang"] });
}

Object.assign(window, { kanfangCopy: { open, take: (parts: Record<string, string>) => copy.take(parts) } });

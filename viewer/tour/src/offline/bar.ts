/** The bar of an offline copy: that it is one, of which version, and who knows what holds now. */
import catalogue from "virtual:messages/exchange-copy";
import { type Language, translator } from "@kanfang/shared/messages.ts";
import { element } from "../ui/dom.ts";
import type { Opening } from "./answers.ts";

export function fillBar(bar: HTMLElement, opening: Opening, language: Language): void {
  const t = translator(catalogue, language);
  const { number, publishedAt, root } = opening.state;
  const state =
    number === undefined || publishedAt === undefined
      ? t("exchange-copy-draft")
      : t("exchange-copy-published", { at: dayOf(publishedAt), number });
  const parts = [element("strong", {}, t("exchange-copy-what")), element("span", {}, `${opening.court} · ${state}`)];
  if (root) parts.push(element("code", { title: root }, t("exchange-copy-root", { root })));
  parts.push(element("a", { href: opening.listing, target: "_blank", rel: "noopener" }, t("exchange-copy-site")));
  bar.replaceChildren(...parts);
}

/** In Beijing, where the court is: `2026-11-26 17:05`. */
function dayOf(instant: string): string {
  const at = new Date(instant);
  return new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 16).replace("T", " ");
}

/** What a hotspot tells, on a sheet beside the picture (on phones below it). Texts are text, never markup. */
import type { Language, Translate } from "@kanfang/shared/messages.ts";
import { button, drawn, element } from "../../ui/dom.ts";
import { showPublished } from "../checked-picture.ts";
import { enlarge } from "./enlarge.ts";
import { PINS } from "./icons.ts";
import { lengthText, nameOf, type Picture, type Shown, type Spot } from "./read.ts";
import { videosOf } from "./videos.ts";

export interface ContentHost {
  t: Translate;
  language: Language;
  /** The element that fills the screen. */
  root: HTMLElement;
  /** Which way it lies, in words. */
  side?(spot: Spot): string;
}

export interface SheetHost extends ContentHost {
  side(spot: Spot): string;
  open(spot: Spot): void;
}

export class SpotSheet {
  readonly root: HTMLElement;
  readonly #host: SheetHost;
  readonly #close: () => void;

  constructor(host: SheetHost, close: () => void) {
    this.#host = host;
    this.#close = close;
    this.root = element("section", { class: "kf-sheet", role: "dialog", tabindex: "-1" });
    this.root.hidden = true;
    this.root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close();
    });
  }

  /** One hotspot, or the choice among several that lie close together. */
  show(spots: readonly Spot[]): void {
    const { t } = this.#host;
    const [only] = spots;
    if (!only) return;
    const title = spots.length === 1 ? headingOf(only, t) : t("spots-several", { count: spots.length });
    const body = spots.length === 1 ? contentOf(only, this.#host) : [this.#choice(spots)];
    const kind = spots.length === 1 ? only.kind : "several";
    this.root.className = `kf-sheet kf-sheet-${kind}`;
    this.root.setAttribute("aria-label", spots.length === 1 ? `${t(`spots-${kind}`)} ${title}` : title);
    this.root.replaceChildren(
      element(
        "header",
        { class: "kf-sheet-head" },
        element(
          "div",
          {},
          spots.length === 1
            ? element("p", { class: "kf-sheet-kind" }, drawn(PINS[only.kind]), t(`spots-${only.kind}`))
            : undefined,
          title ? element("h3", {}, title) : undefined,
        ),
        button(t("spots-close"), "kf-sheet-close", this.#close, drawn("M6 6l12 12M18 6 6 18")),
      ),
      ...body,
    );
    this.root.hidden = false;
    this.root.scrollTop = 0;
    this.root.focus({ preventScroll: true });
  }

  /** What plays falls silent. */
  hide(): void {
    for (const video of this.root.querySelectorAll("video")) video.pause();
    this.root.hidden = true;
  }

  #choice(spots: readonly Spot[]): HTMLElement {
    const list = element("ul", { class: "kf-spot-list" });
    for (const spot of spots)
      list.append(
        element(
          "li",
          {},
          lineOf(spot, this.#host, () => this.#host.open(spot)),
        ),
      );
    return list;
  }
}

/** What a hotspot holds, without its heading. */
export function contentOf(spot: Spot, host: ContentHost): HTMLElement[] {
  const { t, language } = host;
  const parts: (HTMLElement | undefined)[] = [];
  const facts: [string, string][] = [];
  switch (spot.kind) {
    case "information":
      parts.push(words(spot.text), ...shownIn(spot, spot.title, host));
      break;
    case "defect":
      parts.push(words(spot.text), ...shownIn(spot, nameOf(spot), host));
      if (spot.seenOn) facts.push([t("spots-seen-on"), dayText(spot.seenOn, language)]);
      if (spot.announcement)
        parts.push(
          element(
            "div",
            { class: "kf-quote" },
            element("p", { class: "kf-quote-source" }, t("spots-announcement")),
            element("blockquote", {}, spot.announcement),
          ),
        );
      break;
    case "document":
      parts.push(outwards(spot.url, t("spots-open-document"), t));
      break;
    case "measure":
      parts.push(element("p", { class: "kf-length" }, lengthText(spot.length, spot.error)));
      if (["laser", "tape", "plan", "floor"].includes(spot.method)) parts.push(words(t(`spots-method-${spot.method}`)));
      break;
    case "portal":
      facts.push([t("spots-starts"), timeText(spot.startsAt, spot.timeZone, language)]);
      parts.push(words(t("spots-portal-note")), outwards(spot.url, t("spots-open-portal"), t));
      break;
  }
  if (host.side) facts.push([t("spots-where"), host.side(spot)]);
  const list = element("dl", {});
  for (const [name, value] of facts) list.append(element("dt", {}, name), element("dd", {}, value));
  return [...parts.filter((part) => part !== undefined), list];
}

function shownIn({ pictures, videos }: Shown, name: string, host: ContentHost): (HTMLElement | undefined)[] {
  return [picturesOf(pictures, name, host), ...videosOf(videos, name, host)];
}

/** The photos, each with how many places are hidden in it, so that nobody takes a mosaic for a fault of the photo. */
function picturesOf(pictures: readonly Picture[], name: string, host: ContentHost): HTMLElement | undefined {
  if (pictures.length === 0) return undefined;
  const { t, root } = host;
  const row = element("div", { class: "kf-spot-pictures" });
  for (const [index, { address, masked }] of pictures.entries()) {
    const plain = t("spots-picture", { name, number: index + 1, count: pictures.length });
    const label =
      masked > 0 ? t("spots-picture-masked", { label: plain, masked: t("spots-masked", { count: masked }) }) : plain;
    const image = element("img", { alt: label, decoding: "async" });
    const open = button(t("spots-enlarge", { name: label }), "kf-spot-picture", () => {
      enlarge(root, address, label, t, open);
    });
    open.append(image);
    // What is heard says it in the picture's name.
    if (masked > 0)
      open.append(
        element("span", { class: "kf-picture-masked", "aria-hidden": "true" }, t("spots-masked", { count: masked })),
      );
    const missing = () => open.replaceWith(element("p", { class: "kf-no-picture" }, t("spots-no-picture")));
    image.addEventListener("error", missing);
    void showPublished(address, (url) => image.setAttribute("src", url)).catch(missing);
    row.append(open);
  }
  if (pictures.every(({ masked }) => masked === 0)) return row;
  return element("div", {}, row, element("p", { class: "kf-masked-note" }, t("spots-masked-note")));
}

/** A hotspot in a list: its pin, its kind, its name and its side. */
export function lineOf(spot: Spot, host: Pick<SheetHost, "t" | "side">, open: () => void): HTMLElement {
  const { t } = host;
  const name = nameOf(spot);
  const label = t("spots-line", { kind: t(`spots-${spot.kind}`), name, side: host.side(spot) });
  const node = button(label, `kf-spot-line kf-line-${spot.kind}`, open);
  node.removeAttribute("title");
  node.append(
    drawn(PINS[spot.kind]),
    element("span", {}, name),
    element("span", { class: "kf-side" }, host.side(spot)),
  );
  return node;
}

/** A defect's text is told below in full; its heading would only say it twice. */
function headingOf(spot: Spot, t: Translate): string {
  if (spot.kind === "defect") return "";
  return spot.kind === "measure" ? spot.title || t("spots-length") : spot.title;
}

function words(text: string): HTMLElement | undefined {
  return text ? element("p", { class: "kf-words" }, text) : undefined;
}

/** A way out of the court's site: one sees where it leads before one goes. */
function outwards(url: string, label: string, t: Translate): HTMLElement {
  const host = new URL(url).host;
  const link = element(
    "a",
    { class: "kf-primary", href: url, target: "_blank", rel: "noopener noreferrer nofollow" },
    label,
  );
  return element("p", { class: "kf-outwards" }, link, element("span", {}, t("spots-leads-to", { host })));
}

function dayText(iso: string, language: Language): string {
  const day = new Date(`${iso.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(day.getTime())) return iso;
  return new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" }).format(day);
}

/** The instant as it is in its own time zone, with the zone's name. */
export function timeText(iso: string, timeZone: string, language: Language): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const parts = { year: "numeric", month: "long", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", timeZoneName: "long" } as const; // biome-ignore format: one list
  try {
    return new Intl.DateTimeFormat(language, { ...parts, timeZone }).format(at);
  } catch {
    return new Intl.DateTimeFormat(language, { ...parts, timeZone: "UTC" }).format(at);
  }
}

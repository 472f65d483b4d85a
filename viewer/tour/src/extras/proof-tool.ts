/** "What you see is what the court published": a button that says how far that was checked, and a panel that says it in words. */
import catalogue from "virtual:messages/tour-proof";
import { type Translate, translator } from "@kanfang/shared/messages.ts";
import { Verifier } from "../proof/verifier.ts";
import { button, drawn, element } from "../ui/dom.ts";
import type { Host, Slots } from "./host.ts";
import { ICONS } from "./icons.ts";

export class ProofTool {
  readonly #host: Host;
  readonly #verifier: Verifier;
  #t: Translate;
  #toggle: HTMLButtonElement | undefined;
  #panel: HTMLElement | undefined;
  #body = element("div", {});
  #warned = false;

  constructor(host: Host) {
    this.#host = host;
    this.#t = translator(catalogue, host.language);
    const preview = host.root.parentElement?.dataset.preview;
    this.#verifier = new Verifier(host.tour, preview, () => this.#show(), () => host.reload()); // biome-ignore format: short
  }

  /** Fills the places of an overlay, in the host's present language. */
  attach(slots: Slots): void {
    this.#t = translator(catalogue, this.#host.language);
    const wasOpen = this.#panel?.hidden === false;
    const label = this.#t("proof-open");
    this.#toggle = button(
      label,
      "kf-tool kf-proof-tool",
      () => this.#open(this.#panel?.hidden === true),
      drawn(ICONS.proof),
    );
    this.#toggle.setAttribute("aria-controls", "kf-proof");
    slots.tools.append(this.#toggle);
    const close = button(this.#t("proof-close"), "kf-text-button", () => this.#open(false), this.#t("proof-close"));
    this.#body = element("div", {});
    this.#panel = element(
      "section",
      { class: "kf-about kf-proof", id: "kf-proof", tabindex: "-1", "aria-label": label },
      this.#body,
      close,
    );
    this.#panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.#open(false);
    });
    this.#panel.hidden = !wasOpen;
    slots.panel.append(this.#panel);
    this.#toggle.setAttribute("aria-expanded", String(wasOpen));
    this.#show();
  }

  #open(on: boolean): void {
    if (!this.#panel) return;
    this.#panel.hidden = !on;
    this.#toggle?.setAttribute("aria-expanded", String(on));
    this.#show();
    if (on) this.#panel.focus({ preventScroll: true });
    else this.#toggle?.focus();
  }

  #show(): void {
    const { verdict, bad } = this.#verifier;
    if (this.#toggle) this.#toggle.dataset.proof = verdict;
    if (verdict === "wrong" && !this.#warned && this.#panel) {
      this.#warned = true;
      this.#open(true);
      this.#host.say(this.#words(verdict, bad.size));
    }
    if (this.#panel?.hidden === false) this.#body.replaceChildren(...this.#contents());
  }

  #contents(): HTMLElement[] {
    const { verdict, bad, checked, manifest } = this.#verifier;
    const parts: HTMLElement[] = [
      element("h3", {}, this.#t(`proof-title-${verdict}`)),
      element("p", { class: `kf-proof-words kf-proof-${verdict}` }, this.#words(verdict, bad.size)),
    ];
    if (manifest) {
      const rows: [string, string][] = [
        [this.#t("proof-court"), manifest.court],
        [this.#t("proof-published"), momentOf(manifest.publishedAt, this.#host.language)],
        [this.#t("proof-version"), String(manifest.number)],
        [this.#t("proof-checked"), String(checked)],
        [this.#t("proof-root"), shortened(manifest.root)],
        [this.#t("proof-key"), shortened(manifest.key)],
      ];
      const list = element("dl", {});
      for (const [name, value] of rows) list.append(element("dt", {}, name), element("dd", {}, value));
      parts.push(list);
    }
    const address = `/listings/${encodeURIComponent(this.#host.tour.id)}/proof`;
    const link = element("a", { href: address, target: "_blank", rel: "noopener" }, this.#t("proof-more"));
    return [...parts, element("p", {}, link)];
  }

  #words(verdict: string, bad: number): string {
    return bad > 0 ? this.#t("proof-bad-pictures", { count: bad }) : this.#t(`proof-text-${verdict}`);
  }
}

function shortened(hash: string): string {
  return `${hash.slice(0, 8)}…${hash.slice(-8)}`;
}

/** As courts write it: the time of Beijing, whatever the reader's. */
function momentOf(iso: string, language: string): string {
  const format = new Intl.DateTimeFormat(language, {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "Asia/Shanghai",
  });
  return format.format(new Date(iso));
}

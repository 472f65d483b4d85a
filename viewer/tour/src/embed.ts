/**
 * For foreign pages that may show a tour (docs/viewer.md). `<script async src="https://…/assets/tour/embed.js"></script>` defines
 * `<kanfang-tour listing="…">`, which holds the frame and speaks with it; with `data-listing` the script also puts such an
 * element in its own place. A classic script without imports; the server's allow-list decides who may frame it.
 */
(() => {
  const script = document.currentScript as HTMLScriptElement | null;
  const NAME = "kanfang-tour";
  if (!script || customElements.get(NAME)) return place();
  const { origin } = new URL(script.src);
  type View = { yaw?: number; pitch?: number; hfov?: number };
  const isEnglish = (wish: string) => wish.toLowerCase().startsWith("en");

  class KanfangTour extends HTMLElement {
    static readonly observedAttributes = ["listing", "lang"];
    #frame: HTMLIFrameElement | undefined;

    connectedCallback(): void {
      window.addEventListener("message", this.#hear);
      if (!this.#frame) this.#open();
    }

    disconnectedCallback(): void {
      window.removeEventListener("message", this.#hear);
      this.#frame?.remove();
      this.#frame = undefined;
    }

    attributeChangedCallback(name: string, before: string | null, now: string | null): void {
      if (!this.#frame || before === now) return;
      if (name === "listing") this.#open();
      else this.setLanguage(this.#language());
    }

    /** Goes to a scene; `view` in degrees. */
    go(scene: string, view: View = {}): void {
      this.#send({ kanfang: "go", scene, view });
    }

    /** Turns to a view. */
    look(view: View): void {
      this.#send({ kanfang: "look", view });
    }

    setLanguage(language: string): void {
      this.#send({ kanfang: "language", language });
    }

    #language(): string {
      return isEnglish(this.lang || document.documentElement.lang) ? "en" : "zh-CN";
    }

    #open(): void {
      const listing = this.getAttribute("listing");
      if (!listing) return;
      const address = new URL(`/embed/${encodeURIComponent(listing)}`, origin);
      address.searchParams.set("lang", this.#language());
      if (this.getAttribute("opening")) address.searchParams.set("opening", this.getAttribute("opening") ?? "");
      const seen = ["scene", "yaw", "pitch", "hfov"].flatMap((name) => {
        const value = this.getAttribute(name);
        return value === null ? [] : [[name, value]];
      });
      if (seen.length > 0) address.hash = String(new URLSearchParams(seen));
      const frame = document.createElement("iframe");
      frame.src = address.href;
      frame.title = this.title || (this.#language() === "en" ? "Panorama tour" : "全景漫游");
      frame.loading = "lazy";
      frame.allow = "fullscreen; gyroscope; accelerometer; xr-spatial-tracking; clipboard-write; web-share";
      frame.allowFullscreen = true;
      frame.referrerPolicy = "strict-origin-when-cross-origin";
      frame.addEventListener("load", () => this.#greet(frame, 40));
      Object.assign(frame.style, { display: "block", width: "100%", height: "100%", border: "0" });
      if (!this.style.display) this.style.display = "block";
      if (!this.style.height) this.style.height = this.getAttribute("height") ?? "min(75vh, 640px)";
      this.replaceChildren(frame);
      this.#frame = frame;
      this.#ready = false;
    }

    #ready = false;

    /** The tour listens once its first view is sharp: asks again until it answers. */
    #greet(frame: HTMLIFrameElement, tries: number): void {
      if (this.#ready || frame !== this.#frame || tries === 0) return;
      this.#send({ kanfang: "hello" });
      setTimeout(() => this.#greet(frame, tries - 1), 500);
    }

    #send(message: object): void {
      this.#frame?.contentWindow?.postMessage(message, origin);
    }

    readonly #hear = (event: MessageEvent): void => {
      if (event.origin !== origin || event.source !== this.#frame?.contentWindow) return;
      const { kanfang, ...detail } = (event.data ?? {}) as { kanfang?: unknown };
      if (typeof kanfang !== "string") return;
      if (kanfang === "ready") this.#ready = true;
      this.dispatchEvent(new CustomEvent(`kanfang-${kanfang}`, { detail, bubbles: true }));
    };
  }
  customElements.define(NAME, KanfangTour);
  place();

  function place(): void {
    const { listing, lang, title, height } = script?.dataset ?? {};
    if (!script || !listing) return;
    const node = document.createElement(NAME);
    node.setAttribute("listing", listing);
    for (const [name, value] of Object.entries({ lang, title, height })) if (value) node.setAttribute(name, value);
    script.after(node);
  }
})();

/**
 * `<kanfang-tour listing="…">` for foreign pages (docs/viewer.md): holds the frame with the tour and speaks with it by
 * messages. Published as the package `kanfang-tour`, and a part of `embed.js`: it imports nothing and touches no page
 * before `defineTour` is called, so that it may be imported where pages are rendered on a server.
 */

/** A view, in degrees: yaw to the right, -180 to 180; pitch upwards, -90 to 90; hfov across, up to 165. */
export interface View {
  yaw: number;
  pitch: number;
  hfov: number;
}

/** Where the reader is. */
export interface Place {
  /** The scene's identifier. */
  scene: string;
  /** The scene's name, as the court published it. */
  title: string;
  view: View;
}

/** What the element tells of its tour: in `detail` of events that bubble. */
export interface TourEventMap {
  /** The first view is sharp: from now on the methods have an effect. */
  "kanfang-ready": CustomEvent<Place & { tour: string; scenes: { id: string; title: string }[] }>;
  /** The reader has come to a scene. */
  "kanfang-scene": CustomEvent<Place>;
  /** The reader has come to rest on a view. */
  "kanfang-view": CustomEvent<Place>;
  /** The tour cannot do what was asked. */
  "kanfang-error": CustomEvent<{ reason: "unknown-scene"; scene: string }>;
}

/** The element; attributes: `listing`, `lang`, `title`, `height`, `opening`, and `scene`, `yaw`, `pitch`, `hfov` to begin with. */
export interface KanfangTourElement extends HTMLElement {
  /** Goes to a scene, and turns to a view in it; an unknown one is told by `kanfang-error`. */
  go(scene: string, view?: Partial<View>): void;
  /** Turns to a view of the present scene. */
  look(view: Partial<View>): void;
  /** `zh-CN` or `en`. */
  setLanguage(language: string): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "kanfang-tour": KanfangTourElement;
  }
  // They bubble: whatever holds the element may listen.
  interface HTMLElementEventMap extends TourEventMap {}
}

/** The element's name. */
export const ELEMENT = "kanfang-tour";

/** Of which server the element shows tours, by its class. */
const servers = new WeakMap<CustomElementConstructor, string>();

/**
 * Defines `<kanfang-tour>` for the tours of one server, once; `server` is an address of it, such as `https://court.example`.
 * Throws a `TypeError` where that is no address, and an `Error` where the element shows the tours of another server already.
 */
export function defineTour(server: string): void {
  const { origin } = new URL(server);
  const there = customElements.get(ELEMENT);
  if (there) {
    if (servers.get(there) === origin) return;
    throw new Error(
      `<${ELEMENT}> is defined already, for ${servers.get(there) ?? "another script"}, not for ${origin}`,
    );
  }
  const made = elementOf(origin);
  servers.set(made, origin);
  customElements.define(ELEMENT, made);
}

const isEnglish = (wish: string) => wish.toLowerCase().startsWith("en");

function elementOf(origin: string): CustomElementConstructor {
  return class extends HTMLElement {
    static readonly observedAttributes = ["listing", "lang"];
    #frame: HTMLIFrameElement | undefined;
    #ready = false;

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

    go(scene: string, view: Partial<View> = {}): void {
      this.#send({ kanfang: "go", scene, view });
    }

    look(view: Partial<View>): void {
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
  };
}

/**
 * Checks each picture of a published tour against what the court signed, as it comes: first those that were shown before
 * this part was loaded, then every one before it is decoded. One that does not fit is asked for again past all
 * caches; if it does not fit then either, it is not shown.
 */
import { gate } from "../stage/gate.ts";
import { ACCEPT } from "../stage/load-picture.ts";
import { LoadError } from "../stage/texture-store.ts";
import { readTour, type Tour } from "../tour/document.ts";
import {
  type Addendum,
  checkSignature,
  hex,
  isPicture,
  type Manifest,
  openPiece,
  type Part,
  readAddendum,
  readManifest,
  type Signature,
  sha256,
} from "./manifest.ts";
import { baseOf, type PicturePlace, pictureNamed, placeOf } from "./places.ts";

/**
 * - `checking`: the manifest is on its way.
 * - `signed`: signature and pictures are right as far as they were looked at.
 * - `compared`: the pictures fit the manifest; this browser cannot check its signature.
 * - `unable`: this browser cannot check anything, or the manifest cannot be had.
 * - `unsigned`: there is no manifest.
 * - `wrong`: the signature or the document is not the court's, or pictures are not.
 */
export type Verdict = "checking" | "signed" | "compared" | "unable" | "unsigned" | "wrong";

/** Lists up to this length are loaded with the first picture of a scene, so that no tile waits for its own. */
const EAGER_BYTES = 4096;
/** A status of our own for "not what was published": no other try of the same will help. */
const NOT_PUBLISHED = 422;

interface Source {
  manifest: Manifest;
  /** SHA-256 of the manifest's text. */
  hash: string;
  keys: unknown;
}

export class Verifier {
  readonly #tour: Tour;
  readonly #base: string | undefined;
  readonly #changed: () => void;
  readonly #reload: () => void;
  readonly #source: Promise<Source | undefined>;
  readonly #parts = new Map<string, Promise<Part | undefined>>();
  readonly #lists = new Map<string, Promise<Uint8Array>>();
  readonly #bad = new Set<string>();
  #verdict: Verdict = "checking";
  /** Pictures that were found to be the published ones. */
  checked = 0;
  manifest: Manifest | undefined;

  /** Takes the gate over. `changed` is called when there is something new to tell, `reload` to load all tiles again. */
  constructor(tour: Tour, preview: string | undefined, changed: () => void, reload: () => void) {
    this.#tour = tour;
    this.#base = baseOf(tour);
    this.#changed = changed;
    this.#reload = reload;
    const early = gate.early.splice(0);
    if (!this.#base) this.#source = this.#end("unsigned");
    else this.#source = "subtle" in crypto ? this.#open(this.#base) : this.#end("unable");
    gate.pass = (url, picture) => this.#pass(url, picture);
    void this.#look(early, preview);
  }

  get verdict(): Verdict {
    return this.#bad.size > 0 ? "wrong" : this.#verdict;
  }

  /** Addresses of pictures that are not what was published. */
  get bad(): ReadonlySet<string> {
    return this.#bad;
  }

  async #end(verdict: Verdict): Promise<undefined> {
    this.#verdict = verdict;
    this.#changed();
  }

  async #open(base: string): Promise<Source | undefined> {
    try {
      const [answer, signature, keys] = await Promise.all([
        fetch(`${base}/manifest.json`),
        fetch(`${base}/manifest.sig`),
        fetch("/.well-known/jwks.json"),
      ]);
      if (answer.status === 404) return this.#end("unsigned");
      if (!answer.ok || !signature.ok || !keys.ok) return this.#end("unable");
      const text = await answer.arrayBuffer();
      const manifest = readManifest(new TextDecoder().decode(text));
      const known: unknown = await keys.json();
      const right = manifest ? await checkSignature(text, await signature.arrayBuffer(), known, manifest.key) : "wrong";
      if (!manifest || right === "wrong" || !(await this.#describes(manifest, base))) return this.#end("wrong");
      this.manifest = manifest;
      this.#verdict = verdictOf(right);
      this.#changed();
      return { manifest, hash: hex(await sha256(text)), keys: known };
    } catch {
      return this.#end("unable");
    }
  }

  /** Whether rooms, views and ways are those of the document that the manifest vouches for. */
  async #describes(manifest: Manifest, base: string): Promise<boolean> {
    const text = await (await fetch(`${base}/tour.json`)).arrayBuffer();
    if (hex(await sha256(text)) !== manifest.tour || !base.endsWith(`/${manifest.publication}`)) return false;
    return JSON.stringify(readTour(JSON.parse(new TextDecoder().decode(text)))) === JSON.stringify(this.#tour);
  }

  /** What was shown before this part was there. */
  async #look(early: [string, Blob][], preview: string | undefined): Promise<void> {
    const seen = preview
      ? [...early, [`${this.#base}/${this.#tour.start}/preview.jpg`, blobOf(preview)] as const]
      : early;
    let wrong = false;
    for (const [url, picture] of seen) {
      try {
        if ((await this.#isPublished(url, picture)) === false) wrong = true;
      } catch {
        wrong = true;
      }
    }
    // They come again, through the gate this time.
    if (wrong) this.#reload();
    this.#changed();
  }

  async #pass(url: string, picture: Blob): Promise<Blob> {
    const fits = await this.#isPublished(url, picture);
    if (fits !== false) return picture;
    const answer = await fetch(url, { cache: "reload", headers: ACCEPT });
    const again = answer.ok ? await answer.blob() : undefined;
    if (again && (await this.#isPublished(url, again))) {
      this.#bad.delete(url);
      return again;
    }
    this.#bad.add(url);
    this.#changed();
    throw new LoadError(`${url}: not what was published`, NOT_PUBLISHED);
  }

  /** Undefined where nothing is known to compare it with. */
  async #isPublished(url: string, picture: Blob): Promise<boolean | undefined> {
    const source = await this.#source;
    const named = this.#base ? pictureNamed(this.#base, url) : undefined;
    if (named) return this.#isSigned(source?.manifest, named, picture);
    const place = this.#base ? placeOf(this.#tour, this.#base, url) : undefined;
    if (!source || !place) return undefined;
    // Preview and stills are JPEG in every pack, and those of the JPEG pack are answered.
    const format = picture.type === "image/webp" && place.list > 0 ? "webp" : "jpeg";
    const part = await this.#part(source, place.scene, format);
    if (!part) return false;
    this.#ahead(place, format, part);
    const list = await this.#list(place.scene, format, place.list, part);
    const fits = await isPicture(await picture.arrayBuffer(), list, place.index);
    if (fits) this.checked++;
    return fits;
  }

  /** Of a picture of a hotspot or of the plan, and of a video's still, the manifest itself has the digest. */
  async #isSigned(
    manifest: Manifest | undefined,
    { kind, id }: NonNullable<ReturnType<typeof pictureNamed>>,
    picture: Blob,
  ): Promise<boolean | undefined> {
    if (!Array.isArray(manifest?.pictures)) return undefined;
    const named = <T extends { id: string }>(list: readonly T[] = []) => list.find((one) => one.id === id);
    const stated = kind === "video" ? named(manifest.videos)?.still : named(manifest.pictures)?.sha256;
    const fits = stated !== undefined && hex(await sha256(await picture.arrayBuffer())) === stated;
    if (fits) this.checked++;
    return fits;
  }

  /** What was signed of a scene in a format; undefined when nothing was. Fails when it cannot be loaded. */
  #part(source: Source, scene: string, format: "jpeg" | "webp"): Promise<Part | undefined> {
    if (format === "jpeg") return Promise.resolve(source.manifest.scenes.find(({ id }) => id === scene)?.jpeg);
    return remembered(this.#parts, scene, () => this.#addendum(source, scene));
  }

  async #addendum(source: Source, scene: string): Promise<Part | undefined> {
    const address = `${this.#base}/${scene}/webp`;
    const [text, signature] = await Promise.all([bytesFrom(`${address}.json`), bytesFrom(`${address}.sig`)]);
    const named = JSON.parse(new TextDecoder().decode(text)) as { key?: unknown };
    if ((await checkSignature(text, signature, source.keys, String(named.key))) === "wrong") return undefined;
    const addendum: Addendum | undefined = readAddendum(new TextDecoder().decode(text));
    const belongs = addendum?.manifest === source.hash && addendum.scene === scene;
    return belongs ? addendum.webp : undefined;
  }

  #list(scene: string, format: string, list: number, part: Part): Promise<Uint8Array> {
    return remembered(this.#lists, `${scene}/${format}-${list}`, async () => {
      const address = `${this.#base}/${scene}/digests/${format}-${list}`;
      for (const cache of ["default", "reload"] as const) {
        const opened = await openPiece(await bytesFrom(address, cache), part, list);
        if (opened) return opened;
      }
      // Nothing fits an empty list: all its pictures count as wrong.
      return new Uint8Array(0);
    });
  }

  /** The lists of the levels that a scene begins with come at once. */
  #ahead(place: PicturePlace, format: string, part: Part): void {
    const panorama = this.#tour.scenes.find(({ id }) => id === place.scene)?.panorama;
    panorama?.levels.forEach((edge, i) => {
      const bytes = 16 * 6 * Math.ceil(edge / panorama.tile) ** 2;
      if (bytes <= EAGER_BYTES) this.#list(place.scene, format, i + 1, part).catch(() => {});
    });
  }
}

function verdictOf(signature: Signature): Verdict {
  return signature === "right" ? "signed" : "compared";
}

/** One load for all who ask; a failed one is forgotten, so that the next asks again. */
function remembered<T>(known: Map<string, Promise<T>>, name: string, make: () => Promise<T>): Promise<T> {
  const there = known.get(name);
  if (there) return there;
  const made = make();
  known.set(name, made);
  made.catch(() => known.delete(name));
  return made;
}

async function bytesFrom(url: string, cache: RequestCache = "default"): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url, { cache });
  if (!response.ok)
    throw new LoadError(`${url}: HTTP ${response.status}`, response.status === 404 ? 0 : response.status);
  return new Uint8Array(await response.arrayBuffer());
}

function blobOf(data: string): Blob {
  const bytes = Uint8Array.from(atob(data.slice(data.indexOf(",") + 1)), (letter) => letter.charCodeAt(0));
  return new Blob([bytes], { type: "image/jpeg" });
}

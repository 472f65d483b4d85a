/**
 * The small six-face pictures that are seen before any tile: loads the strip of a scene as a cube map, keeps the newest
 * few. A preview that cannot be loaded is reported once; the tiles may still come.
 */
import type { Scene } from "../tour/document.ts";
import type { Graphics } from "./graphics.ts";
import { decodePicture, loadPicture } from "./load-picture.ts";
import { LoadError } from "./texture-store.ts";

/** 8 previews of six 128 px faces are 3 MB. */
const KEPT = 8;

export class Previews {
  readonly #graphics: Graphics;
  readonly #cubes = new Map<string, WebGLTexture>();
  readonly #coming = new Map<string, Promise<void>>();
  readonly #given = new Map<string, string>();

  constructor(graphics: Graphics) {
    this.#graphics = graphics;
  }

  get(scene: Scene): WebGLTexture | undefined {
    return this.#cubes.get(scene.id);
  }

  /** Resolves when the preview is ready to be drawn; rejects when it cannot be had. */
  load(scene: Scene): Promise<void> {
    if (this.#cubes.has(scene.id)) {
      this.#touch(scene.id);
      return Promise.resolve();
    }
    const coming = this.#coming.get(scene.id) ?? this.#load(scene).finally(() => this.#coming.delete(scene.id));
    this.#coming.set(scene.id, coming);
    return coming;
  }

  /** A `data:` address that stands for the preview of a scene: no request is made for it. */
  give(scene: Scene, data: string): void {
    this.#given.set(scene.id, data);
  }

  /** The preview of this scene need not come over the line. */
  isAtHand(scene: Scene): boolean {
    return this.#given.has(scene.id) || this.#cubes.has(scene.id);
  }

  /** After a lost context. */
  forget(): void {
    this.#cubes.clear();
  }

  clear(): void {
    for (const cube of this.#cubes.values()) this.#graphics.release(cube);
    this.#cubes.clear();
  }

  async #load(scene: Scene): Promise<void> {
    const given = this.#given.get(scene.id);
    const strip = (given && (await fromData(given))) || (await patiently(scene.panorama.preview));
    this.#cubes.set(scene.id, this.#graphics.uploadCube(strip));
    strip.close();
    for (const [id, cube] of this.#cubes) {
      if (this.#cubes.size <= KEPT) return;
      this.#graphics.release(cube);
      this.#cubes.delete(id);
    }
  }

  #touch(id: string): void {
    const cube = this.#cubes.get(id);
    if (!cube) return;
    this.#cubes.delete(id);
    this.#cubes.set(id, cube);
  }
}

/** Undefined when it is no picture. Not by `fetch`: the page's policy lets it speak to the server only. */
async function fromData(address: string): Promise<ImageBitmap | undefined> {
  try {
    const bytes = Uint8Array.from(atob(address.slice(address.indexOf(",") + 1)), (letter) => letter.charCodeAt(0));
    return await decodePicture(new Blob([bytes]));
  } catch {
    return undefined;
  }
}

/** A bad line gets three tries. */
async function patiently(url: string): Promise<ImageBitmap> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await loadPicture(url, new AbortController().signal);
    } catch (problem) {
      if (attempt === 2 || (problem instanceof LoadError && problem.final)) throw problem;
      await new Promise((resolve) => setTimeout(resolve, 700 * 2 ** attempt));
    }
  }
}

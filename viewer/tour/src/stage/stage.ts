/**
 * Shows one scene at a time on the canvas: asks the geometry which tiles the view needs, the store for their textures,
 * and draws the best that is there. Coarser tiles stay until the finer ones have come, so there is never a hole.
 * Knows scenes and views, but no controls, no texts and no addresses of pages.
 */

import { nameOf, parentOf, rectOf, type Tile } from "../geometry/pyramid.ts";
import { bytesOf, type Chosen, chooseTiles, knownUnder, measure, rootTiles } from "../geometry/tiles.ts";
import { type Camera, cameraOf, type Size, type View } from "../geometry/view.ts";
import { type Scene, tileAddress } from "../tour/document.ts";
import type { Means } from "./device.ts";
import { Graphics, type Quad } from "./graphics.ts";
import { loadPicture } from "./load-picture.ts";
import { Previews } from "./previews.ts";
import { LoadError, TextureStore, type Wanted } from "./texture-store.ts";

/** Below this many screen pixels a texel, several texels are averaged. */
const DENSE = 0.85;
/** Bytes of texture of a scene that may be next: 550,000 pixels, 40 to 55 kB of WebP. */
const SPECULATIVE_BYTES = 2_200_000;

export interface StageEvents {
  /** A new frame is due. */
  changed(): void;
  /** The server says that the pictures are no longer public. */
  gone(): void;
}

/** What came of a frame; `again`: another must follow at once. */
export interface Drawn {
  again: boolean;
  progress: Progress;
}

/** What the last frame looked like. */
export interface Progress {
  /** Tiles that the view needs, and how many of them are on the screen. */
  needed: number;
  ready: number;
  failed: number;
  /** Milliseconds until something failed is tried again. */
  retryIn: number | undefined;
}

export class Stage {
  readonly graphics: Graphics;
  readonly previews: Previews;
  readonly store: TextureStore<ImageBitmap, WebGLTexture>;
  /** Draws in the place of `frame`: what shows more than one scene, or on another screen than the page's (extras). */
  painter: ((view: View, size: Size) => Drawn) | undefined;
  readonly #means: Means;
  #scene: Scene | undefined;
  #next: { scene: Scene; view: View } | undefined;
  readonly #guesses = new Map<Scene, Chosen[]>();
  /** By tile, for its name and address are asked for in every frame. */
  readonly #wanted = new WeakMap<Tile, Wanted>();
  #veil: { started: number; duration: number; zoom: number } | undefined;
  #last: { view: View; size: Size } | undefined;
  /** All that decides what stands on the canvas. */
  #drawn: unknown[] = [];

  static on(canvas: HTMLCanvasElement, means: Means, events: StageEvents): Stage | undefined {
    const graphics = Graphics.on(canvas);
    return graphics ? new Stage(graphics, means, events) : undefined;
  }

  private constructor(graphics: Graphics, means: Means, events: StageEvents) {
    this.graphics = graphics;
    this.#means = means;
    this.previews = new Previews(graphics);
    this.store = new TextureStore(
      {
        load: async (url, signal) => {
          try {
            return await loadPicture(url, signal);
          } catch (problem) {
            if (problem instanceof LoadError && problem.status === 410) events.gone();
            throw problem;
          }
        },
        upload: (picture) => graphics.upload(picture),
        close: (picture) => picture.close(),
        release: (texture) => graphics.release(texture),
        now: () => performance.now(),
        changed: events.changed,
      },
      { bytes: means.textureBytes, concurrency: means.concurrency, attempts: 6 },
    );
  }

  /** Asks for the tiles of the very first view before anything can be drawn; not where they would hold up the preview. */
  hasten(scene: Scene, view: View, size: Size): void {
    if (this.previews.isAtHand(scene))
      this.store.want(this.wishes(scene, this.choose(scene, cameraOf(view, size)), size));
  }

  /** Loads what the first moment of `scene` needs while the present scene stays on the screen. */
  prepare(scene: Scene, view: View): void {
    this.#next = { scene, view };
  }

  /** Loads, after everything else, a coarse picture of a scene that may be next. */
  speculate(scene: Scene, view: View, size: Size): void {
    const wish = { magnification: this.#means.magnification * 2.5, bytes: SPECULATIVE_BYTES };
    this.#guesses.set(scene, chooseTiles(scene.panorama, cameraOf(view, size), wish));
  }

  get isPreparing(): boolean {
    return this.#next !== undefined;
  }

  /** The prepared scene can be shown without a blurry step. */
  isPrepared(size: Size): boolean {
    if (!this.#next) return false;
    const { scene, view } = this.#next;
    if (!this.previews.get(scene)) return false;
    return this.choose(scene, cameraOf(view, size)).every(({ tile }) =>
      this.store.has(this.#wantedOf(scene, tile).key),
    );
  }

  /** Changes the scene. What was on the screen fades out over the new one; `zoom` enlarges it as it goes. */
  show(scene: Scene, fade: number, zoom: number): void {
    if (this.#last && fade > 0) {
      // The canvas keeps its picture only within one task: draw the old scene once more, then copy it.
      this.stale();
      this.frame(this.#last.view, this.#last.size);
      this.graphics.takeSnapshot();
      this.#veil = { started: performance.now(), duration: fade, zoom };
    }
    this.#scene = scene;
    this.#next = undefined;
    this.#guesses.clear();
  }

  frame(view: View, size: Size): Drawn {
    if (this.painter) {
      this.stale();
      return this.painter(view, size);
    }
    const scene = this.#scene;
    if (!scene || this.graphics.gl.isContextLost())
      return { again: false, progress: { needed: 0, ready: 0, failed: 0, retryIn: undefined } };
    this.#last = { view, size };
    const camera = cameraOf(view, size);
    const chosen = this.choose(scene, camera);
    this.store.want(this.wishes(scene, chosen, size));
    // What is only guessed comes one by one, so that a press finds the browser idle.
    const more = this.store.upload(this.#guesses.size > 0 && this.#isIdle(scene, chosen) ? 1 : this.#means.uploads);
    const quads = this.quads(scene, camera, chosen);
    const veil = this.#veilNow();
    const progress = this.progress(scene, chosen);
    // Under complete tiles only where they are bent, and may part along their edges.
    const covered = progress.ready === progress.needed && camera.behind === 0;
    const backdrop = covered ? undefined : this.previews.get(scene);
    const textures = quads.map(({ texture }) => texture);
    const now = [view.yaw, view.pitch, view.hfov, size.width, size.height, veil, backdrop, ...textures];
    // Most of what comes once all is sharp is for later: it changes nothing that is seen.
    if (now.length !== this.#drawn.length || now.some((part, index) => part !== this.#drawn[index]))
      this.graphics.draw({ camera, backdrop, quads, veil });
    this.#drawn = now;
    return { again: more || veil !== undefined, progress };
  }

  /** The canvas does not show any more what was drawn last. */
  stale(): void {
    this.#drawn = [];
  }

  loseContext(): void {
    this.stale();
    this.store.loseTextures();
    this.previews.forget();
    this.#veil = undefined;
  }

  async restoreContext(): Promise<void> {
    this.stale();
    this.graphics.restore();
    this.previews.forget();
    if (this.#scene) await this.previews.load(this.#scene);
  }

  dispose(): void {
    this.store.clear();
    this.previews.clear();
    this.graphics.dropSnapshot();
  }

  /** The tiles that a view of a scene needs, within this device's means. */
  choose(scene: Scene, camera: Camera, share = this.#next ? 0.45 : 0.7): Chosen[] {
    // The rest stays free for what is drawn meanwhile; while two scenes are held each gets less than half.
    const bytes = this.#means.textureBytes * share;
    const wish = { magnification: this.#means.magnification, bytes };
    return chooseTiles(scene.panorama, camera, wish);
  }

  /** In order: the next scene's view, one coarse tile a visible face, the tiles themselves, then the coarse rest. */
  wishes(scene: Scene, chosen: Chosen[], size: Size): Wanted[] {
    const wishes = new Map<string, Wanted>();
    let held = 0;
    const wish = (of: Scene, tile: Tile) => {
      const wanted = this.#wantedOf(of, tile);
      if (wishes.has(wanted.key)) return;
      held += wanted.bytes;
      wishes.set(wanted.key, wanted);
    };
    if (this.#next) {
      const { scene: next, view } = this.#next;
      for (const { tile } of this.choose(next, cameraOf(view, size))) wish(next, tile);
    }
    if (this.#means.prefetch && (chosen[0]?.tile.level ?? 1) > 2) wish(scene, rootOf((chosen[0] as Chosen).tile));
    for (const { tile } of chosen) wish(scene, tile);
    const idle = this.#isIdle(scene, chosen);
    if (idle && this.#means.prefetch) for (const tile of rootTiles(scene.panorama)) wish(scene, tile);
    // What is wanted is not dropped: guesses may take only what the rest leaves.
    for (const [guess, tiles] of idle ? this.#guesses : [])
      for (const { tile } of tiles)
        if (held + this.#wantedOf(guess, tile).bytes <= this.#means.textureBytes) wish(guess, tile);
    return [...wishes.values()];
  }

  /** All that is wanted by the reader is there: guesses that are on their way are given up as soon as a door is pressed. */
  #isIdle(scene: Scene, chosen: Chosen[]): boolean {
    return !this.#next && chosen.every(({ tile }) => this.store.has(this.#wantedOf(scene, tile).key));
  }

  #wantedOf({ id, panorama }: Scene, tile: Tile): Wanted {
    let wanted = this.#wanted.get(tile);
    if (!wanted) {
      wanted = { key: `${id}/${nameOf(tile)}`, url: tileAddress(panorama, tile), bytes: bytesOf(panorama, tile) };
      this.#wanted.set(tile, wanted);
    }
    return wanted;
  }

  /** For every chosen tile itself, or what is there of its ancestors and descendants; coarse first. */
  quads(scene: Scene, camera: Camera, chosen: Chosen[]): Quad[] {
    const quads = new Map<string, Quad & { level: number }>();
    const add = (tile: Tile, measured?: Chosen): boolean => {
      const { key } = this.#wantedOf(scene, tile);
      const texture = this.store.get(key);
      if (!texture) return false;
      const { face, level } = tile;
      const { magnification } = measured ?? measure(scene.panorama, camera, tile) ?? { magnification: 1 };
      quads.set(key, { texture, face, level, rect: rectOf(scene.panorama, tile), dense: magnification < DENSE });
      return true;
    };
    const missing = chosen.filter((one) => !add(one.tile, one)).map(({ tile }) => tile);
    for (const tile of missing) {
      let ancestor = parentOf(tile);
      while (ancestor && !add(ancestor)) ancestor = parentOf(ancestor);
    }
    // Finer ones may still be here from before zooming out.
    for (const tile of missing.flatMap(knownUnder)) {
      const seen = this.store.has(this.#wantedOf(scene, tile).key) && measure(scene.panorama, camera, tile);
      if (seen) add(tile, seen);
    }
    // Tiles of one level never overlap.
    return [...quads.values()].sort((p, q) => p.level - q.level);
  }

  #veilNow(): { opacity: number; scale: number } | undefined {
    if (!this.#veil) return undefined;
    const passed = (performance.now() - this.#veil.started) / this.#veil.duration;
    if (passed >= 1) {
      this.#veil = undefined;
      this.graphics.dropSnapshot();
      return undefined;
    }
    return { opacity: 1 - passed, scale: 1 + this.#veil.zoom * passed };
  }

  /** How many of the chosen tiles are there. */
  progress(scene: Scene, chosen: Chosen[]): Progress {
    let [ready, failed] = [0, 0];
    for (const { tile } of chosen) {
      const state = this.store.state(this.#wantedOf(scene, tile).key);
      if (state === "ready") ready++;
      if (state === "failed") failed++;
    }
    return { needed: chosen.length, ready, failed, retryIn: this.store.nextRetry() };
  }
}

function rootOf(tile: Tile): Tile {
  let root = tile;
  for (let parent = parentOf(root); parent; parent = parentOf(root)) root = parent;
  return root;
}

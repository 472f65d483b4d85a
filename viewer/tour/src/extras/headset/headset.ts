/**
 * The tour in a headset (WebXR, immersive-vr): both eyes get the scene from the page's own stage, textures and context, each its
 * own picture where the scene has one for each. The eye is in the middle of the sphere; ways and pins hang in the picture and are
 * chosen by a controller, a hand or by looking.
 * Knows the host and the stage; what the page shows meanwhile is what the wearer sees.
 */
import type { Translate } from "@kanfang/shared/messages.ts";
import { dot, wrapDegrees } from "../../geometry/cube.ts";
import type { Drawn, Progress } from "../../stage/stage.ts";
import type { Wanted } from "../../stage/texture-store.ts";
import { arrivalOf } from "../../tour/arrival.ts";
import { type Scene, sceneOf } from "../../tour/document.ts";
import { besideOf } from "../beside.ts";
import type { Host } from "../host.ts";
import { Dwell, Snap } from "./dwell.ts";
import { EyeGraphics, minus, type Tint, times } from "./eye-graphics.ts";
import { type Attitude, attitudeOf, camerasOf, type Eye, eyeOf, lookOf, plateAt } from "./eyes.ts";
import { type Thing, Things } from "./things.ts";
import { type XrFrame, type XrInputSource, type XrLayer, type XrSession, type XrSpace, xrLayerClass } from "./xr.ts";

/** Degrees of a push of the thumbstick: turning in steps makes nobody ill. */
const STEP = 30;
/** Milliseconds in which the old scene goes dark and the new one comes out of the dark. */
const DARKEN = 180;
const LIGHTEN = 320;
/** No finer than this against the resolution that the headset recommends. */
const FINEST = 1.4;
const WHITE: Tint = [1, 1, 1, 0.9];
const SEAL: Tint = [0.72, 0.16, 0.18, 1];
/** The button of an xr-standard gamepad that is B or Y. */
const BACK = 5;
const NOTHING: Drawn = { again: false, progress: { needed: 0, ready: 0, failed: 0, retryIn: undefined } };

interface View {
  eye: Eye;
  isRight: boolean;
  port: { x: number; y: number; width: number; height: number };
  width: number;
}

interface Pointer {
  attitude: Attitude;
  target: Thing | undefined;
}

export class Headset {
  readonly #host: Host;
  readonly #session: XrSession;
  readonly #space: XrSpace;
  readonly #layer: XrLayer;
  readonly #graphics: EyeGraphics;
  readonly #things: Things;
  readonly #dwell = new Dwell<Thing>();
  readonly #snap = new Snap();
  readonly #wasCalm: boolean;
  /** What is drawn: the host's scene, but for the moment in which the old one goes dark. */
  #scene: Scene | undefined;
  /** What the right eye sees, where that is another picture. */
  #right: Scene | undefined;
  /** Degrees by which the headset's own "ahead" is turned into the panorama. */
  #turn: number | undefined;
  #head: Attitude | undefined;
  #changing: { began: number; swapped: boolean } | undefined;
  #pointers = new Map<XrInputSource, Pointer>();
  #drawn: Drawn = NOTHING;
  #told = 0;
  #reads = false;
  #ended = false;

  /** Starts to draw into the session; ends it and throws where that cannot be. */
  static async into(session: XrSession, host: Host, t: Translate): Promise<Headset> {
    try {
      const { gl } = host.stage.graphics;
      await (gl as unknown as { makeXRCompatible(): Promise<void> }).makeXRCompatible();
      const Layer = xrLayerClass();
      if (!Layer) throw new Error("no XRWebGLLayer");
      const framebufferScaleFactor = Math.min(FINEST, Math.max(1, Layer.getNativeFramebufferScaleFactor(session)));
      const options = { alpha: false, antialias: false, depth: false, stencil: false, framebufferScaleFactor };
      const layer = new Layer(session, gl, options);
      session.updateRenderState({ baseLayer: layer });
      return new Headset(session, host, t, layer, await session.requestReferenceSpace("local"));
    } catch (problem) {
      await session.end().catch(() => {});
      throw problem;
    }
  }

  private constructor(session: XrSession, host: Host, t: Translate, layer: XrLayer, space: XrSpace) {
    [this.#session, this.#host, this.#layer, this.#space] = [session, host, layer, space];
    const { gl } = host.stage.graphics;
    this.#graphics = new EyeGraphics(gl);
    this.#things = new Things(gl, this.#graphics, t);
    // The page neither glides nor fades while nobody looks at it.
    this.#wasCalm = host.rig.calm;
    host.rig.calm = true;
    host.stage.painter = () => this.#drawn;
    session.addEventListener("select", this.#selected);
    session.addEventListener("end", this.#end);
    session.addEventListener("visibilitychange", this.#seen);
    gl.canvas.addEventListener("webglcontextlost", this.#lost);
    session.requestAnimationFrame(this.#frame);
  }

  stop(): void {
    if (!this.#ended) void this.#session.end().catch(() => {});
  }

  readonly #frame = (now: number, frame: XrFrame): void => {
    if (this.#ended) return;
    this.#session.requestAnimationFrame(this.#frame);
    const pose = frame.getViewerPose(this.#space);
    if (!pose) return;
    // The first look ahead is the page's; so is what one looks at on arriving in a scene.
    this.#turn ??= wrapDegrees(this.#host.rig.view.yaw - lookOf(attitudeOf(pose.transform, 0)).yaw);
    this.#follow(now, attitudeOf(pose.transform, 0));
    this.#push();
    const turn = this.#turn;
    const head = attitudeOf(pose.transform, turn);
    this.#head = head;
    this.#things.turnExit(lookOf(head));
    this.#point(frame, head, turn, now);
    this.#tell(head, now);
    const scene = this.#scene;
    // B, or a look at the way back, may just have ended it.
    if (!scene || this.#ended) return;
    const eyes = pose.views.flatMap((view) => {
      const port = this.#layer.getViewport(view);
      if (!port) return [];
      const eye = eyeOf(view.transform, view.projectionMatrix, turn);
      return [{ eye, isRight: view.eye === "right", port, width: port.width }];
    });
    this.#draw(scene, eyes, now);
  };

  /** Goes to the host's scene by way of a dark moment. */
  #follow(now: number, head: Attitude): void {
    const { scene, rig } = this.#host;
    if (!this.#scene) this.#take(scene);
    if (scene !== this.#scene && !this.#changing) this.#changing = { began: now, swapped: false };
    if (!this.#changing) return;
    const passed = now - this.#changing.began;
    if (passed >= DARKEN && !this.#changing.swapped) {
      this.#changing.swapped = true;
      this.#take(scene);
      this.#turn = wrapDegrees(rig.view.yaw - lookOf(head).yaw);
    }
    if (passed >= DARKEN + LIGHTEN) this.#changing = undefined;
  }

  #take(scene: Scene): void {
    this.#scene = scene;
    this.#right = besideOf(scene, "rightEye");
    // Until it is there, and where it never comes, both eyes see the same.
    if (this.#right) void this.#host.stage.previews.load(this.#right).catch(() => {});
    this.#things.show(this.#host.tour, scene);
    this.#dwell.reset();
  }

  #darkness(now: number): number {
    if (!this.#changing) return 0;
    const passed = now - this.#changing.began;
    return passed < DARKEN ? passed / DARKEN : Math.max(0, 1 - (passed - DARKEN) / LIGHTEN);
  }

  /** Thumbsticks turn, B or Y goes back to the page. */
  #push(): void {
    let push = 0;
    for (const { gamepad } of this.#session.inputSources) {
      if (!gamepad) continue;
      const across = gamepad.axes[2] ?? gamepad.axes[0] ?? 0;
      if (Math.abs(across) > Math.abs(push)) push = across;
      if (gamepad.buttons[BACK]?.pressed) this.stop();
    }
    this.#turn = wrapDegrees((this.#turn ?? 0) + STEP * this.#snap.step(push));
  }

  #point(frame: XrFrame, head: Attitude, turn: number, now: number): void {
    this.#pointers = new Map();
    let held = false;
    for (const source of this.#session.inputSources) {
      if (source.targetRayMode === "gaze") continue;
      const pose = frame.getPose(source.targetRaySpace, this.#space);
      if (!pose) continue;
      const attitude = attitudeOf(pose.transform, turn);
      this.#pointers.set(source, { attitude, target: this.#things.at(attitude.forward) });
      if (!source.hand) held = true;
    }
    const calm = this.#session.visibilityState === "visible" && !this.#changing && !held;
    const target = calm ? this.#things.at(head.forward) : undefined;
    // A card is read for as long as one looks at it, and gone when one looks away.
    const reads = target?.does === "close";
    if (this.#reads && !reads) this.#things.open(undefined);
    this.#reads = reads;
    if (this.#dwell.look(reads ? undefined : target, now)) this.#choose(target);
  }

  readonly #selected = (event: Event): void => {
    const source = (event as Event & { inputSource: XrInputSource }).inputSource;
    const pointer = this.#pointers.get(source);
    const forward = pointer?.attitude.forward ?? this.#head?.forward;
    if (forward && !this.#changing) this.#choose(this.#things.at(forward));
  };

  #choose(thing: Thing | undefined): void {
    const does = thing?.does ?? "close";
    if (does === "leave") this.stop();
    else if (does === "close") this.#things.open(undefined);
    else if ("spot" in does) this.#things.open(does.spot);
    else {
      const { tour, scene, rig } = this.#host;
      const target = sceneOf(tour, does.link.target);
      if (!target || !this.#head) return;
      const view = { ...rig.view, ...lookOf(this.#head) };
      rig.look(view);
      void this.#host.go(target, arrivalOf(scene, does.link, target, view));
    }
  }

  #draw(scene: Scene, eyes: readonly View[], now: number): void {
    const { stage, rig } = this.#host;
    const { gl } = stage.graphics;
    if (gl.isContextLost()) return;
    const right = this.#right && stage.previews.get(this.#right) ? this.#right : undefined;
    // Two pictures have half the place each.
    const share = right && (stage.isPreparing ? 0.25 : 0.35);
    const pictures = (right ? [scene, right] : [scene]).map((shown) => {
      const seenBy = right ? eyes.filter(({ isRight }) => isRight === (shown === right)) : eyes;
      const seen = camerasOf(seenBy).map((camera) => ({ camera, tiles: stage.choose(shown, camera, share) }));
      return { shown, seenBy, seen, chosen: seen.flatMap(({ tiles }) => tiles) };
    });
    stage.store.want(wishedFor(pictures.map(({ shown, chosen }) => [shown, stage.wishes(shown, chosen, rig.size)])));
    stage.store.upload(2);
    this.#drawn = { again: false, progress: sumOf(pictures.map((one) => stage.progress(one.shown, one.chosen))) };
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#layer.framebuffer);
    gl.clear(gl.COLOR_BUFFER_BIT);
    for (const { shown, seenBy, seen } of pictures) {
      const quads = seen.flatMap(({ camera, tiles }) => stage.quads(shown, camera, tiles));
      for (const { eye, port } of seenBy) {
        gl.viewport(port.x, port.y, port.width, port.height);
        this.#graphics.scene(eye, stage.previews.get(shown), quads);
        this.#drawThings(eye, now);
        this.#graphics.done();
      }
    }
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  }

  #drawThings(eye: Eye, now: number): void {
    const graphics = this.#graphics;
    const head = this.#head as Attitude;
    // In a system menu over the tour the wearer's hands belong to that.
    const at = this.#session.visibilityState === "visible" ? [...this.#pointers.values()] : [];
    const aimed = new Set(at.map(({ target }) => target));
    for (const thing of this.#things.all) {
      const far = dot(thing.plate.middle, eye.forward) <= 0;
      if (!far) graphics.picture(thing.plate, thing.texture, aimed.has(thing) ? [1, 0.86, 0.86, 1] : undefined);
    }
    for (const { attitude, target } of at) {
      const from = minus(attitude.position, eye.position);
      graphics.ray(from, plusAlong(from, attitude, 30), 0.006, target ? SEAL : WHITE);
      const { yaw, pitch } = lookOf(attitude);
      graphics.ring(plateAt(yaw, pitch, 0.012, 0.012), target ? SEAL : WHITE, 1);
    }
    const { progress } = this.#dwell;
    if (progress > 0) {
      const { yaw, pitch } = lookOf(head);
      graphics.ring(plateAt(yaw, pitch, 0.075, 0.075), WHITE, progress);
    }
    const dark = this.#darkness(now);
    if (dark > 0) graphics.veil(eye, dark);
  }

  /** The page follows the head, a few times a second: its address, map and compass, and where it goes on afterwards. */
  #tell(head: Attitude, now: number): void {
    const { rig } = this.#host;
    const { yaw, pitch } = lookOf(head);
    const moved = Math.abs(wrapDegrees(yaw - rig.view.yaw)) > 2 || Math.abs(pitch - rig.view.pitch) > 2;
    if (this.#changing || !moved || now - this.#told < 250) return;
    this.#told = now;
    rig.look({ yaw, pitch, hfov: rig.view.hfov });
  }

  readonly #seen = (): void => this.#dwell.reset();

  readonly #lost = (): void => this.stop();

  readonly #end = (): void => {
    if (this.#ended) return;
    this.#ended = true;
    const { rig, stage } = this.#host;
    const { canvas } = stage.graphics.gl;
    canvas.removeEventListener("webglcontextlost", this.#lost);
    this.#things.dispose();
    this.#graphics.dispose();
    rig.calm = this.#wasCalm;
    stage.painter = undefined;
    if (this.#head) rig.look({ ...rig.view, ...lookOf(this.#head) });
    rig.moved();
    this.ended();
  };

  /** Called once the page is the screen again. */
  ended: () => void = () => {};
}

/** The wishes of all pictures, once each: what an eye sees comes before what may be seen later. */
function wishedFor(wishes: [Scene, Wanted[]][]): Wanted[] {
  const [first] = wishes;
  if (wishes.length === 1 && first) return first[1];
  const all = [...new Map(wishes.flatMap(([, wanted]) => wanted.map((one) => [one.key, one]))).values()];
  const seen = ({ key }: Wanted) => wishes.some(([{ id }]) => key.startsWith(`${id}/`));
  return [...all.filter(seen), ...all.filter((one) => !seen(one))];
}

function sumOf(all: Progress[]): Progress {
  const sum = (of: (one: Progress) => number) => all.reduce((total, one) => total + of(one), 0);
  return {
    needed: sum(({ needed }) => needed),
    ready: sum(({ ready }) => ready),
    failed: sum(({ failed }) => failed),
    retryIn: all.find(({ retryIn }) => retryIn !== undefined)?.retryIn,
  };
}

function plusAlong(from: Attitude["position"], { forward }: Attitude, length: number): Attitude["position"] {
  const way = times(forward, length);
  return [from[0] + way[0], from[1] + way[1], from[2] + way[2]];
}

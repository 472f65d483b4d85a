/**
 * A headset for the tests: the WebXR Device API as far as the viewer uses it, put into the page before its scripts. Its eyes
 * have frusta that are wider outwards than inwards, and a framebuffer of their own, as real ones have. It is strict where the
 * standard is: sessions need a press, layers a context that was made compatible, poses an active frame.
 */
import type { Page } from "playwright-core";
import type { Vector } from "../src/geometry/cube.ts";
import { type Bitmap, png, readPng } from "./png.ts";

/** Tangents of the left eye's half angles; the right eye's are mirrored. Pixels of one eye. */
export const FRUSTUM = { out: 1.2, in: 0.84, up: 1, down: 1.19 };
export const EYE = { width: 408, height: 438 };

export interface Pose {
  yaw: number;
  pitch: number;
  position?: [number, number, number];
}

interface Emulated {
  head: Pose;
  /** Controllers and hands; `axes` and `buttons` where they have some. */
  hands: { pose: Pose; hand: boolean; axes: number[]; buttons: { pressed: boolean }[] }[];
  sessions: number;
  running: boolean;
  frames: number;
  press(hand: number): void;
  blur(on: boolean): void;
  end(): void;
  /** Both eyes side by side, as the `data:` address of a PNG. */
  picture(): string;
}

declare global {
  interface Window {
    headset: Emulated;
  }
}

export async function putOn(page: Page, supported = true): Promise<void> {
  await page.addInitScript(install, { supported, frustum: FRUSTUM, eye: EYE });
}

export async function turnHead(page: Page, yaw: number, pitch = 0): Promise<void> {
  await page.evaluate(([y, p]) => Object.assign(window.headset.head, { yaw: y, pitch: p }), [yaw, pitch] as const);
  await frames(page, 3);
}

/** Waits until so many frames were drawn in the headset. */
export async function frames(page: Page, count: number): Promise<void> {
  const from = await page.evaluate(() => window.headset.frames);
  await page.waitForFunction((to) => window.headset.frames >= to, from + count);
}

/** What both eyes see, side by side. */
export async function eyes(page: Page): Promise<Bitmap> {
  const address = await page.evaluate(() => window.headset.picture());
  return readPng(Buffer.from(address.slice(address.indexOf(",") + 1), "base64"));
}

export function pngOf(bitmap: Bitmap): Buffer {
  return png(bitmap.width, bitmap.height, (x, y) => {
    const [red, green, blue] = bitmap.at(x, y);
    return (red << 16) | (green << 8) | blue;
  });
}

/** Direction seen at a point of an eye (0 left, 1 right), in pixels from its upper left corner, for a level head at `yaw`. */
export function directionIn(eye: 0 | 1, x: number, y: number, yaw: number): Vector {
  const [left, right] = eye === 0 ? [-FRUSTUM.out, FRUSTUM.in] : [-FRUSTUM.in, FRUSTUM.out];
  const across = left + ((right - left) * x) / EYE.width;
  const up = FRUSTUM.up - ((FRUSTUM.up + FRUSTUM.down) * y) / EYE.height;
  const [s, c] = [Math.sin((yaw * Math.PI) / 180), Math.cos((yaw * Math.PI) / 180)];
  return [across * c + s, up, c - across * s];
}

/** Runs in the page, so it stands alone. */
function install(given: { supported: boolean; frustum: typeof FRUSTUM; eye: typeof EYE }): void {
  const { frustum, eye } = given;
  const compatible = new WeakSet<object>();
  const poses = new WeakMap<object, () => Pose>();
  let current: Session | undefined;
  let readable: (() => string) | undefined;

  Object.defineProperty(WebGL2RenderingContext.prototype, "makeXRCompatible", {
    configurable: true,
    async value(this: object) {
      compatible.add(this);
    },
  });

  // biome-ignore format: a matrix by columns
  const matrixOf = ({ yaw, pitch, position = [0, 0, 0] }: Pose, aside = 0): Float32Array => {
    const [y, p] = [(yaw * Math.PI) / 180, (pitch * Math.PI) / 180];
    const right = [Math.cos(y), 0, Math.sin(y)];
    const up = [-Math.sin(y) * Math.sin(p), Math.cos(p), Math.cos(y) * Math.sin(p)];
    const back = [-Math.sin(y) * Math.cos(p), -Math.sin(p), Math.cos(y) * Math.cos(p)];
    const place = position.map((one, i) => one + aside * (right[i] ?? 0));
    return new Float32Array([...right, 0, ...up, 0, ...back, 0, ...place, 1]);
  };
  const projection = (left: number, right: number): Float32Array => {
    const { up, down } = frustum;
    const [width, height] = [right + left, up + down];
    const [near, far] = [0.1, 1000];
    // biome-ignore format: a matrix by columns
    return new Float32Array([2 / width, 0, 0, 0, 0, 2 / height, 0, 0, (right - left) / width, (up - down) / height,
      -(far + near) / (far - near), -1, 0, 0, (-2 * far * near) / (far - near), 0]);
  };
  const refuse = (name: string) => new DOMException("emulated", name);

  class Frame {
    active = true;
    readonly session: Session;
    readonly views: object[];
    constructor(session: Session) {
      this.session = session;
      const view = (side: -1 | 1) => ({
        eye: side < 0 ? "left" : "right",
        transform: { matrix: matrixOf(state.head, side * 0.032) },
        projectionMatrix: side < 0 ? projection(frustum.out, frustum.in) : projection(frustum.in, frustum.out),
      });
      this.views = [view(-1), view(1)];
    }
    getViewerPose(space: object) {
      if (!this.active || !poses.has(space)) throw refuse("InvalidStateError");
      return { transform: { matrix: matrixOf(state.head) }, views: this.views };
    }
    getPose(space: object, base: object) {
      const pose = poses.get(space);
      if (!this.active || !pose || !poses.has(base)) throw refuse("InvalidStateError");
      return { transform: { matrix: matrixOf(pose()) } };
    }
  }

  class Session extends EventTarget {
    visibilityState = "visible";
    inputSources: object[] = [];
    ended = false;
    #layer: Layer | undefined;
    #callbacks: ((time: number, frame: Frame) => void)[] = [];
    constructor() {
      super();
      requestAnimationFrame((now) => this.#run(now));
    }
    async requestReferenceSpace(type: string) {
      if (type !== "local") throw refuse("NotSupportedError");
      const space = {};
      poses.set(space, () => ({ yaw: 0, pitch: 0 }));
      return space;
    }
    updateRenderState({ baseLayer }: { baseLayer: Layer }) {
      if (this.ended) throw refuse("InvalidStateError");
      this.#layer = baseLayer;
    }
    requestAnimationFrame(callback: (time: number, frame: Frame) => void) {
      return this.#callbacks.push(callback);
    }
    async end() {
      if (this.ended) throw refuse("InvalidStateError");
      this.ended = true;
      state.running = false;
      current = undefined;
      this.dispatchEvent(new Event("end"));
    }
    #run(now: number) {
      if (this.ended) return;
      requestAnimationFrame((next) => this.#run(next));
      this.inputSources = state.hands.map(sourceOf);
      if (!this.#layer || this.visibilityState === "hidden") return;
      const callbacks = this.#callbacks;
      this.#callbacks = [];
      const frame = new Frame(this);
      for (const callback of callbacks) callback(now, frame);
      frame.active = false;
      if (callbacks.length > 0) state.frames++;
    }
  }

  const sources = new Map<object, object>();
  const sourceOf = (hand: Emulated["hands"][number]): object => {
    const known = sources.get(hand);
    if (known) return known;
    const space = {};
    poses.set(space, () => hand.pose);
    const gamepad = hand.hand ? null : { axes: hand.axes, buttons: hand.buttons, mapping: "xr-standard" };
    const made = { targetRayMode: "tracked-pointer", targetRaySpace: space, hand: hand.hand ? {} : null, gamepad };
    sources.set(hand, made);
    return made;
  };

  class Layer {
    readonly framebuffer: WebGLFramebuffer;
    readonly framebufferWidth = eye.width * 2;
    readonly framebufferHeight = eye.height;
    constructor(session: Session, gl: WebGL2RenderingContext) {
      if (session.ended || !compatible.has(gl)) throw refuse("InvalidStateError");
      const texture = gl.createTexture();
      gl.bindTexture(gl.TEXTURE_2D, texture);
      gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, this.framebufferWidth, this.framebufferHeight);
      this.framebuffer = gl.createFramebuffer() as WebGLFramebuffer;
      gl.bindFramebuffer(gl.FRAMEBUFFER, this.framebuffer);
      gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
      gl.bindFramebuffer(gl.FRAMEBUFFER, null);
      readable = () => {
        const bytes = new Uint8Array(this.framebufferWidth * this.framebufferHeight * 4);
        gl.bindFramebuffer(gl.FRAMEBUFFER, this.framebuffer);
        gl.readPixels(0, 0, this.framebufferWidth, this.framebufferHeight, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
        gl.bindFramebuffer(gl.FRAMEBUFFER, null);
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [this.framebufferWidth, this.framebufferHeight];
        const paper = canvas.getContext("2d");
        const picture = new ImageData(canvas.width, canvas.height);
        const stride = canvas.width * 4;
        // Rows come from below; the layer has no alpha.
        for (let y = 0; y < canvas.height; y++)
          picture.data.set(bytes.subarray((canvas.height - 1 - y) * stride, (canvas.height - y) * stride), y * stride);
        for (let at = 3; at < picture.data.length; at += 4) picture.data[at] = 255;
        paper?.putImageData(picture, 0, 0);
        return canvas.toDataURL("image/png");
      };
    }
    getViewport({ eye: side }: { eye: string }) {
      return { x: side === "left" ? 0 : eye.width, y: 0, width: eye.width, height: eye.height };
    }
    static getNativeFramebufferScaleFactor() {
      return 1;
    }
  }

  const state: Emulated = {
    head: { yaw: 0, pitch: 0 },
    hands: [],
    sessions: 0,
    running: false,
    frames: 0,
    press(hand) {
      const source = sourceOf(state.hands[hand] as Emulated["hands"][number]);
      current?.dispatchEvent(Object.assign(new Event("select"), { inputSource: source }));
    },
    blur(on) {
      if (!current) return;
      current.visibilityState = on ? "visible-blurred" : "visible";
      current.dispatchEvent(new Event("visibilitychange"));
    },
    end: () => void current?.end(),
    picture: () => readable?.() ?? "",
  };
  const system = {
    isSessionSupported: async (mode: string) => given.supported && mode === "immersive-vr",
    async requestSession(mode: string) {
      if (!given.supported || mode !== "immersive-vr") throw refuse("NotSupportedError");
      if (!navigator.userActivation.isActive) throw refuse("SecurityError");
      if (current) throw refuse("InvalidStateError");
      state.sessions++;
      state.running = true;
      current = new Session();
      return current;
    },
  };
  // Chromium has its own as a getter of the prototype: only another property can stand before it.
  Object.defineProperty(Navigator.prototype, "xr", { configurable: true, get: () => system });
  Object.assign(window, { headset: state, XRWebGLLayer: Layer });
}

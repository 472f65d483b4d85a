/**
 * The head that looks: holds the view within its limits and moves it, by hand, by its own momentum, by a held key or on
 * a planned way. Controls speak to it, the stage only reads it. Time comes in from outside, in milliseconds.
 */
import { type Vector, wrapDegrees } from "../geometry/cube.ts";
import {
  cameraOf,
  clamp,
  constrain,
  focalLength,
  fromScreen,
  hfovOf,
  type Limits,
  lookSoThat,
  type Point,
  type Size,
  type View,
} from "../geometry/view.ts";

/** Milliseconds in which momentum falls to 1/e. */
const GLIDE = 320;
/** A step that can be seen, in milliseconds. */
const FRAME = 8;
/** Fields of view a second while an arrow key is held. */
const KEY_SPEED = 0.7;

interface Way {
  from: View;
  to: View;
  started: number;
  duration: number;
  /** Not held to the limits while under way. */
  free?: boolean;
}

export class Rig {
  #view: View = { yaw: 0, pitch: 0, hfov: 90 };
  #limits: Limits = { yaw: [-180, 180], pitch: [-90, 90], minHfov: 20, maxHfov: 110 };
  #size: Size = { width: 1, height: 1 };
  #speed = { yaw: 0, pitch: 0 };
  #held = { yaw: 0, pitch: 0, zoom: 0 };
  #way: Way | undefined;
  #last = 0;
  /** Without motion: no momentum, no glides, jumps instead. */
  calm = false;
  /** Called when something begins to move, so that frames are drawn. */
  moved: () => void = () => {};

  get view(): View {
    return this.#view;
  }

  get size(): Size {
    return this.#size;
  }

  get moving(): boolean {
    const { yaw, pitch, zoom } = this.#held;
    return this.#way !== undefined || this.#speed.yaw !== 0 || this.#speed.pitch !== 0 || !!yaw || !!pitch || !!zoom;
  }

  resize(size: Size, limits: Limits): void {
    this.#size = size;
    this.#limits = limits;
    this.#put(this.#view);
  }

  /** Looks there at once. */
  look(view: View): void {
    this.stop();
    this.#put(view);
  }

  /** Turns there in the given time, the short way round. */
  turnTo(view: Partial<View>, duration: number, now: number): void {
    const to = constrain({ ...this.#view, ...view }, this.#limits, this.#size);
    this.stop();
    if (this.calm || duration === 0) {
      this.#put(to);
    } else {
      const yaw = this.#view.yaw + wrapDegrees(to.yaw - this.#view.yaw);
      this.#way = { from: this.#view, to: { ...to, yaw }, started: now, duration };
      this.moved();
    }
  }

  /** Flies from `from`, which may lie outside of the limits (a little planet), to a view within them. */
  flyIn(from: View, to: View, duration: number, now: number): void {
    this.stop();
    const goal = constrain(to, this.#limits, this.#size);
    if (this.calm) {
      this.#put(goal);
      return;
    }
    this.#view = from;
    this.#way = {
      from,
      to: { ...goal, yaw: from.yaw + wrapDegrees(goal.yaw - from.yaw) },
      started: now,
      duration,
      free: true,
    };
    this.moved();
  }

  /** Brings the direction that was taken hold of under the point: what one drags stays under the finger. */
  drag(held: Vector, to: Point): void {
    this.stop();
    this.#put(lookSoThat(held, to, this.#view.hfov, this.#size));
  }

  /** The direction under a point of the screen. */
  directionAt(point: Point): Vector {
    return fromScreen(cameraOf(this.#view, this.#size), point);
  }

  /** Enlarges by `factor`, keeping what is under the point where it is. */
  zoomAt(factor: number, point: Point): void {
    const held = this.directionAt(point);
    const focal = focalLength(this.#view.hfov, this.#size) * factor;
    const hfov = clamp(hfovOf(focal, this.#size), this.#limits.minHfov, this.#limits.maxHfov);
    this.stop();
    this.#put(lookSoThat(held, point, hfov, this.#size));
  }

  /** The same as a glide. */
  glideZoom(factor: number, point: Point, now: number): void {
    const before = this.#way?.to ?? this.#view;
    const held = this.directionAt(point);
    const hfov = clamp(
      hfovOf(focalLength(before.hfov, this.#size) * factor, this.#size),
      this.#limits.minHfov,
      this.#limits.maxHfov,
    );
    this.turnTo(lookSoThat(held, point, hfov, this.#size), 240, now);
  }

  /** Lets go with a speed in degrees a second. */
  throw(yaw: number, pitch: number): void {
    if (this.calm || Math.hypot(yaw, pitch) < 8) return;
    this.#speed = { yaw: clamp(yaw, -400, 400), pitch: clamp(pitch, -400, 400) };
    this.moved();
  }

  /** A key is held: −1, 0 or 1 in each sense. */
  hold(sense: "yaw" | "pitch" | "zoom", way: number): void {
    if (way !== 0) {
      const held = { ...this.#held };
      this.stop();
      this.#held = { ...held, [sense]: way };
      this.#nudge(sense, way);
    } else this.#held[sense] = 0;
    this.moved();
  }

  stop(): void {
    this.#way = undefined;
    this.#speed = { yaw: 0, pitch: 0 };
    this.#held = { yaw: 0, pitch: 0, zoom: 0 };
  }

  /** Moves on to `now`. */
  tick(now: number): void {
    const passed = Math.min(64, now - this.#last);
    this.#last = now;
    if (this.#way) {
      this.#follow(this.#way, now);
    } else {
      this.#keepTurning(passed);
      this.#glide(passed);
    }
  }

  #follow(way: Way, now: number): void {
    // A frame may have begun before the press that it follows; it moves all the same.
    way.started = Math.min(way.started, now - FRAME);
    const t = clamp((now - way.started) / way.duration, 0, 1);
    const eased = t < 0.5 ? 2 * t * t : 1 - (2 - 2 * t) ** 2 / 2;
    const mix = (from: number, to: number) => from + (to - from) * eased;
    if (t === 1) this.#way = undefined;
    const view = {
      yaw: mix(way.from.yaw, way.to.yaw),
      pitch: mix(way.from.pitch, way.to.pitch),
      hfov: mix(way.from.hfov, way.to.hfov),
    };
    if (way.free && t < 1) this.#view = view;
    else this.#put(view);
  }

  #keepTurning(passed: number): void {
    const { yaw, pitch, zoom } = this.#held;
    if (yaw === 0 && pitch === 0 && zoom === 0) return;
    const { hfov } = this.#view;
    const step = (KEY_SPEED * hfov * passed) / 1000;
    this.#put({
      yaw: this.#view.yaw + yaw * step,
      pitch: this.#view.pitch + pitch * step,
      hfov: hfov * Math.exp((-zoom * passed) / 900),
    });
  }

  /** So that a key pressed for an instant does something that can be seen. */
  #nudge(sense: "yaw" | "pitch" | "zoom", way: number): void {
    const { yaw, pitch, hfov } = this.#view;
    const step = hfov * (this.calm ? 0.15 : 0.05) * way;
    if (sense === "yaw") this.#put({ yaw: yaw + step, pitch, hfov });
    else if (sense === "pitch") this.#put({ yaw, pitch: pitch + step, hfov });
    else this.#put({ yaw, pitch, hfov: hfov * (way > 0 ? 0.93 : 1 / 0.93) });
  }

  #glide(passed: number): void {
    const { yaw, pitch } = this.#speed;
    if (yaw === 0 && pitch === 0) return;
    const { yaw: oldYaw, pitch: oldPitch, hfov } = this.#view;
    this.#put({ yaw: oldYaw + (yaw * passed) / 1000, pitch: oldPitch + (pitch * passed) / 1000, hfov });
    const left = Math.exp(-passed / GLIDE);
    this.#speed = Math.hypot(yaw, pitch) * left < 1 ? { yaw: 0, pitch: 0 } : { yaw: yaw * left, pitch: pitch * left };
  }

  #put(view: View): void {
    this.#view = constrain(view, this.#limits, this.#size);
    this.moved();
  }
}

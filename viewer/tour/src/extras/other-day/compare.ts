/**
 * Then and now: the same view of the same spot on two days, parted by a line that is drawn to and fro. Both halves come from
 * the page's own stage; the earlier day is on the left.
 */
import catalogue from "virtual:messages/tour-other-day";
import { type Translate, translator } from "@kanfang/shared/messages.ts";
import { cameraOf, clamp, type Size, type View } from "../../geometry/view.ts";
import type { Drawn, Stage } from "../../stage/stage.ts";
import type { Scene } from "../../tour/document.ts";
import { element } from "../../ui/dom.ts";
import { useSheet } from "../../ui/sheet.ts";
import type { Host } from "../host.ts";
import sheet from "./compare.css?inline";
import { isEarlier, otherDayOf, yawOffsetOf } from "./read.ts";

/** Share of the texture budget for each of the two. */
const SHARE = 0.35;
/** Hundredths of the width that a key moves the line. */
const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -2,
  ArrowDown: -2,
  ArrowRight: 2,
  ArrowUp: 2,
  PageDown: -10,
  PageUp: 10,
  Home: -100,
  End: 100,
};

export class Compare {
  readonly root: HTMLElement;
  readonly #host: Host;
  readonly #scene: Scene;
  readonly #other: Scene;
  readonly #line: HTMLElement;
  readonly #names: readonly [string, string];
  readonly #t: Translate;
  /** Where the line stands, in hundredths of the width. */
  #at = 50;

  /** Undefined where the scene has no picture of another day. `closed` is called when the reader has had enough. */
  static of(host: Host, closed: () => void): Compare | undefined {
    const other = otherDayOf(host.scene);
    return other && new Compare(host, other, closed);
  }

  private constructor(host: Host, other: Scene, closed: () => void) {
    useSheet(sheet);
    [this.#host, this.#scene, this.#other] = [host, host.scene, other];
    this.#t = translator(catalogue, host.language);
    const days = isEarlier(this.#scene, other) ? ([other, this.#scene] as const) : ([this.#scene, other] as const);
    this.#names = [this.#day(days[0]), this.#day(days[1])];
    this.#line = element(
      "div",
      {
        class: "kf-divider",
        role: "slider",
        tabindex: "0",
        "aria-label": this.#t("other-day-line"),
        "aria-valuemin": "0",
        "aria-valuemax": "100",
      },
      element("span", { class: "kf-divider-grip", "aria-hidden": "true" }),
      element("span", { class: "kf-day kf-day-left" }, this.#names[0]),
      element("span", { class: "kf-day kf-day-right" }, this.#names[1]),
    );
    this.#line.addEventListener("pointerdown", (event) => this.#hold(event));
    this.#line.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (event.key === "Escape") closed();
      else if (step === undefined) return;
      else this.#move(this.#at + step);
      event.preventDefault();
      event.stopPropagation();
    });
    this.root = element("div", { class: "kf-compare" }, this.#line);
    host.stage.painter = (view, size) => this.#paint(host.stage, view, size);
    void host.stage.previews.load(other).then(host.rig.moved, () => {});
    this.#move(50);
    host.say(this.#t("other-day-opened", { left: this.#names[0], right: this.#names[1] }));
  }

  focus(): void {
    this.#line.focus({ preventScroll: true });
  }

  close(): void {
    this.root.remove();
    this.#host.stage.painter = undefined;
    this.#host.rig.moved();
  }

  #paint(stage: Stage, view: View, size: Size): Drawn {
    const { gl } = stage.graphics;
    const [scene, other] = [this.#scene, this.#other];
    const halves = [
      { of: scene, camera: cameraOf(view, size) },
      { of: other, camera: cameraOf({ ...view, yaw: view.yaw + yawOffsetOf(scene) }, size) },
    ].map((half) => ({ ...half, chosen: stage.choose(half.of, half.camera, SHARE) }));
    stage.store.want(halves.flatMap(({ of, chosen }) => stage.wishes(of, chosen, size)));
    const again = stage.store.upload(4);
    if (isEarlier(scene, other)) halves.reverse();
    const x = Math.round((size.width * this.#at) / 100);
    gl.enable(gl.SCISSOR_TEST);
    for (const [i, { of, camera, chosen }] of halves.entries()) {
      gl.scissor(i * x, 0, i === 0 ? x : size.width - x, size.height);
      const quads = stage.quads(of, camera, chosen);
      stage.graphics.draw({ camera, backdrop: stage.previews.get(of), quads, veil: undefined });
    }
    gl.disable(gl.SCISSOR_TEST);
    const [p, q] = halves.map(({ of, chosen }) => stage.progress(of, chosen));
    if (!p || !q) return { again, progress: { needed: 0, ready: 0, failed: 0, retryIn: undefined } };
    const waits = [p.retryIn, q.retryIn].filter((one) => one !== undefined);
    const retryIn = waits.length > 0 ? Math.min(...waits) : undefined;
    const progress = { needed: p.needed + q.needed, ready: p.ready + q.ready, failed: p.failed + q.failed, retryIn };
    return { again, progress };
  }

  /** The line follows the finger that took hold of it. */
  #hold(down: PointerEvent): void {
    if (down.button > 0) return;
    down.preventDefault();
    down.stopPropagation();
    this.focus();
    this.#line.setPointerCapture(down.pointerId);
    const move = (event: PointerEvent) => {
      const box = this.#host.root.getBoundingClientRect();
      if (event.pointerId === down.pointerId) this.#move(((event.clientX - box.left) / box.width) * 100);
    };
    const end = () => {
      this.#line.removeEventListener("pointermove", move);
      this.#line.removeEventListener("lostpointercapture", end);
    };
    this.#line.addEventListener("pointermove", move);
    this.#line.addEventListener("lostpointercapture", end);
  }

  #move(to: number): void {
    this.#at = clamp(to, 0, 100);
    const at = Math.round(this.#at);
    this.#line.style.left = `${this.#at}%`;
    this.#line.setAttribute("aria-valuenow", String(at));
    const words = { left: this.#names[0], right: this.#names[1], at, rest: 100 - at };
    this.#line.setAttribute("aria-valuetext", this.#t("other-day-value", words));
    this.#host.rig.moved();
  }

  #day({ capturedAt }: Scene): string {
    const time = capturedAt ? Date.parse(capturedAt.slice(0, 10)) : Number.NaN;
    if (Number.isNaN(time)) return this.#t("other-day-unknown");
    return new Intl.DateTimeFormat(this.#host.language, { dateStyle: "long", timeZone: "UTC" }).format(time);
  }
}

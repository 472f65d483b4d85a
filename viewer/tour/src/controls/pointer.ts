/**
 * Mouse, pen and fingers on the canvas: one drags, two pinch, a double tap comes nearer, the wheel zooms to the pointer.
 * Speaks only to the rig.
 */
import { type Vector, wrapDegrees } from "../geometry/cube.ts";
import type { Point } from "../geometry/view.ts";
import type { Rig } from "./rig.ts";

interface Trace {
  time: number;
  yaw: number;
  pitch: number;
}

export function usePointer(surface: HTMLElement, rig: Rig, touched: () => void, tapZoom = true): () => void {
  const fingers = new Map<number, Point>();
  let held: Vector | undefined;
  let span = 0;
  let trace: Trace[] = [];
  let lastTap = { time: 0, x: 0, y: 0 };
  let travelled = 0;
  /** Measured as a gesture begins: doing so between frames makes the browser lay out what lies over the picture. */
  let box = new DOMRect();

  /** From page to the rig's own pixels. */
  const place = (event: { clientX: number; clientY: number }): Point => {
    const scale = rig.size.width / box.width;
    return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
  };
  const middle = (): Point => {
    const all = [...fingers.values()];
    const sum = all.reduce((p, q) => ({ x: p.x + q.x, y: p.y + q.y }), { x: 0, y: 0 });
    return { x: sum.x / all.length, y: sum.y / all.length };
  };
  const spread = (): number => {
    const [p, q] = [...fingers.values()];
    return p && q ? Math.hypot(p.x - q.x, p.y - q.y) : 0;
  };
  const grip = () => {
    held = fingers.size > 0 ? rig.directionAt(middle()) : undefined;
    span = spread();
    trace = [];
  };

  const down = (event: PointerEvent) => {
    if (event.pointerType === "mouse" && event.button !== 0) return;
    surface.setPointerCapture(event.pointerId);
    box = surface.getBoundingClientRect();
    fingers.set(event.pointerId, place(event));
    rig.stop();
    travelled = 0;
    touched();
    grip();
  };
  const move = (event: PointerEvent) => {
    const before = fingers.get(event.pointerId);
    if (!before || !held) return;
    const at = place(event);
    travelled += Math.hypot(at.x - before.x, at.y - before.y);
    fingers.set(event.pointerId, at);
    const now = spread();
    if (fingers.size >= 2 && span > 0 && now > 0) {
      rig.zoomAt(now / span, middle());
      span = now;
    }
    rig.drag(held, middle());
    const { yaw, pitch } = rig.view;
    trace.push({ time: event.timeStamp, yaw, pitch });
    trace = trace.filter(({ time }) => event.timeStamp - time < 100);
  };
  const up = (event: PointerEvent) => {
    if (!fingers.delete(event.pointerId)) return;
    if (fingers.size > 0) return grip();
    const first = trace[0];
    if (first && event.timeStamp - first.time > 8 && event.timeStamp - (trace[trace.length - 1]?.time ?? 0) < 60) {
      const seconds = (event.timeStamp - first.time) / 1000;
      rig.throw(wrapDegrees(rig.view.yaw - first.yaw) / seconds, (rig.view.pitch - first.pitch) / seconds);
    }
    held = undefined;
    tap(event);
  };
  const tap = (event: PointerEvent) => {
    if (travelled > 12 || !tapZoom) return;
    const near = Math.hypot(event.clientX - lastTap.x, event.clientY - lastTap.y) < 30;
    if (near && event.timeStamp - lastTap.time < 350) {
      rig.glideZoom(2, place(event), performance.now());
      lastTap = { time: 0, x: 0, y: 0 };
    } else lastTap = { time: event.timeStamp, x: event.clientX, y: event.clientY };
  };
  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    touched();
    box = surface.getBoundingClientRect();
    const lines = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
    const amount = Math.max(-240, Math.min(240, event.deltaY * lines));
    rig.zoomAt(Math.exp(-amount / (event.ctrlKey ? 120 : 480)), place(event));
  };

  surface.addEventListener("pointerdown", down);
  surface.addEventListener("pointermove", move);
  surface.addEventListener("pointerup", up);
  surface.addEventListener("pointercancel", up);
  surface.addEventListener("wheel", wheel, { passive: false });
  return () => {
    surface.removeEventListener("pointerdown", down);
    surface.removeEventListener("pointermove", move);
    surface.removeEventListener("pointerup", up);
    surface.removeEventListener("pointercancel", up);
    surface.removeEventListener("wheel", wheel);
  };
}

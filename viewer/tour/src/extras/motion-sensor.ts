/**
 * Turning the phone turns the view. iPhones ask the reader first, and only inside a tap; a refusal, a frame without the
 * right or a device without the sensor answers "refused" and dragging goes on as before.
 */

import type { Rig } from "../controls/rig.ts";
import { degrees, radians, type Vector, wrapDegrees } from "../geometry/cube.ts";

interface Permission {
  requestPermission?: () => Promise<"granted" | "denied" | "prompt">;
}

export function hasMotionSensor(): boolean {
  return "DeviceOrientationEvent" in window && window.isSecureContext;
}

/**
 * Where the back of the device points, from the angles of the W3C Device Orientation specification (rotation
 * Z(alpha)·X(beta)·Y(gamma) of a frame east, north, up): the third column of the matrix, turned round.
 */
export function lookOf(alpha: number, beta: number, gamma: number): { yaw: number; pitch: number } {
  const [a, b, g] = [radians(alpha), radians(beta), radians(gamma)];
  const east = Math.cos(a) * Math.sin(g) + Math.sin(a) * Math.sin(b) * Math.cos(g);
  const north = Math.sin(a) * Math.sin(g) - Math.cos(a) * Math.sin(b) * Math.cos(g);
  const d: Vector = [-east, -Math.cos(b) * Math.cos(g), -north];
  return { yaw: degrees(Math.atan2(d[0], d[2])), pitch: degrees(Math.atan2(d[1], Math.hypot(d[0], d[2]))) };
}

/** Call inside a tap. Resolves with a function that ends it, or undefined when refused. */
export async function followMotion(rig: Rig): Promise<(() => void) | undefined> {
  const asking = (DeviceOrientationEvent as unknown as Permission).requestPermission;
  // Some browsers answer "prompt" and send events all the same; where none come, that is a refusal, too.
  if (asking && (await asking().catch(() => "denied")) === "denied") return undefined;
  return new Promise((resolve) => {
    let offset = 0;
    let last: number | undefined;
    const turn = (event: DeviceOrientationEvent) => {
      if (event.alpha === null || event.beta === null || event.gamma === null) return;
      const look = lookOf(event.alpha, event.beta, event.gamma);
      if (last === undefined) {
        offset = wrapDegrees(rig.view.yaw - look.yaw);
        clearTimeout(patience);
        resolve(stop);
      } else {
        // A glide goes to its end. Where a finger, a key or another room has turned the view meanwhile, the phone goes on from there.
        if (rig.moving) return;
        offset = wrapDegrees(offset + rig.view.yaw - last);
      }
      rig.look({ yaw: look.yaw + offset, pitch: look.pitch, hfov: rig.view.hfov });
      last = rig.view.yaw;
    };
    const stop = () => window.removeEventListener("deviceorientation", turn);
    const patience = setTimeout(() => {
      stop();
      resolve(undefined);
    }, 1500);
    window.addEventListener("deviceorientation", turn);
  });
}

/**
 * Tells the server which scenes were looked at, for how long and where (docs/statistics.md): sums without any sign of who
 * looks. Nothing is stored here, nothing is told where the reader asked for privacy, nor from a draft or an offline package.
 */
import { cellOf } from "@kanfang/shared/gaze.ts";
import type { View } from "../geometry/view.ts";
import type { Host } from "./host.ts";
import { type Report, Tally } from "./tally.ts";

const EVERY = 500;
/** A step never counts more, however late it comes: a computer that slept has not looked. */
const STEP = 2000;
/** Nobody is taken to look who has not moved for so long. */
const PATIENCE = 60_000;
/** How much of the picture must be on the screen. */
const PART = 0.3;

/** The version whose tiles a tour shows; undefined for what is not published here. */
export function versionOf(tiles: string): string | undefined {
  return /^\/t\/([0-9a-z]{26})\//.exec(tiles)?.[1];
}

/** Begins to count; what stops it. */
export function watchLooking(host: Host): () => void {
  const version = versionOf(host.tour.scenes[0]?.panorama.tiles ?? "");
  // An offline copy is read from files: there is nobody to tell.
  if (!version || !host.tour.status || !location.protocol.startsWith("http") || wantsPrivacy()) return () => {};
  const address = `/api/v1/public/listings/${encodeURIComponent(host.tour.id)}/views`;
  const tally = new Tally(version);
  let visible = true;
  let last = performance.now();
  let moved = last;
  let seen: View | undefined;

  const tell = (): void => {
    const report = tally.take();
    if (report) send(address, report);
  };
  const look = (): void => {
    const now = performance.now();
    const passed = Math.min(STEP, now - last);
    last = now;
    const { scene, rig } = host;
    const { view } = rig;
    if (
      !seen ||
      seen.yaw !== view.yaw ||
      seen.pitch !== view.pitch ||
      seen.hfov !== view.hfov ||
      tally.scene !== scene.id
    )
      moved = now;
    seen = view;
    if (!visible || document.visibilityState === "hidden" || now - moved > PATIENCE) return;
    tally.look(scene.id, cellOf(view.yaw, view.pitch), passed);
    if (tally.isFull) tell();
  };
  const hidden = (): void => {
    if (document.visibilityState === "hidden") tell();
    else last = moved = performance.now();
  };
  const observer = new IntersectionObserver((entries) => {
    visible = (entries.at(-1)?.intersectionRatio ?? 1) >= PART;
  }, { threshold: [0, PART] }); // biome-ignore format: short
  observer.observe(host.root);
  const timer = setInterval(look, EVERY);
  document.addEventListener("visibilitychange", hidden);
  window.addEventListener("pagehide", tell);
  return () => {
    clearInterval(timer);
    observer.disconnect();
    document.removeEventListener("visibilitychange", hidden);
    window.removeEventListener("pagehide", tell);
    tell();
  };
}

/** Global Privacy Control (https://w3c.github.io/gpc/), or the older Do Not Track. */
function wantsPrivacy(): boolean {
  return (
    (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true || navigator.doNotTrack === "1"
  );
}

/** Sent also while the page is left; whether it arrives changes nothing for the reader. */
function send(address: string, report: Report): void {
  const body = JSON.stringify(report);
  if (navigator.sendBeacon?.(address, body)) return;
  const headers = { "Content-Type": "application/json" };
  fetch(address, { method: "POST", body, headers, keepalive: true }).catch(() => {});
}

/** Full screen where the browser allows it; where it does not (iPhone), the tour fills the window instead. */

export interface Fullscreen {
  readonly active: boolean;
  toggle(): void;
  stop(): void;
}

interface OldElement extends HTMLElement {
  webkitRequestFullscreen?: () => void;
}
interface OldDocument extends Document {
  webkitFullscreenElement?: Element | null;
  webkitExitFullscreen?: () => void;
}

export function fullscreenOf(root: HTMLElement, changed: () => void): Fullscreen {
  const page = document as OldDocument;
  const target = root as OldElement;
  const current = () => page.fullscreenElement ?? page.webkitFullscreenElement ?? null;
  const fill = (on: boolean) => {
    root.classList.toggle("kf-window", on);
    document.documentElement.classList.toggle("kf-window-page", on);
    changed();
  };
  const leave = (event: KeyboardEvent) => {
    if (event.key === "Escape" && root.classList.contains("kf-window")) fill(false);
  };
  document.addEventListener("fullscreenchange", changed);
  document.addEventListener("webkitfullscreenchange", changed);
  document.addEventListener("keydown", leave);
  return {
    get active() {
      return current() === root || root.classList.contains("kf-window");
    },
    toggle() {
      if (root.classList.contains("kf-window")) return fill(false);
      if (current() === root) return void (page.exitFullscreen?.() ?? page.webkitExitFullscreen?.());
      if (target.requestFullscreen && document.fullscreenEnabled) target.requestFullscreen().catch(() => fill(true));
      else if (target.webkitRequestFullscreen) target.webkitRequestFullscreen();
      else fill(true);
    },
    stop() {
      document.removeEventListener("fullscreenchange", changed);
      document.removeEventListener("webkitfullscreenchange", changed);
      document.removeEventListener("keydown", leave);
      document.documentElement.classList.remove("kf-window-page");
    },
  };
}

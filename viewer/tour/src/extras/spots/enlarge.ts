/** A picture in the whole window, enlarged by two fingers, wheel, double tap, and plus and minus. */
import type { Translate } from "@kanfang/shared/messages.ts";
import { button, drawn, element } from "../../ui/dom.ts";
import { showPublished } from "../checked-picture.ts";

const MOST = 6;

interface Place {
  x: number;
  y: number;
  zoom: number;
}

/** Shows it over `root`; the focus goes back to `opener` when it is closed. */
export function enlarge(root: HTMLElement, address: string, label: string, t: Translate, opener: HTMLElement): void {
  const image = element("img", { alt: label, draggable: "false" });
  // It is enlarged from where it was shown: what could not be shown has no button for this.
  void showPublished(address, (url) => image.setAttribute("src", url)).catch(() => {});
  const layer = element("div", { class: "kf-enlarged", role: "dialog", "aria-modal": "true", "aria-label": label });
  const close = () => {
    layer.remove();
    opener.focus({ preventScroll: true });
  };
  const away = button(t("spots-close"), "kf-tool", close, drawn("M6 6l12 12M18 6 6 18"));
  layer.append(image, element("p", { class: "kf-enlarged-hint" }, t("spots-enlarge-hint")), away);
  // The close button is a tool like those over the picture, which are styled below the overlay.
  layer.classList.add("kf-overlay");

  let at: Place = { x: 0, y: 0, zoom: 1 };
  const show = (next: Place) => {
    const zoom = Math.min(MOST, Math.max(1, next.zoom));
    const [roomX, roomY] = [(layer.clientWidth * (zoom - 1)) / 2, (layer.clientHeight * (zoom - 1)) / 2];
    const within = (value: number, room: number) => Math.min(room, Math.max(-room, value));
    at = { zoom, x: within(next.x, roomX), y: within(next.y, roomY) };
    image.style.transform = `translate(${at.x}px, ${at.y}px) scale(${at.zoom})`;
    layer.classList.toggle("kf-zoomed", at.zoom > 1);
  };
  /** What lies under the point stays there. */
  const zoomAt = (factor: number, clientX: number, clientY: number) => {
    const box = layer.getBoundingClientRect();
    const [x, y] = [clientX - box.left - box.width / 2, clientY - box.top - box.height / 2];
    const real = Math.min(MOST, Math.max(1, at.zoom * factor)) / at.zoom;
    show({ zoom: at.zoom * real, x: x - (x - at.x) * real, y: y - (y - at.y) * real });
  };
  const fingers = new Map<number, { x: number; y: number }>();
  layer.addEventListener("pointerdown", (event) => {
    if (away.contains(event.target as Node)) return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    layer.setPointerCapture(event.pointerId);
  });
  layer.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    fingers.set(event.pointerId, now);
    if (other) {
      const spread = (point: { x: number; y: number }) => Math.hypot(point.x - other.x, point.y - other.y);
      zoomAt(spread(now) / Math.max(1, spread(before)), (now.x + other.x) / 2, (now.y + other.y) / 2);
    } else {
      show({ ...at, x: at.x + now.x - before.x, y: at.y + now.y - before.y });
    }
  });
  const lift = (event: PointerEvent) => fingers.delete(event.pointerId);
  layer.addEventListener("pointerup", lift);
  layer.addEventListener("pointercancel", lift);
  layer.addEventListener("dblclick", ({ clientX, clientY }) => zoomAt(at.zoom > 1 ? 1 / MOST : 2.5, clientX, clientY));
  layer.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      zoomAt(Math.exp(-event.deltaY / 400), event.clientX, event.clientY);
    },
    { passive: false },
  );
  const steps: Record<string, (place: Place) => Place> = {
    ArrowLeft: (place) => ({ ...place, x: place.x + 60 }),
    ArrowRight: (place) => ({ ...place, x: place.x - 60 }),
    ArrowUp: (place) => ({ ...place, y: place.y + 60 }),
    ArrowDown: (place) => ({ ...place, y: place.y - 60 }),
    "+": (place) => ({ ...place, zoom: place.zoom * 1.4 }),
    "=": (place) => ({ ...place, zoom: place.zoom * 1.4 }),
    "-": (place) => ({ ...place, zoom: place.zoom / 1.4 }),
  };
  layer.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const step = steps[event.key];
    if (event.key === "Escape") close();
    // The one button is all there is to go to.
    if (event.key === "Tab" || step) event.preventDefault();
    if (step) show(step(at));
  });
  root.append(layer);
  away.focus({ preventScroll: true });
}

/** The draft's hotspots over the picture: pins to be chosen and dragged, measured lines with a handle at each end. */

import type { TourHandle } from "@kanfang/tour";
import { arc } from "@kanfang/tour/arc.ts";
import type { RefObject } from "preact";
import { useRef } from "preact/hooks";
import type { DraftHotspot, HotspotKind } from "../api/tours.ts";
import { t } from "../texts.ts";
import { Icon, type IconName } from "../ui/icons.tsx";
import { type Direction, nameOf } from "./hotspots.ts";
import { moveTo, useOverPicture } from "./over-picture.ts";
import { onScreen } from "./project.ts";

export const HOTSPOT_ICONS: Readonly<Record<HotspotKind, IconName>> = {
  defect: "warning",
  information: "info",
  measure: "ruler",
  document: "page",
  portal: "camera",
};

export type LineEnd = "from" | "to";

interface Props {
  hotspots: readonly DraftHotspot[];
  handle: RefObject<TourHandle | null>;
  selected: string | null;
  /** Where a line begins whose other end is still to be shown. */
  begun: Direction | null;
  onSelect: (id: string) => void;
  onMove: (id: string, end: LineEnd, to: Direction) => void;
  onRemove: (id: string) => void;
  readOnly: boolean;
}

interface Handle {
  id: string;
  end: LineEnd;
  hotspot: DraftHotspot;
}

/** Degrees to the right and upwards; a fifth of it with Shift. */
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

const RADIANS = 180 / Math.PI;

/** A line's path on the screen, broken where it leaves it. */
function pathOf(
  from: Direction,
  to: Direction,
  view: Parameters<typeof onScreen>[1],
  size: { width: number; height: number },
) {
  let path = "";
  let drawing = false;
  for (const [x, y, z] of arc(from, to)) {
    const at = onScreen(
      { yaw: Math.atan2(x, z) * RADIANS, pitch: Math.asin(Math.max(-1, Math.min(1, y))) * RADIANS },
      view,
      size,
    );
    if (at) path += `${drawing ? "L" : "M"}${at.x.toFixed(1)} ${at.y.toFixed(1)}`;
    drawing = at !== null;
  }
  return path;
}

export function SpotLayer({ hotspots, handle, selected, begun, onSelect, onMove, onRemove, readOnly }: Props) {
  const layer = useRef<HTMLDivElement>(null);
  const grabbed = useRef<{ x: number; y: number; moved: boolean } | null>(null);

  useOverPicture(layer, handle, (box, seen, size) => {
    const byId = new Map(hotspots.map((one) => [one.id, one]));
    for (const node of box.querySelectorAll<HTMLElement>("[data-spot]")) {
      const one = byId.get(node.dataset.spot ?? "");
      moveTo(node, one?.kind === "measure" && node.dataset.end === "to" ? one.to : one, seen, size);
    }
    for (const node of box.querySelectorAll<HTMLElement>("[data-begun]")) moveTo(node, begun ?? undefined, seen, size);
    for (const path of box.querySelectorAll<SVGPathElement>("[data-line]")) {
      const one = byId.get(path.dataset.line ?? "");
      path.setAttribute("d", seen && one?.kind === "measure" ? pathOf(one, one.to, seen.view, size) : "");
    }
  });

  const handles: Handle[] = hotspots.flatMap((hotspot) => {
    const from: Handle = { id: hotspot.id, end: "from", hotspot };
    return hotspot.kind === "measure" ? [from, { ...from, end: "to" as const }] : [from];
  });
  return (
    <div ref={layer} class="preview-layer">
      <svg class="spot-lines" aria-hidden="true">
        {hotspots.map((one) => one.kind === "measure" && <path key={one.id} data-line={one.id} />)}
      </svg>
      {begun && <span class="line-end begun" data-begun="1" hidden />}
      {handles.map(({ id, end, hotspot }) => (
        <button
          type="button"
          key={`${id}/${end}`}
          data-spot={id}
          data-end={end}
          hidden
          class={[
            hotspot.kind === "measure" ? "line-end" : `marker spot spot-${hotspot.kind}`,
            id === selected ? "selected" : "",
          ].join(" ")}
          aria-label={`${t(`spot-${hotspot.kind}`)} ${nameOf(hotspot)}`}
          onClick={() => onSelect(id)}
          onKeyDown={(event) => {
            if (readOnly) return;
            if (event.key === "Delete") return onRemove(id);
            const way = ARROWS[event.key];
            if (!way) return;
            event.preventDefault();
            const step = event.shiftKey ? 0.2 : 1;
            const at = end === "to" && hotspot.kind === "measure" ? hotspot.to : hotspot;
            onMove(id, end, { yaw: at.yaw + way[0] * step, pitch: at.pitch + way[1] * step });
          }}
          onPointerDown={(event) => {
            if (readOnly) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            grabbed.current = { x: event.clientX, y: event.clientY, moved: false };
          }}
          onPointerMove={(event) => {
            const from = grabbed.current;
            const box = layer.current?.getBoundingClientRect();
            if (!from || !box) return;
            from.moved ||= Math.hypot(event.clientX - from.x, event.clientY - from.y) > 4;
            if (!from.moved) return;
            event.currentTarget.dataset.held = "1";
            event.currentTarget.style.transform = `translate(${event.clientX - box.left}px, ${event.clientY - box.top}px)`;
          }}
          onPointerCancel={(event) => {
            grabbed.current = null;
            delete event.currentTarget.dataset.held;
          }}
          onPointerUp={(event) => {
            const moved = grabbed.current?.moved;
            grabbed.current = null;
            delete event.currentTarget.dataset.held;
            const to = handle.current?.angleAt(event.clientX, event.clientY);
            if (moved && to) onMove(id, end, to);
          }}
        >
          {hotspot.kind !== "measure" && <Icon name={HOTSPOT_ICONS[hotspot.kind]} />}
          {hotspot.kind !== "measure" && <span>{nameOf(hotspot) || t(`spot-${hotspot.kind}`)}</span>}
        </button>
      ))}
    </div>
  );
}

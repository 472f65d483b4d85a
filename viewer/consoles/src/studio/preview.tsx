/** A scene in the public viewer's own renderer, with the draft's arrows laid over it to be placed and moved. */
import { mountTour, type TourHandle } from "@kanfang/tour";
import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { DraftScene } from "../api/tours.ts";
import { language, t } from "../texts.ts";
import { Icon } from "../ui/icons.tsx";
import { moveTo, useOverPicture } from "./over-picture.ts";

interface Props {
  scene: DraftScene;
  /** The scene's panorama as the preview document describes it. */
  panorama: unknown;
  titleOf: (scene: string) => string;
  handle: RefObject<TourHandle | null>;
  placing: boolean;
  selected: number | null;
  onPlace: (angle: { yaw: number; pitch: number }) => void;
  onSelect: (index: number | null) => void;
  onMoveLink: (index: number, angle: { yaw: number; pitch: number }) => void;
  /** Without it arrows cannot be moved. */
  readOnly?: boolean;
  /** What else lies over the picture. */
  children?: ComponentChildren;
}

/** The document that the viewer is given: this one scene, without arrows of its own; with another day beside it where that is given. */
export function lonelyScene(scene: DraftScene, panorama: unknown, otherDay?: object): object {
  return {
    format: "kanfang-tour",
    version: 1,
    id: scene.id,
    title: t("preview-title"),
    court: "",
    start: scene.id,
    status: null,
    scenes: [
      {
        id: scene.id,
        title: scene.title || "—",
        capturedAt: otherDay ? scene.captured_at : null,
        otherDay,
        northYaw: scene.north_yaw,
        initialView: scene.initial_view,
        panorama,
        links: [],
      },
    ],
  };
}

export function Preview(props: Props) {
  const { scene, panorama, handle, placing, selected } = props;
  const host = useRef<HTMLDivElement>(null);
  const layer = useRef<HTMLDivElement>(null);
  const down = useRef<{ x: number; y: number } | null>(null);
  const grabbed = useRef<{ x: number; y: number } | null>(null);

  // Edits of the scene must not open the picture anew.
  useEffect(() => {
    if (!host.current) return;
    const mounted = mountTour(host.current, {
      tour: lonelyScene(scene, panorama),
      language: language.value,
      deepLink: false,
    });
    handle.current = mounted;
    return () => {
      handle.current = null;
      mounted.destroy();
    };
  }, [scene.id, panorama]);

  useOverPicture(layer, handle, (box, seen, size) => {
    for (const marker of box.querySelectorAll<HTMLElement>("[data-link]"))
      moveTo(marker, scene.links[Number(marker.dataset.link)], seen, size);
  });

  const angle = (event: PointerEvent): { yaw: number; pitch: number } | undefined =>
    handle.current?.angleAt(event.clientX, event.clientY);

  return (
    <div
      class={placing ? "preview placing" : "preview"}
      onPointerDownCapture={(event) => {
        down.current = { x: event.clientX, y: event.clientY };
      }}
      onPointerUpCapture={(event) => {
        const from = down.current;
        down.current = null;
        const onMarker = event.target instanceof Element && event.target.closest("[data-link], [data-spot]");
        if (!placing || !from || onMarker || Math.hypot(event.clientX - from.x, event.clientY - from.y) > 5) return;
        const at = angle(event);
        if (at) props.onPlace(at);
      }}
    >
      <div ref={host} class="preview-host" data-testid="preview" />
      <div ref={layer} class="preview-layer">
        {scene.links.map((link, index) => (
          <button
            type="button"
            key={index}
            data-link={index}
            hidden
            class={index === selected ? "marker selected" : "marker"}
            aria-label={t("link-to", { scene: props.titleOf(link.target) })}
            onPointerDown={(event) => {
              props.onSelect(index);
              if (props.readOnly) return;
              const marker = event.currentTarget;
              grabbed.current = { x: event.clientX, y: event.clientY };
              marker.setPointerCapture(event.pointerId);
              marker.dataset.held = "1";
            }}
            onPointerMove={(event) => {
              const marker = event.currentTarget;
              const box = layer.current?.getBoundingClientRect();
              if (marker.dataset.held && box)
                marker.style.transform = `translate(${event.clientX - box.left}px, ${event.clientY - box.top}px)`;
            }}
            onPointerCancel={(event) => {
              delete event.currentTarget.dataset.held;
              grabbed.current = null;
            }}
            onPointerUp={(event) => {
              const marker = event.currentTarget;
              const held = marker.dataset.held;
              delete marker.dataset.held;
              const from = grabbed.current;
              grabbed.current = null;
              const moved = !from || Math.hypot(event.clientX - from.x, event.clientY - from.y) > 4;
              const at = angle(event);
              if (held && moved && at) props.onMoveLink(index, at);
            }}
          >
            <Icon name="up" />
            <span>{props.titleOf(link.target)}</span>
          </button>
        ))}
        <span class="crosshair" aria-hidden="true" />
      </div>
      {props.children}
    </div>
  );
}

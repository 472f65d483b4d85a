/** A panorama in the public viewer's own renderer, as what masks are drawn over. */
import { mountTour, type TourHandle } from "@kanfang/tour";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Corner } from "../api/masks.ts";
import type { View } from "../api/tours.ts";
import { language } from "../texts.ts";
import { cornerOnScreen, outlineOnScreen, tidy, viewOf } from "./project.ts";
import type { Sight } from "./sight.ts";

interface Props {
  /** The `panorama` of a scene. */
  panorama: unknown;
  title: string;
  /** What is looked at first. */
  first: Corner[] | undefined;
  sight: RefObject<Sight | null>;
}

const AHEAD: View = { yaw: 0, pitch: 0, hfov: 90 };

/** The document that the viewer is given: this one picture. */
function lonely(panorama: unknown, title: string, view: View): object {
  const scene = { id: "masks", title, northYaw: null, initialView: view, panorama, links: [] };
  return { format: "kanfang-tour", version: 1, id: "masks", title, court: "", start: "masks", scenes: [scene] };
}

function sightOf(host: HTMLElement, handle: TourHandle): Sight {
  const view = (): View | undefined => handle.current()?.view;
  const size = () => ({ width: host.clientWidth, height: host.clientHeight });
  return {
    corner: (at) => {
      const seen = view();
      return seen && cornerOnScreen(at, seen, size());
    },
    outline: (corners, closed = true) => {
      const seen = view();
      return seen ? outlineOnScreen(corners, seen, size(), closed) : [];
    },
    at: (x, y) => {
      const at = handle.angleAt(x, y);
      return at && tidy(at.yaw, at.pitch);
    },
    cross: () => {
      const seen = view();
      return seen && tidy(seen.yaw, seen.pitch);
    },
    nudged: ([yaw, pitch], [right, up], far) => {
      const degrees = far ? 1 : 0.2;
      return tidy(yaw + degrees * right, pitch + degrees * up);
    },
    look: (corners) => handle.look(viewOf(corners)),
    focus: () => host.querySelector<HTMLElement>(".kf-surface")?.focus({ preventScroll: true }),
  };
}

export function SphereHost({ panorama, title, first, sight }: Props) {
  const host = useRef<HTMLDivElement>(null);
  /** Where one looked last: the public's picture opens with the same view. */
  const seen = useRef<View | undefined>(undefined);
  useEffect(() => {
    if (!host.current) return;
    const view = seen.current ?? (first ? viewOf(first) : AHEAD);
    const mounted = mountTour(host.current, {
      tour: lonely(panorama, title, view),
      language: language.value,
      deepLink: false,
      tapZoom: false,
    });
    sight.current = sightOf(host.current, mounted);
    return () => {
      seen.current = mounted.current()?.view ?? seen.current;
      sight.current = null;
      mounted.destroy();
    };
  }, [JSON.stringify(panorama)]);
  return <div ref={host} class="mask-host" data-testid="mask-tour" />;
}

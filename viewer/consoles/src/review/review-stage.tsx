/** The tour as bidders would see it, or all views of the room that is seen; pins are set in either. */
import { mountTour, type TourHandle } from "@kanfang/tour";
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Corner } from "../api/masks.ts";
import { previewDocument, type Tour, type View } from "../api/tours.ts";
import { type NumberedPin, PinLayer } from "../studio/pins.tsx";
import type { Direction } from "../studio/project.ts";
import { language, t } from "../texts.ts";
import { ChoiceBar } from "../ui/choice-bar.tsx";
import { Icon } from "../ui/icons.tsx";
import { useResource } from "../ui/resource.ts";
import { Loaded } from "../ui/states.tsx";
import { RoomSheet } from "./room-sheet.tsx";

interface Props {
  id: string;
  tour: Tour;
  handle: RefObject<TourHandle | null>;
  /** The scene that is looked at. */
  current: string | null;
  masksOf: (panorama: string) => readonly Corner[][];
  pins: readonly NumberedPin[];
  /** Whether pins may be set. */
  mayPin: boolean;
  pin: (scene: string, at: Direction) => void;
  /** A scene is seen: by the tour itself, or by what is asked for here. */
  visit: (scene: string) => void;
  go: (scene: string, view?: Partial<View>) => void;
}

export function ReviewStage(props: Props) {
  const { tour, handle, current, pins, mayPin, visit, go } = props;
  const sheet = useSignal(false);
  const placing = useSignal(false);
  const down = useRef<{ x: number; y: number } | null>(null);
  const scene = tour.scenes.find((one) => one.id === current) ?? tour.scenes[0];
  const titleOf = (id: string): string => tour.scenes.find((one) => one.id === id)?.title || t("untitled");
  const place = (id: string, at: Direction): void => {
    placing.value = false;
    props.pin(id, at);
  };
  const step = (by: number): void => {
    const next = tour.scenes[tour.scenes.findIndex((one) => one.id === scene?.id) + by];
    if (next) go(next.id);
  };
  const pinAtCentre = (): void => {
    const seen = handle.current?.current();
    if (mayPin && seen && !sheet.value) place(seen.scene, { yaw: seen.view.yaw, pitch: seen.view.pitch });
  };
  return (
    <section
      class="card stage"
      aria-label={t("review-stage")}
      // Keys count only while something here has the focus (WCAG 2.1.4).
      onKeyDown={(event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const key = event.key.toLowerCase();
        if (key === "pagedown") step(1);
        else if (key === "pageup") step(-1);
        else if (key === "v") sheet.value = !sheet.value;
        else if (key === "p") pinAtCentre();
        else if (key === "escape" && placing.value) placing.value = false;
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <div class="stage-bar">
        <ChoiceBar
          label={t("review-shown")}
          options={[
            { name: "tour", text: t("review-as-tour") },
            { name: "sheet", text: t("review-as-sheet") },
          ]}
          chosen={sheet.value ? "sheet" : "tour"}
          choose={(name) => {
            sheet.value = name === "sheet";
          }}
        />
        <strong class="grow">{scene?.title || t("untitled")}</strong>
        {mayPin && (
          <button
            type="button"
            class={placing.value ? "button small primary" : "button small"}
            aria-pressed={placing.value}
            onClick={() => {
              placing.value = !placing.value;
            }}
          >
            <Icon name="pen" />
            {t("pin-set")}
          </button>
        )}
      </div>
      {placing.value && (
        <p class="stage-note" role="status">
          {t("pin-placing")}
          {!sheet.value && (
            <button type="button" class="button small" onClick={pinAtCentre}>
              {t("place-at-centre")}
            </button>
          )}
        </p>
      )}
      <div
        class={placing.value ? "preview tall placing" : "preview tall"}
        onPointerDownCapture={(event) => {
          down.current = { x: event.clientX, y: event.clientY };
        }}
        onClickCapture={(event) => {
          const from = down.current;
          if (!placing.value || sheet.value) return;
          // While a pin is set nothing in the picture is followed.
          event.stopPropagation();
          event.preventDefault();
          const seen = handle.current?.current();
          const at = handle.current?.angleAt(event.clientX, event.clientY);
          if (!from || Math.hypot(event.clientX - from.x, event.clientY - from.y) > 5) return;
          if (seen && at) place(seen.scene, at);
        }}
      >
        <Mounted id={props.id} handle={handle} visit={visit} />
        {!sheet.value && <PinLayer pins={pins} handle={handle} onChoose={(one) => go(one.scene, one)} />}
        {sheet.value && scene && (
          <RoomSheet
            scene={scene}
            masks={props.masksOf(scene.panorama)}
            pins={pins}
            titleOf={titleOf}
            onChoose={(at) => {
              if (placing.value) return place(scene.id, at);
              sheet.value = false;
              go(scene.id, { ...at, hfov: 75 });
            }}
          />
        )}
      </div>
      <p class="stage-keys faint">{t(mayPin ? "review-keys-pin" : "review-keys")}</p>
    </section>
  );
}

/** The viewer with the whole draft; mounted anew only with another document. */
function Mounted({ id, handle, visit }: Pick<Props, "id" | "handle" | "visit">) {
  const host = useRef<HTMLDivElement>(null);
  const document = useResource(`preview/${id}`, () => previewDocument(id));
  const data = document.data.value;
  useEffect(() => {
    if (!host.current || !data) return;
    const mounted = mountTour(host.current, {
      tour: { ...data, status: null },
      language: language.value,
      deepLink: false,
      onView: (scene) => visit(scene.id),
    });
    handle.current = mounted;
    return () => {
      handle.current = null;
      mounted.destroy();
    };
  }, [data]);
  return (
    <Loaded resource={document} rows={6}>
      {() => <div ref={host} class="preview-host" data-testid="review-tour" />}
    </Loaded>
  );
}

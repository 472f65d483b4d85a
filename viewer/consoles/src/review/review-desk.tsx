/** The review of one tour: every scene looked at, a checklist, then approval or return; and publication by a second person. */
import type { TourHandle } from "@kanfang/tour";
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { useEvents } from "../api/events.ts";
import { listing } from "../api/listings.ts";
import { masksOf } from "../api/masks.ts";
import {
  tour as loadTour,
  type PublishedVersion,
  sawShown,
  type Tour,
  type TourShown,
  tourShown,
  tourVersions,
  type View,
} from "../api/tours.ts";
import { ListingFrame } from "../listings/listing-page.tsx";
import { TourBadge } from "../listings/states.tsx";
import { has, principal } from "../session.ts";
import { numbered } from "../studio/pins.tsx";
import { Remarks } from "../studio/remarks.tsx";
import { Face } from "../studio/scene-list.tsx";
import { t } from "../texts.ts";
import { type Resource, useResource } from "../ui/resource.ts";
import { Empty, Loaded } from "../ui/states.tsx";
import { toastProblem } from "../ui/toasts.tsx";
import { Changes } from "./changes.tsx";
import { Decision } from "./decision.tsx";
import { Marks } from "./marks.tsx";
import { ReviewMasks } from "./review-masks.tsx";
import { ReviewStage } from "./review-stage.tsx";
import { allLookedAt, ShownPictures } from "./shown-pictures.tsx";
import { ShownVideos } from "./shown-videos.tsx";
import { Told } from "./told.tsx";
import { usePins } from "./use-pins.ts";
import { Versions } from "./versions.tsx";

export function ReviewDesk({ id }: { id: string }) {
  const item = useResource(`listing/${id}`, (signal) => listing(id, signal));
  const tour = useResource<Tour>(`tour/${id}`, async () => (await loadTour(id)).value);
  const versions = useResource(`versions/${id}`, () => tourVersions(id));
  const changed = (): void => {
    void tour.reload();
    void versions.reload();
    void item.reload();
  };
  useEvents("tour", changed, changed);
  return (
    <ListingFrame id={id} tab="review" item={item.data.value?.value}>
      <Loaded resource={tour} rows={8}>
        {(value) =>
          value.scenes.length === 0 ? (
            <div class="card">
              <Empty title={t("tour-none")}>{t("tour-none-text")}</Empty>
            </div>
          ) : (
            <Desk id={id} tour={value} versions={versions} changed={changed} />
          )
        }
      </Loaded>
    </ListingFrame>
  );
}

interface DeskProps {
  id: string;
  tour: Tour;
  versions: Resource<PublishedVersion[]>;
  changed: () => void;
}

function Desk({ id, tour, versions, changed }: DeskProps) {
  const seen = useSignal<Set<string>>(new Set());
  const pieces = useResource(`tour-shown/${id}`, () => tourShown(id));
  useEvents("asset", () => void pieces.reload(), pieces.reload);
  const current = useSignal<string | null>(tour.start);
  const handle = useRef<TourHandle | null>(null);
  const lists = useResource(`masks-of/${id}`, () => masksOf(id));
  const checks = has("reviewer") && tour.submitted_by !== principal.value?.id;
  const mayReview = tour.state === "submitted" && checks;
  const pins = usePins(id, tour, mayReview);
  // What was approved before the server asked for it is looked at later.
  const counts = checks && (tour.state === "submitted" || tour.state === "approved");
  const look = (piece: TourShown): void => {
    if (!counts || piece.seen || !piece.shown) return;
    sawShown(id, piece).then(() => pieces.reload(), toastProblem);
  };
  const visit = (scene: string): void => {
    current.value = scene;
    if (!seen.value.has(scene)) seen.value = new Set([...seen.value, scene]);
  };
  const go = (scene: string, view?: Partial<View>): void => {
    handle.current?.go(scene, view);
    visit(scene);
  };
  // Pins of the last return are seen until the next: the reviewer looks whether they were followed.
  const earlier = tour.remarks.at(-1)?.pins ?? [];
  return (
    <div class="stack">
      {tour.state !== "approved" && <Remarks tour={tour} look={(pin) => go(pin.scene, pin)} />}
      <div class="review">
        <div class="stack">
          <ReviewStage
            id={id}
            tour={tour}
            handle={handle}
            current={current.value}
            masksOf={(panorama) =>
              (lists.data.value?.find((list) => list.panoramas.includes(panorama))?.items ?? [])
                .filter((mask) => mask.state !== "rejected")
                .map((mask) => mask.corners)
            }
            pins={numbered(mayReview ? pins.list : earlier)}
            mayPin={mayReview}
            pin={pins.add}
            visit={visit}
            go={go}
          />
          <section class="card">
            <header class="card-head">
              <h2>{t("review-scenes", { seen: seen.value.size, count: tour.scenes.length })}</h2>
              <TourBadge state={tour.state} />
            </header>
            <ul class="review-scenes">
              {tour.scenes.map((scene) => (
                <li key={scene.id}>
                  <button
                    type="button"
                    class={scene.id === current.value ? "review-scene chosen" : "review-scene"}
                    onClick={() => go(scene.id)}
                  >
                    <Face panorama={scene.panorama} />
                    <span>{scene.title || t("untitled")}</span>
                    <span class={seen.value.has(scene.id) ? "seen" : "faint"}>
                      {seen.value.has(scene.id) ? t("seen") : t("not-seen")}
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
          <ShownPictures tour={tour} pieces={pieces} lists={lists.data.value ?? []} look={look} />
          <ShownVideos tour={tour} pieces={pieces.data.value ?? []} look={look} />
          <Told scenes={tour.scenes} pieces={pieces.data.value ?? []} look={look} />
          <Marks scenes={tour.scenes} look={go} />
        </div>
        <div class="stack">
          <ReviewMasks tour={tour} lists={lists} go={go} />
          <Decision
            id={id}
            tour={tour}
            live={(versions.data.value ?? []).some((version) => version.withdrawn_at === null)}
            allSeen={tour.scenes.every((scene) => seen.value.has(scene.id))}
            piecesSeen={pieces.data.value !== undefined && allLookedAt(pieces.data.value)}
            mayReview={mayReview}
            pins={pins}
            look={(pin) => go(pin.scene, pin)}
            changed={changed}
          />
          <Changes id={id} version={tour.version} />
          <Versions id={id} list={versions} />
        </div>
      </div>
    </div>
  );
}

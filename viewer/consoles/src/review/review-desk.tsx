/** The review of one tour: every scene looked at, a checklist, then approval or return; and publication by a second person. */
import { mountTour, type TourHandle } from "@kanfang/tour";
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useEvents } from "../api/events.ts";
import { listing } from "../api/listings.ts";
import { tour as loadTour, type PublishedVersion, previewDocument, type Tour, tourVersions } from "../api/tours.ts";
import { ListingFrame } from "../listings/listing-page.tsx";
import { TourBadge } from "../listings/states.tsx";
import { Remarks } from "../studio/remarks.tsx";
import { Face } from "../studio/scene-list.tsx";
import { language, t } from "../texts.ts";
import { type Resource, useResource } from "../ui/resource.ts";
import { Empty, Loaded } from "../ui/states.tsx";
import { Changes } from "./changes.tsx";
import { Decision } from "./decision.tsx";
import { Marks } from "./marks.tsx";
import { ReviewMasks } from "./review-masks.tsx";
import { Told } from "./told.tsx";
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
  const current = useSignal<string | null>(tour.start);
  const handle = useRef<TourHandle | null>(null);
  const visit = (scene: string): void => {
    current.value = scene;
    if (!seen.value.has(scene)) seen.value = new Set([...seen.value, scene]);
  };
  return (
    <div class="stack">
      {tour.state !== "approved" && <Remarks tour={tour} />}
      <div class="review">
        <div class="stack">
          <div class="card stage">
            <Whole id={id} handle={handle} visit={visit} />
          </div>
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
                    onClick={() => {
                      handle.current?.go(scene.id);
                      visit(scene.id);
                    }}
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
          <Told scenes={tour.scenes} />
          <Marks
            scenes={tour.scenes}
            look={(scene, at) => {
              handle.current?.go(scene, at);
              visit(scene);
            }}
          />
        </div>
        <div class="stack">
          <ReviewMasks
            id={id}
            tour={tour}
            go={(scene, view) => {
              handle.current?.go(scene, view);
              visit(scene);
            }}
          />
          <Decision
            id={id}
            tour={tour}
            live={(versions.data.value ?? []).some((version) => version.withdrawn_at === null)}
            allSeen={tour.scenes.every((scene) => seen.value.has(scene.id))}
            changed={changed}
          />
          <Changes id={id} version={tour.version} />
          <Versions id={id} list={versions} />
        </div>
      </div>
    </div>
  );
}

/** The whole tour as bidders would see it. */
function Whole({
  id,
  handle,
  visit,
}: {
  id: string;
  handle: RefObject<TourHandle | null>;
  visit: (scene: string) => void;
}) {
  const host = useRef<HTMLDivElement>(null);
  const document = useResource(`preview/${id}`, () => previewDocument(id));
  const data = document.data.value;
  // Mounted anew only with another document.
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
      {() => (
        <div class="preview tall">
          <div ref={host} class="preview-host" data-testid="review-tour" />
        </div>
      )}
    </Loaded>
  );
}

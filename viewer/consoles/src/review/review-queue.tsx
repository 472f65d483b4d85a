/** Tours that wait: for review, and, approved, for publication. */
import { useEvents } from "../api/events.ts";
import { type WaitingTour, waitingTours } from "../api/tours.ts";
import { moment } from "../format.ts";
import { TourBadge } from "../listings/states.tsx";
import { href, place, setQuery } from "../router.ts";
import { has } from "../session.ts";
import { language, t } from "../texts.ts";
import { More, PageFrame } from "../ui/page.tsx";
import { usePages } from "../ui/resource.ts";
import { Empty, Loaded } from "../ui/states.tsx";

export function ReviewQueue() {
  const asked = place.value.query.get("state");
  const state = asked ?? (has("reviewer") ? "submitted" : "approved");
  const list = usePages(`review?${state}`, (cursor) => waitingTours(state, cursor));
  useEvents("tour", () => void list.reload(), list.reload);
  const tab = (name: string, text: string) => (
    <a
      href={href(`/review?state=${name}`)}
      aria-current={state === name ? "page" : undefined}
      onClick={(event) => {
        event.preventDefault();
        setQuery({ state: name });
      }}
    >
      {t(text)}
    </a>
  );
  return (
    <PageFrame title={t("review-desk")} note={<span>{t("review-note")}</span>}>
      <nav class="tabs" aria-label={t("review-desk")}>
        {tab("submitted", "queue-submitted")}
        {tab("approved", "queue-approved")}
      </nav>
      <section class="card">
        <Loaded resource={list}>
          {(items) =>
            items.length === 0 ? (
              <Empty title={state === "submitted" ? t("queue-submitted-none") : t("queue-approved-none")} />
            ) : (
              <ul class="lines">
                {items.map((item) => (
                  <Line key={item.listing} item={item} />
                ))}
              </ul>
            )
          }
        </Loaded>
        <More more={list.more.value} loading={list.loading.value} load={() => void list.loadMore()} />
      </section>
    </PageFrame>
  );
}

function Line({ item }: { item: WaitingTour }) {
  return (
    <li class="line">
      <div class="grow">
        <a class="strong" href={href(`/listings/${item.listing}/review`)}>
          {item.title}
        </a>
        <div class="faint">
          {[item.case_number, item.agency, moment(item.updated_at, language.value)].filter(Boolean).join(" · ")}
        </div>
      </div>
      <TourBadge state={item.state} />
      <a class="button small" href={href(`/listings/${item.listing}/review`)}>
        {t("open-review")}
      </a>
    </li>
  );
}

/** Tours that wait: for review, and, approved, for publication. */
import { useEvents } from "../api/events.ts";
import { type Listing, listings } from "../api/listings.ts";
import { moment } from "../format.ts";
import { TourBadge } from "../listings/states.tsx";
import { href, place, setQuery } from "../router.ts";
import { has } from "../session.ts";
import { language, t } from "../texts.ts";
import { More, PageFrame } from "../ui/page.tsx";
import { usePages } from "../ui/resource.ts";
import { Empty, Loaded } from "../ui/states.tsx";

export function ReviewQueue() {
  const asked = place.value.query.get("media");
  const media = asked ?? (has("reviewer") ? "submitted" : "approved");
  const list = usePages(`review?${media}`, (cursor, signal) => listings({ media }, cursor, signal));
  useEvents("tour", () => void list.reload(), list.reload);
  const tab = (name: string, text: string) => (
    <a
      href={href(`/review?media=${name}`)}
      aria-current={media === name ? "page" : undefined}
      onClick={(event) => {
        event.preventDefault();
        setQuery({ media: name });
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
          {(items) => {
            // An older server may not know the filter: what does not belong here is left out.
            const shown = items.filter((item) => item.media === undefined || item.media === media);
            return shown.length === 0 ? (
              <Empty title={media === "submitted" ? t("queue-submitted-none") : t("queue-approved-none")} />
            ) : (
              <ul class="lines">
                {shown.map((item) => (
                  <Line key={item.id} item={item} />
                ))}
              </ul>
            );
          }}
        </Loaded>
        <More more={list.more.value} loading={list.loading.value} load={() => void list.loadMore()} />
      </section>
    </PageFrame>
  );
}

function Line({ item }: { item: Listing }) {
  return (
    <li class="line">
      <div class="grow">
        <a class="strong" href={href(`/listings/${item.id}/review`)}>
          {item.title}
        </a>
        <div class="faint">
          {[item.case_number, item.agency_name, item.updated_at ? moment(item.updated_at, language.value) : ""]
            .filter(Boolean)
            .join(" · ")}
        </div>
      </div>
      <TourBadge state={item.media} />
      <a class="button small" href={href(`/listings/${item.id}/review`)}>
        {t("open-review")}
      </a>
    </li>
  );
}

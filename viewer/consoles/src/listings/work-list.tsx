/** The work list: every listing that the person may see, searched and filtered. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useEvents } from "../api/events.ts";
import { KINDS, type Listing, listings } from "../api/listings.ts";
import { moment } from "../format.ts";
import { shortPrice } from "../money.ts";
import { href, place, setQuery } from "../router.ts";
import { has, ofAgency } from "../session.ts";
import { language, t } from "../texts.ts";
import { Icon } from "../ui/icons.tsx";
import { More, PageFrame } from "../ui/page.tsx";
import { usePages } from "../ui/resource.ts";
import { Empty, Loaded } from "../ui/states.tsx";
import { kindName, ROUND_STATES, RoundBadge, roundKindName, roundStateName } from "./states.tsx";

export function WorkList() {
  const { query } = place.value;
  const [q, state, kind] = [query.get("q"), query.get("state"), query.get("kind")];
  const list = usePages(`listings?${query}`, (cursor, signal) => listings({ q, state, kind }, cursor, signal));
  const typed = useSignal(q ?? "");
  useEffect(() => {
    const wait = window.setTimeout(() => {
      if (typed.value.trim() !== (place.value.query.get("q") ?? "")) setQuery({ q: typed.value.trim() || null });
    }, 350);
    return () => window.clearTimeout(wait);
  }, [typed.value]);
  useEvents("listing", () => void list.reload(), list.reload);
  const filtered = Boolean(q || state || kind);

  return (
    <PageFrame
      title={t("work-list")}
      note={<span>{ofAgency() ? t("work-list-note-agency") : t("work-list-note-court")}</span>}
      actions={
        has("clerk", "court_admin") && (
          <a class="button primary" href={href("/listings/new")}>
            <Icon name="plus" />
            {t("listing-new")}
          </a>
        )
      }
    >
      <search class="toolbar">
        <input
          type="search"
          aria-label={t("search")}
          placeholder={t("search-listings")}
          value={typed.value}
          onInput={(event) => {
            typed.value = event.currentTarget.value;
          }}
        />
        <select
          aria-label={t("filter-state")}
          value={state ?? ""}
          onChange={(event) => setQuery({ state: event.currentTarget.value || null })}
        >
          <option value="">{t("all-states")}</option>
          {ROUND_STATES.map((name) => (
            <option key={name} value={name}>
              {roundStateName(name)}
            </option>
          ))}
        </select>
        <select
          aria-label={t("filter-kind")}
          value={kind ?? ""}
          onChange={(event) => setQuery({ kind: event.currentTarget.value || null })}
        >
          <option value="">{t("all-kinds")}</option>
          {KINDS.map((name) => (
            <option key={name} value={name}>
              {kindName(name)}
            </option>
          ))}
        </select>
        {filtered && (
          <button
            type="button"
            class="button small"
            onClick={() => {
              typed.value = "";
              setQuery({ q: null, state: null, kind: null });
            }}
          >
            {t("clear-filters")}
          </button>
        )}
      </search>
      <section class="card" aria-label={t("work-list")}>
        <Loaded resource={list} rows={6}>
          {(items) =>
            items.length === 0 ? (
              <Empty title={filtered ? t("listings-none-found") : t("listings-none")}>
                {!filtered && (has("clerk", "court_admin") ? t("listings-none-court") : t("listings-none-agency"))}
              </Empty>
            ) : (
              <div class="table-wrap">
                <table class="table folds">
                  <thead>
                    <tr>
                      <th>{t("listing")}</th>
                      <th>{t("case-number")}</th>
                      <th>{t("round")}</th>
                      <th>{t("round-state")}</th>
                      <th class="end">{t("start-price")}</th>
                      <th>{t("opens-at")}</th>
                      <td class="corner" />
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((item) => (
                      <Row key={item.id} item={item} />
                    ))}
                  </tbody>
                </table>
              </div>
            )
          }
        </Loaded>
        <More more={list.more.value} loading={list.loading.value} load={() => void list.loadMore()} />
      </section>
    </PageFrame>
  );
}

function Row({ item }: { item: Listing }) {
  const { round } = item;
  const price = round?.terms.start_price;
  return (
    <tr>
      <td>
        <a class="strong" href={href(`/listings/${item.id}`)}>
          {item.title || item.facts.address || t("untitled")}
        </a>
        <div class="faint">{[kindName(item.facts.kind), item.facts.region].filter(Boolean).join(" · ")}</div>
      </td>
      <td class="nowrap" data-label={t("case-number")}>
        {item.case_number}
      </td>
      <td data-label={t("round")}>{roundKindName(round?.kind)}</td>
      <td data-label={t("round-state")}>
        <RoundBadge state={round?.state} />
      </td>
      <td class="end numbers nowrap" data-label={t("start-price")}>
        {price === null || price === undefined ? "—" : shortPrice(price)}
      </td>
      <td class="numbers nowrap" data-label={t("opens-at")}>
        {moment(round?.terms.opens_at, language.value)}
      </td>
      <td class="nowrap">
        <a href={href(`/listings/${item.id}/media`)}>{t("tab-media")}</a>
      </td>
    </tr>
  );
}

/** One listing: facts, rounds, corrections, history; and the way to its media, studio and review. */
import type { ComponentChildren } from "preact";
import { useEvents } from "../api/events.ts";
import { type Listing, listing } from "../api/listings.ts";
import { href } from "../router.ts";
import { has, ofAgency } from "../session.ts";
import { t } from "../texts.ts";
import { PageFrame } from "../ui/page.tsx";
import { useResource } from "../ui/resource.ts";
import { Loading, ProblemBox } from "../ui/states.tsx";
import { Corrections } from "./corrections.tsx";
import { FactsTab } from "./facts-tab.tsx";
import { History } from "./history.tsx";
import { Rounds } from "./rounds.tsx";
import { Snapshots } from "./snapshots.tsx";
import { RoundBadge } from "./states.tsx";

export type Tab = "facts" | "rounds" | "media" | "studio" | "review" | "corrections" | "history" | "statistics";

interface FrameProps {
  id: string;
  tab: Tab;
  item: Listing | undefined;
  actions?: ComponentChildren;
  children: ComponentChildren;
}

/** The frame that all pages of one listing share. */
export function ListingFrame({ id, tab, item, actions, children }: FrameProps) {
  const link = (name: Tab, path: string, text: string, shown = true): ComponentChildren =>
    shown && (
      <a href={href(`/listings/${id}${path}`)} aria-current={tab === name ? "page" : undefined}>
        {t(text)}
      </a>
    );
  return (
    <PageFrame
      title={item?.title || t("listing")}
      back={{ path: "/", label: t("work-list") }}
      note={
        item && (
          <>
            <span>{item.case_number}</span>
            <RoundBadge state={item.round?.state} />
            {item.visibility === "public" && <a href={`/listings/${item.id}`}>{t("public-page")}</a>}
          </>
        )
      }
      actions={actions}
    >
      <nav class="tabs" aria-label={t("listing")}>
        {link("facts", "", "tab-facts")}
        {link("rounds", "/rounds", "tab-rounds")}
        {link("media", "/media", "tab-media")}
        {link("studio", "/studio", "tab-studio")}
        {link("review", "/review", "tab-review", has("reviewer", "publisher"))}
        {link("corrections", "/corrections", "tab-corrections")}
        {link("statistics", "/statistics", "tab-statistics")}
        {link("history", "/history", "tab-history", !ofAgency())}
      </nav>
      {children}
    </PageFrame>
  );
}

export function ListingPage({ id, tab }: { id: string; tab: "facts" | "rounds" | "corrections" | "history" }) {
  const resource = useResource(`listing/${id}`, (signal) => listing(id, signal));
  const current = resource.data.value;
  useEvents(
    "listing",
    (data) => {
      if (typeof data === "object" && data !== null && (data as { id?: string }).id === id && tab !== "facts")
        void resource.reload();
    },
    tab === "facts" ? undefined : resource.reload,
  );
  return (
    <ListingFrame id={id} tab={tab} item={current?.value}>
      {resource.problem.value && <ProblemBox problem={resource.problem.value} retry={() => void resource.reload()} />}
      {!current ? (
        !resource.problem.value && <Loading rows={6} />
      ) : tab === "facts" ? (
        <FactsTab
          loaded={current}
          onSaved={(next) => {
            resource.data.value = next;
          }}
        />
      ) : tab === "rounds" ? (
        <Rounds item={current.value} changed={() => void resource.reload()} />
      ) : tab === "corrections" ? (
        <Corrections item={current.value} />
      ) : (
        <>
          <History id={id} />
          <Snapshots id={id} />
        </>
      )}
    </ListingFrame>
  );
}

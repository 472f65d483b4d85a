/** Which screen is shown: the door, or the page that the address names inside the shell. */
import type { ComponentType, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { closeEvents, openEvents } from "./api/events.ts";
import { asProblem } from "./api/problem.ts";
import { JobsPage } from "./jobs/jobs-page.tsx";
import { ListingPage } from "./listings/listing-page.tsx";
import { NewListing } from "./listings/new-listing.tsx";
import { WorkList } from "./listings/work-list.tsx";
import { AskedMasks } from "./masks/masks-dialog.tsx";
import { MediaPage } from "./media/media-page.tsx";
import { Account } from "./people/account.tsx";
import { AuditPage } from "./people/audit-page.tsx";
import { Setup, SignIn } from "./people/door.tsx";
import { Tenants } from "./people/tenants.tsx";
import { Users } from "./people/users.tsx";
import { ReviewDesk } from "./review/review-desk.tsx";
import { ReviewQueue } from "./review/review-queue.tsx";
import { matched, place } from "./router.ts";
import { onlyAudits, stage, start, startProblem } from "./session.ts";
import { Shell } from "./shell.tsx";
import { StatisticsPage } from "./statistics/statistics-page.tsx";
import { Studio } from "./studio/studio.tsx";
import { t } from "./texts.ts";
import { ConfirmHost } from "./ui/dialog.tsx";
import { PageFrame } from "./ui/page.tsx";
import { Empty, Loading, ProblemBox } from "./ui/states.tsx";
import { Toasts } from "./ui/toasts.tsx";

const CAPTURE = "/listings/:id/capture";

/** The photographer's page, loaded when it is opened. `alone`: nobody is signed in, for want of a network. */
function Capture({ id, alone = false }: { id: string; alone?: boolean }) {
  const [page, setPage] = useState<{ Page: ComponentType<{ id: string; alone?: boolean }> } | undefined>(undefined);
  const [problem, setProblem] = useState<unknown>(undefined);
  useEffect(() => {
    import("./capture/capture-page.tsx").then(({ default: Page }) => setPage({ Page }), setProblem);
  }, []);
  if (problem) return <ProblemBox problem={asProblem(problem)} />;
  return page ? <page.Page id={id} alone={alone} /> : <Loading />;
}

type Screen = (parts: Record<string, string>) => JSX.Element;

const ROUTES: [string, Screen][] = [
  ["/", () => <WorkList />],
  ["/listings", () => <WorkList />],
  ["/listings/new", () => <NewListing />],
  ["/listings/:id", ({ id = "" }) => <ListingPage key={id} id={id} tab="facts" />],
  ["/listings/:id/rounds", ({ id = "" }) => <ListingPage key={id} id={id} tab="rounds" />],
  ["/listings/:id/corrections", ({ id = "" }) => <ListingPage key={id} id={id} tab="corrections" />],
  ["/listings/:id/history", ({ id = "" }) => <ListingPage key={id} id={id} tab="history" />],
  ["/listings/:id/media", ({ id = "" }) => <MediaPage key={id} id={id} />],
  [CAPTURE, ({ id = "" }) => <Capture key={id} id={id} />],
  ["/listings/:id/studio", ({ id = "" }) => <Studio key={id} id={id} />],
  ["/listings/:id/review", ({ id = "" }) => <ReviewDesk key={id} id={id} />],
  ["/listings/:id/statistics", ({ id = "" }) => <StatisticsPage key={id} id={id} />],
  ["/review", () => <ReviewQueue />],
  ["/jobs", () => <JobsPage />],
  ["/users", () => <Users />],
  ["/tenants", () => <Tenants kind="agency" />],
  ["/courts", () => <Tenants kind="court" />],
  ["/audit", () => <AuditPage />],
  ["/account", () => <Account />],
];

export function App() {
  return (
    <>
      <Stage />
      <AskedMasks />
      <ConfirmHost />
      <Toasts />
    </>
  );
}

function Stage() {
  switch (stage.value) {
    case "starting":
      return (
        <div class="door">
          <Loading rows={3} />
        </div>
      );
    case "setup":
      return <Setup />;
    case "signed-out":
      return <SignIn />;
    case "unreachable": {
      const capture = matched(CAPTURE, place.value.path);
      if (capture && startProblem.value?.status === 0) return <WithoutNetwork id={capture.id ?? ""} />;
      return (
        <div class="door">
          <main class="door-card">
            {startProblem.value && <ProblemBox problem={startProblem.value} retry={() => void start()} />}
          </main>
        </div>
      );
    }
    case "signed-in":
      return <Inside />;
  }
}

/** Pictures can be taken all the same; signing in comes when there is a network. */
function WithoutNetwork({ id }: { id: string }) {
  useEffect(() => {
    const again = (): void => void start();
    window.addEventListener("online", again);
    return () => window.removeEventListener("online", again);
  }, []);
  return (
    <main id="main" class="alone">
      <Capture key={id} id={id} alone />
    </main>
  );
}

function Inside() {
  useEffect(() => {
    if (onlyAudits()) return;
    openEvents();
    return closeEvents;
  }, []);
  return (
    <Shell>
      <Routed />
    </Shell>
  );
}

function Routed() {
  const { path } = place.value;
  const first = useRef(true);
  // On each new page the focus goes to its title, for screen readers.
  useEffect(() => {
    if (first.current) first.current = false;
    else document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
  }, [path]);
  for (const [pattern, screen] of ROUTES) {
    const parts = matched(pattern, path);
    if (parts) return screen(parts);
  }
  return (
    <PageFrame title={t("page-missing")}>
      <div class="card">
        <Empty title={t("page-missing-text")}>
          <a class="button" href="/console">
            {t("to-work-list")}
          </a>
        </Empty>
      </div>
    </PageFrame>
  );
}

/** Background work: what runs now, what waits, what failed and why. */
import { useSignal } from "@preact/signals";
import { useEvents } from "../api/events.ts";
import { type Job, jobs } from "../api/jobs.ts";
import { moment } from "../format.ts";
import { href, place, setQuery } from "../router.ts";
import { language, t } from "../texts.ts";
import { More, PageFrame } from "../ui/page.tsx";
import { usePages } from "../ui/resource.ts";
import { Empty, Loaded } from "../ui/states.tsx";
import { JobButtons, JobDialog, JobProgress, jobKindName } from "./job-parts.tsx";

const STATES = ["queued", "running", "failed", "done", "cancelled"];

export function JobsPage() {
  const state = place.value.query.get("state");
  const list = usePages(`jobs?${state}`, (cursor) => jobs({ state }, cursor));
  const opened = useSignal<string | undefined>(undefined);
  useEvents(
    "job",
    (data) => {
      const next = data as Job;
      const items = list.data.value;
      if (!items) return;
      if (items.some((item) => item.id === next.id))
        list.data.value = items.map((item) => (item.id === next.id ? { ...item, ...next } : item));
      else if (!state || state === next.state) list.data.value = [next, ...items];
    },
    list.reload,
  );
  return (
    <PageFrame title={t("jobs")} note={<span>{t("jobs-note")}</span>}>
      <div class="toolbar">
        <select
          aria-label={t("filter-state")}
          value={state ?? ""}
          onChange={(event) => setQuery({ state: event.currentTarget.value || null })}
        >
          <option value="">{t("all-states")}</option>
          {STATES.map((name) => (
            <option key={name} value={name}>
              {t(`job-${name}`)}
            </option>
          ))}
        </select>
        <button type="button" class="button small" onClick={() => void list.reload()}>
          {t("refresh")}
        </button>
      </div>
      <section class="card">
        <Loaded resource={list}>
          {(items) =>
            items.length === 0 ? (
              <Empty title={t("jobs-none")} />
            ) : (
              <div class="table-wrap">
                <table class="table folds">
                  <thead>
                    <tr>
                      <th>{t("job")}</th>
                      <th>{t("job-progress")}</th>
                      <th>{t("job-attempts")}</th>
                      <th>{t("job-created")}</th>
                      <td class="corner" />
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((item) => (
                      <tr key={item.id}>
                        <td>
                          <button
                            type="button"
                            class="link strong cell-link"
                            onClick={() => {
                              opened.value = item.id;
                            }}
                          >
                            {jobKindName(item.kind)}
                          </button>
                          {item.listing && (
                            <div>
                              <a class="cell-link" href={href(`/listings/${item.listing}/media`)}>
                                {t("to-listing")}
                              </a>
                            </div>
                          )}
                        </td>
                        <td class="job-cell">
                          <JobProgress job={item} />
                        </td>
                        <td class="numbers" data-label={t("job-attempts")}>
                          {item.attempts} / {item.max_attempts}
                        </td>
                        <td class="numbers" data-label={t("job-created")}>
                          {moment(item.created_at, language.value)}
                        </td>
                        <td class="end">
                          <JobButtons job={item} changed={() => void list.reload()} />
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )
          }
        </Loaded>
        <More more={list.more.value} loading={list.loading.value} load={() => void list.loadMore()} />
      </section>
      {opened.value && (
        <JobDialog
          id={opened.value}
          onClose={() => {
            opened.value = undefined;
          }}
        />
      )}
    </PageFrame>
  );
}

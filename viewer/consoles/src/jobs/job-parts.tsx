/** Parts that show a job: bar with time left, reason of a failure, retry and cancel, log. */
import { useEvents } from "../api/events.ts";
import { cancelJob, type Job, type JobWithLog, job, retryJob } from "../api/jobs.ts";
import { clock, moment } from "../format.ts";
import { language, serverText, t, tOr } from "../texts.ts";
import { confirmed, Dialog } from "../ui/dialog.tsx";
import { Badge } from "../ui/page.tsx";
import { useResource } from "../ui/resource.ts";
import { Loaded } from "../ui/states.tsx";
import { toast, toastProblem } from "../ui/toasts.tsx";

export function jobKindName(kind: string): string {
  return tOr(`job-kind-${kind.replaceAll("_", "-")}`, kind);
}

/** Why a job failed, in the person's language where there is a text for it. */
export function reasonText(reason: Job["reason"]): string {
  if (!reason) return "";
  return serverText(reason.slug, reason.args) ?? reason.text;
}

const TONES = { queued: "plain", running: "info", done: "good", failed: "bad", cancelled: "warn" } as const;

export function JobProgress({ job: shown }: { job: Job }) {
  const running = shown.state === "running";
  const left = shown.eta ? (Date.parse(shown.eta) - Date.now()) / 1000 : null;
  return (
    <div class="job">
      <div class="row">
        <Badge tone={TONES[shown.state]}>
          {shown.cancel_requested && running ? t("job-cancelling") : t(`job-${shown.state}`)}
        </Badge>
        {running && <span class="numbers faint">{Math.round(shown.progress / 10)}%</span>}
        {running && left !== null && left > 0 && (
          <span class="numbers faint">{t("time-left", { time: clock(left) })}</span>
        )}
        {shown.state === "queued" && shown.attempts > 0 && (
          <span class="faint">{t("job-again-at", { time: moment(shown.not_before, language.value) })}</span>
        )}
      </div>
      {running && <Bar share={shown.progress / 1000} label={jobKindName(shown.kind)} />}
      {shown.reason && shown.state !== "done" && <p class="job-reason">{reasonText(shown.reason)}</p>}
    </div>
  );
}

export function Bar({ share, tone = "", label }: { share: number; tone?: "" | "good" | "bad"; label: string }) {
  const full = Math.min(1, Math.max(0, share));
  return (
    <div
      class={`bar ${tone}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(full * 100)}
    >
      <i style={{ transform: `scaleX(${full})` }} />
    </div>
  );
}

export function JobButtons({ job: shown, changed }: { job: Job; changed: () => void }) {
  const run = async (work: () => Promise<unknown>, text: string): Promise<void> => {
    try {
      await work();
      toast(text);
      changed();
    } catch (error) {
      toastProblem(error);
    }
  };
  if (shown.state === "failed" || shown.state === "cancelled")
    return (
      <button type="button" class="button small" onClick={() => run(() => retryJob(shown.id), t("job-retried"))}>
        {t("retry")}
      </button>
    );
  if ((shown.state === "queued" || shown.state === "running") && !shown.cancel_requested)
    return (
      <button
        type="button"
        class="button small quiet-danger"
        onClick={async () => {
          const sure = await confirmed({
            title: t("job-cancel"),
            text: t("job-cancel-text"),
            action: t("job-cancel"),
            danger: true,
          });
          if (sure !== null) await run(() => cancelJob(shown.id), t("job-cancel-asked"));
        }}
      >
        {t("job-cancel")}
      </button>
    );
  return null;
}

export function JobDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const resource = useResource<JobWithLog>(`job/${id}`, () => job(id));
  useEvents("job", (data) => {
    if ((data as Job).id === id) void resource.reload();
  });
  return (
    <Dialog title={t("job")} onClose={onClose} wide>
      <Loaded resource={resource}>
        {(value) => (
          <div class="stack">
            <h3>{jobKindName(value.kind)}</h3>
            <JobProgress job={value} />
            <ol class="log" aria-label={t("job-log")}>
              {(value.log ?? []).length === 0 && <li class="faint">{t("job-log-empty")}</li>}
              {(value.log ?? []).map((line, index) => (
                <li key={index}>
                  <span class="faint">{moment(line.at, language.value)}</span> {line.line}
                </li>
              ))}
            </ol>
            <footer class="dialog-foot">
              <JobButtons job={value} changed={() => void resource.reload()} />
            </footer>
          </div>
        )}
      </Loaded>
    </Dialog>
  );
}

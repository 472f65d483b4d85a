/** One set: the work on it, the panorama, and what the report says to a person. */
import { useSignal } from "@preact/signals";
import type { Asset, Note } from "../api/media.ts";
import { type PhotoSet, removeSet, type StitchReport } from "../api/sets.ts";
import { minus } from "../format.ts";
import { JobButtons, JobDialog, JobProgress } from "../jobs/job-parts.tsx";
import { t } from "../texts.ts";
import { Icon } from "../ui/icons.tsx";
import { Badge } from "../ui/page.tsx";
import { removeAfterAsking } from "../ui/removing.ts";
import { noteText } from "./asset-card.tsx";
import { LayoutMap } from "./layout-map.tsx";
import { PointsDialog } from "./points-dialog.tsx";
import { Strip } from "./sets-panel.tsx";
import { TiltDialog } from "./tilt-dialog.tsx";

interface Props {
  set: PhotoSet;
  files: Asset[];
  edit: () => void;
  changed: () => void;
}

export function SetCard({ set, files, edit, changed }: Props) {
  const log = useSignal<string | undefined>(undefined);
  const open = useSignal<"tilt" | "points" | undefined>(undefined);
  const shut = (): void => {
    open.value = undefined;
  };
  const { report, job } = set;
  const panorama = files.find((file) => file.id === set.panorama);
  const drop = (): Promise<void> =>
    removeAfterAsking({
      title: t("set-remove"),
      text: t("set-remove-text", { name: set.name }),
      remove: () => removeSet(set.id),
      done: t("set-removed", { name: set.name }),
      changed,
    });
  return (
    <article class="set" aria-label={set.name}>
      <div class="row apart">
        <h3>{set.name}</h3>
        <div class="row tight">
          {report && <VerdictBadge report={report} photos={set.photos.length} />}
          <button type="button" class="button small" onClick={edit}>
            {t("set-edit")}
          </button>
          <button
            type="button"
            class="icon-button"
            aria-label={`${t("set-remove")} ${set.name}`}
            title={t("set-remove")}
            onClick={drop}
          >
            <Icon name="trash" />
          </button>
        </div>
      </div>
      {panorama?.thumbnail ? (
        <img class="set-panorama" src={panorama.thumbnail} alt={t("set-panorama", { name: set.name })} loading="lazy" />
      ) : (
        <Strip photos={set.photos} files={files} />
      )}
      {job && job.state !== "done" && (
        <div class="asset-job">
          <div class="row apart">
            <button
              type="button"
              class="link"
              onClick={() => {
                log.value = job.id;
              }}
            >
              {t("job-log")}
            </button>
            <JobButtons job={job} changed={changed} />
          </div>
          <JobProgress job={job} />
          {job.state === "running" && job.preview?.layout && (
            <LayoutMap report={job.preview.layout} under={job.preview.seams} />
          )}
        </div>
      )}
      {report && <ReportView report={report} set={set} />}
      {set.photos.length > 1 && (report || job?.state === "failed") && (
        <div class="row tight">
          {panorama?.thumbnail && set.project && (
            <button
              type="button"
              class="button small"
              onClick={() => {
                open.value = "tilt";
              }}
            >
              {t("set-level-open")}
            </button>
          )}
          <button
            type="button"
            class="button small"
            onClick={() => {
              open.value = "points";
            }}
          >
            {t("set-points-open")}
          </button>
        </div>
      )}
      {open.value === "tilt" && panorama && <TiltDialog set={set} panorama={panorama} close={shut} changed={changed} />}
      {open.value === "points" && <PointsDialog set={set} files={files} close={shut} changed={changed} />}
      {log.value && (
        <JobDialog
          id={log.value}
          onClose={() => {
            log.value = undefined;
          }}
        />
      )}
    </article>
  );
}

function VerdictBadge({ report, photos }: { report: StitchReport; photos: number }) {
  const placed = t("set-placed", { placed: report.placed.length, of: photos });
  return <Badge tone={report.verdict === "complete" ? "good" : "warn"}>{placed}</Badge>;
}

/** To a tenth; nothing is minus nothing. */
function degrees(angle: number): string {
  const tenths = Math.round(angle * 10) / 10 || 0;
  return `${minus(tenths.toFixed(1))}°`;
}

function Notes({ notes }: { notes: Note[] }) {
  return (
    <ul class="reasons">
      {notes.map((note, index) => (
        <li key={index}>{noteText(note)}</li>
      ))}
    </ul>
  );
}

function ReportView({ report, set }: { report: StitchReport; set: PhotoSet }) {
  const [middle, worst] = report.misalignment_arcmin;
  const lost = report.left_out.filter((photo) => !photo.on_purpose);
  return (
    <div class="stack tight">
      {lost.length > 0 && (
        <div>
          <strong>{t("set-left-out")}</strong>
          <ul class="reasons">
            {lost.map((photo) => (
              <li key={photo.photo}>
                {t("set-left-out-photo", { photo: photo.photo, reason: noteText(photo.reason) })}
              </li>
            ))}
          </ul>
        </div>
      )}
      {report.gaps.length > 0 && (
        <div>
          <strong>{t("set-gaps")}</strong>
          <ul class="reasons">
            {report.gaps.map((gap, index) => (
              <li key={index}>
                {t("set-gap", {
                  place: noteText(gap.place),
                  percent: Math.max(1, Math.round(100 * gap.share)),
                  advice: noteText(gap.advice),
                })}
              </li>
            ))}
          </ul>
        </div>
      )}
      {report.warnings.length > 0 && (
        <div>
          <strong>{t("set-warnings")}</strong>
          <Notes notes={report.warnings} />
        </div>
      )}
      <details class="detail">
        <summary>{t("set-figures")}</summary>
        <dl class="figures">
          <dt>{t("set-confidence")}</dt>
          <dd class="numbers">{Math.round(100 * report.confidence)}%</dd>
          <dt>{t("set-misalignment")}</dt>
          <dd class="numbers">{t("set-arcmin", { middle: middle.toFixed(1), worst: worst.toFixed(1) })}</dd>
          <dt>{t("set-filled")}</dt>
          <dd class="numbers">{(100 * report.filled).toFixed(1)}%</dd>
          {report.mark && (
            <>
              <dt>{t("set-marked")}</dt>
              <dd class="numbers">
                {t("set-marked-of", {
                  degrees: Math.round(report.mark.degrees),
                  photographed: (100 * report.mark.photographed).toFixed(1),
                })}
              </dd>
            </>
          )}
        </dl>
        <LayoutMap report={report} />
        <div class="table-wrap">
          <table class="table numbers set-places">
            <thead>
              <tr>
                <th>{t("set-number")}</th>
                <th>{t("set-photo")}</th>
                <th>{t("set-yaw")}</th>
                <th>{t("set-pitch")}</th>
                <th>{t("set-shown")}</th>
              </tr>
            </thead>
            <tbody>
              {report.placed.map((photo, index) => (
                <tr key={photo.photo}>
                  <td>{index + 1}</td>
                  <td class="set-file">{photo.photo}</td>
                  <td>{degrees(photo.attitude.yaw)}</td>
                  <td>{degrees(photo.attitude.pitch)}</td>
                  <td>{(100 * photo.shown).toFixed(1)}%</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
      {set.provenance && (
        <a href={set.provenance} target="_blank" rel="noopener">
          {t("set-provenance")}
        </a>
      )}
      {set.project && (
        <a href={set.project} download>
          {t("set-project")}
        </a>
      )}
    </div>
  );
}

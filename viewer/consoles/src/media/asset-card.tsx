/** One file: picture, what it is taken for and why, warnings, the work on it. */
import { useSignal } from "@preact/signals";
import type { Job } from "../api/jobs.ts";
import { type Asset, removeAsset, takeAs } from "../api/media.ts";
import { bytes, day } from "../format.ts";
import { JobButtons, JobDialog, JobProgress, jobKindName } from "../jobs/job-parts.tsx";
import { language, t, tOr } from "../texts.ts";
import { confirmed } from "../ui/dialog.tsx";
import { Icon } from "../ui/icons.tsx";
import { Badge } from "../ui/page.tsx";
import { toast, toastProblem } from "../ui/toasts.tsx";

/** What a file can be taken for; the server's words. */
export const TAKEN_AS = [
  "equirectangular",
  "equirectangular_cropped",
  "dual_fisheye",
  "fisheye",
  "flat_photo",
  "video",
  "other",
] as const;

type Note = string | { slug: string; args?: Record<string, string | number>; text?: string };

/** A reason or a warning in words. */
export function noteText(note: Note): string {
  if (typeof note === "string") return tOr(note, note);
  return tOr(note.slug, "") ? t(note.slug, note.args ?? {}) : (note.text ?? note.slug);
}

export function takenName(kind: string): string {
  return tOr(`taken-${kind.replaceAll("_", "-")}`, kind);
}

interface Props {
  asset: Asset;
  work: Job[];
  changed: () => void;
  workChanged: () => void;
}

export function AssetCard({ asset, work, changed, workChanged }: Props) {
  const log = useSignal<string | undefined>(undefined);
  const broken = useSignal(false);
  const probe = asset.probe ?? undefined;
  const warnings = (probe?.warnings ?? []) as Note[];
  const reasons = (probe?.reasons ?? []) as Note[];
  const options: string[] = [...TAKEN_AS];
  if (asset.taken_as && !options.includes(asset.taken_as)) options.unshift(asset.taken_as);
  const shown = work.filter((job) => job.state !== "done");

  const take = async (next: string): Promise<void> => {
    const before = asset.taken_as;
    try {
      await takeAs(asset.id, next);
      toast(t("taken-changed", { name: asset.filename, kind: takenName(next) }), {
        ...(before
          ? {
              undo: () => {
                takeAs(asset.id, before).then(changed, toastProblem);
              },
            }
          : {}),
      });
      changed();
    } catch (error) {
      toastProblem(error);
    }
  };
  const drop = async (): Promise<void> => {
    const sure = await confirmed({
      title: t("asset-remove"),
      text: t("asset-remove-text", { name: asset.filename }),
      action: t("asset-remove"),
      danger: true,
    });
    if (sure === null) return;
    try {
      await removeAsset(asset.id);
      toast(t("asset-removed", { name: asset.filename }));
      changed();
    } catch (error) {
      toastProblem(error);
    }
  };

  return (
    <li class="asset">
      <div class="asset-picture">
        {broken.value ? (
          <Icon name="photo" />
        ) : (
          <img
            src={`/api/v1/assets/${asset.id}/thumbnail.jpg?v=${asset.taken_as ?? ""}`}
            alt={t("asset-picture", { name: asset.filename })}
            loading="lazy"
            onError={() => {
              broken.value = true;
            }}
          />
        )}
      </div>
      <div class="asset-body">
        <div class="row apart">
          <strong class="asset-name" title={asset.filename}>
            {asset.filename}
          </strong>
          <button type="button" class="icon-button" aria-label={`${t("asset-remove")} ${asset.filename}`} title={t("asset-remove")} onClick={drop}>
            <Icon name="trash" />
          </button>
        </div>
        <p class="faint numbers">
          {[
            probe?.width && probe.height ? `${probe.width} × ${probe.height}` : "",
            bytes(asset.size),
            probe?.captured_at ? day(probe.captured_at, language.value) : "",
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
        <label class="field">
          <span class="label">{t("taken-as")}</span>
          <select value={asset.taken_as ?? ""} disabled={!asset.taken_as && !probe} onChange={(event) => take(event.currentTarget.value)}>
            {!asset.taken_as && <option value="">{probe ? t("taken-unclear") : t("taken-not-yet")}</option>}
            {options.map((kind) => (
              <option key={kind} value={kind}>
                {takenName(kind)}
              </option>
            ))}
          </select>
        </label>
        {reasons.length > 0 && (
          <details class="detail">
            <summary>{t("taken-why")}</summary>
            <ul class="reasons">
              {reasons.map((reason, index) => (
                <li key={index}>{noteText(reason)}</li>
              ))}
            </ul>
          </details>
        )}
        {warnings.length > 0 && (
          <div class="row tight">
            {warnings.map((warning, index) => (
              <Badge key={index} tone="warn">
                {noteText(warning)}
              </Badge>
            ))}
          </div>
        )}
        {shown.map((job) => (
          <div key={job.id} class="asset-job">
            <div class="row apart">
              <button
                type="button"
                class="link"
                onClick={() => {
                  log.value = job.id;
                }}
              >
                {jobKindName(job.kind)}
              </button>
              <JobButtons job={job} changed={workChanged} />
            </div>
            <JobProgress job={job} />
          </div>
        ))}
      </div>
      {log.value && (
        <JobDialog
          id={log.value}
          onClose={() => {
            log.value = undefined;
          }}
        />
      )}
    </li>
  );
}

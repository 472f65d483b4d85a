/** One file: picture, what it is taken for and why, warnings, the work on it. */
import { useSignal } from "@preact/signals";
import type { Job } from "../api/jobs.ts";
import { type Asset, type Note, removeAsset, takeAs, takenFor } from "../api/media.ts";
import { bytes, day, minus } from "../format.ts";
import { JobButtons, JobDialog, JobProgress, jobKindName } from "../jobs/job-parts.tsx";
import { MasksDialog } from "../masks/masks-dialog.tsx";
import { language, serverText, t } from "../texts.ts";
import { Icon } from "../ui/icons.tsx";
import { Badge } from "../ui/page.tsx";
import { removeAfterAsking } from "../ui/removing.ts";
import { toast, toastProblem } from "../ui/toasts.tsx";
import { VideoDialog } from "./video-dialog.tsx";

/** What a file can be taken for; the server's words. */
export const TAKEN_AS = [
  "equirectangular",
  "equirectangular_cropped",
  "dual_fisheye",
  "fisheye",
  "flat_photo",
  "stereo_top_bottom",
  "vr180",
  "cylindrical",
  "floor_plan",
  "unsupported",
] as const;

/** A reason, a warning or a refusal in words. */
export function noteText({ slug, args = {}, message }: Note): string {
  const shown = Object.fromEntries(Object.entries(args).map(([name, value]) => [name, minus(value)]));
  return serverText(slug, shown) ?? serverText(`probe-${slug}`, shown) ?? message ?? slug;
}

export function takenName(kind: string): string {
  return serverText(`taken-for-${kind.replaceAll("_", "-")}`) ?? kind;
}

interface Props {
  asset: Asset;
  work: Job[];
  /** Masks that the program proposes and nobody has decided on. */
  proposals: number;
  changed: () => void;
  workChanged: () => void;
}

export function AssetCard({ asset, work, proposals, changed, workChanged }: Props) {
  const log = useSignal<string | undefined>(undefined);
  const masking = useSignal(false);
  const broken = useSignal(false);
  const playing = useSignal(false);
  const probe = asset.probe ?? undefined;
  const warnings = probe?.warnings ?? [];
  const reasons = probe?.reasons ?? [];
  const taken = takenFor(asset);
  const captured = probe?.exif?.captured_at?.local;
  const twoEyes = taken === "stereo_top_bottom" || taken === "vr180";
  const tiled = twoEyes || taken === "equirectangular" || taken === "equirectangular_cropped";
  const flat = (taken === "flat_photo" || taken === "floor_plan") && asset.thumbnail !== null;
  const maskable = asset.state === "ready" && (tiled || flat);
  const shown = work.filter((job) => job.state !== "done");

  const take = async (next: string): Promise<void> => {
    const before = asset.taken_as;
    try {
      await takeAs(asset.id, next);
      toast(t("taken-changed", { name: asset.file_name, kind: takenName(next) }), {
        undo: () => {
          takeAs(asset.id, before).then(changed, toastProblem);
        },
      });
      changed();
    } catch (error) {
      toastProblem(error);
    }
  };
  const drop = (): Promise<void> =>
    removeAfterAsking({
      title: t("asset-remove"),
      text: t("asset-remove-text", { name: asset.file_name }),
      remove: () => removeAsset(asset.id),
      done: t("asset-removed", { name: asset.file_name }),
      changed,
    });

  return (
    <li class="asset">
      <div class="asset-picture">
        {broken.value || !asset.thumbnail ? (
          <Icon name={taken === "sound" ? "sound" : "photo"} />
        ) : (
          <img
            src={asset.thumbnail}
            alt={t("asset-picture", { name: asset.file_name })}
            loading="lazy"
            onError={() => {
              broken.value = true;
            }}
          />
        )}
      </div>
      <div class="asset-body">
        <div class="row apart">
          <strong class="asset-name" title={asset.file_name}>
            {asset.file_name}
          </strong>
          <button
            type="button"
            class="icon-button"
            aria-label={`${t("asset-remove")} ${asset.file_name}`}
            title={t("asset-remove")}
            onClick={drop}
          >
            <Icon name="trash" />
          </button>
        </div>
        <p class="faint numbers">
          {[
            probe?.width && probe.height ? `${probe.width} × ${probe.height}` : "",
            bytes(asset.size),
            captured ? day(captured.slice(0, 10), language.value) : "",
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
        {taken === "tour_project" || taken === "video" || taken === "sound" ? (
          <p>{takenName(taken)}</p>
        ) : (
          <label class="field">
            <span class="label">{t("taken-as")}</span>
            <select
              value={taken ?? ""}
              disabled={asset.state === "waiting"}
              onChange={(event) => take(event.currentTarget.value)}
            >
              {!taken && (
                <option value="">{asset.state === "waiting" ? t("taken-not-yet") : t("taken-unclear")}</option>
              )}
              {TAKEN_AS.map((kind) => (
                <option key={kind} value={kind}>
                  {takenName(kind)}
                </option>
              ))}
            </select>
          </label>
        )}
        {asset.taken_as && <p class="hint">{t("taken-by-hand")}</p>}
        {twoEyes && <p class="hint">{t("taken-two-eyes")}</p>}
        {asset.refusal && (
          <p class="field-error" role="alert">
            {noteText(asset.refusal)}
          </p>
        )}
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
        {asset.video && (
          <div class="row tight">
            <button
              type="button"
              class="button small"
              onClick={() => {
                playing.value = true;
              }}
            >
              <Icon name="play" />
              {t("video-play")}
            </button>
          </div>
        )}
        {asset.sound && (
          // biome-ignore lint/a11y/useMediaCaption: agencies write its words beside the scene that plays it
          <audio
            class="record-sound"
            controls
            preload="none"
            src={asset.sound.address}
            aria-label={t("sound-of", { name: asset.file_name })}
          />
        )}
        {maskable && (
          <div class="row tight">
            <button
              type="button"
              class="button small"
              onClick={() => {
                masking.value = true;
              }}
            >
              <Icon name="eye" />
              {t("mask-open")}
            </button>
            {proposals > 0 && <Badge tone="warn">{t("mask-proposals-open", { count: proposals })}</Badge>}
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
      {masking.value && (
        <MasksDialog
          asset={asset.id}
          onClose={() => {
            masking.value = false;
          }}
          changed={changed}
        />
      )}
      {playing.value && (
        <VideoDialog
          asset={asset.id}
          name={asset.file_name}
          onClose={() => {
            playing.value = false;
          }}
        />
      )}
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

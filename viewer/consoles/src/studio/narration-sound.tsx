/** The recording of a scene's narration: chosen among those of the listing, sent from the disk, or recorded here. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { useEvents } from "../api/events.ts";
import { type Job, jobs } from "../api/jobs.ts";
import { type Asset, allAssets, asset as loadAsset, soundOf, takenFor } from "../api/media.ts";
import type { DraftScene } from "../api/tours.ts";
import { clock } from "../format.ts";
import { noteText } from "../media/asset-card.tsx";
import { sendOne } from "../media/send-one.ts";
import { t } from "../texts.ts";
import { SelectField } from "../ui/fields.tsx";
import { FileButton } from "../ui/file-button.tsx";
import { Icon } from "../ui/icons.tsx";
import { useResource } from "../ui/resource.ts";
import type { StudioModel } from "./model.ts";
import { canRecord } from "./recorder.ts";
import { RecorderDialog } from "./recorder-dialog.tsx";

/** A file on its way to be the recording of a scene. */
interface Coming {
  scene: string;
  name: string;
  /** Once it is sent. */
  asset?: string;
  share: number;
  problem?: string;
}

export function NarrationSound({ model, scene }: { model: StudioModel; scene: DraftScene }) {
  const list = useResource(`sounds/${model.listing}`, async () =>
    (await allAssets(model.listing)).filter((one) => one.sound !== null),
  );
  const coming = useSignal<Coming | undefined>(undefined);
  const recording = useSignal(false);
  const stop = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => stop.current?.abort(), []);
  const chosen = scene.narration_sound ?? null;
  const fixed = !model.editable;
  const take = (id: string, sound: string | null): void => model.edit({ do: "narration-sound", scene: id, sound });

  /** Looks whether what was sent is converted by now, or why it cannot be. */
  const look = async (): Promise<void> => {
    const now = coming.value;
    if (!now?.asset) return;
    const found = await loadAsset(now.asset);
    if (coming.value?.asset !== found.id) return;
    const problem = problemOf(found);
    if (problem) coming.value = { ...now, problem };
    else if (found.sound) {
      coming.value = undefined;
      await list.reload();
      take(now.scene, found.id);
    }
  };
  const failed = (job: Job): void => {
    const now = coming.value;
    if (!now?.asset || job.subject !== now.asset || job.state !== "failed") return;
    coming.value = { ...now, problem: job.reason?.text ?? t("narration-sound-failed") };
  };
  useEvents("asset", (data) => {
    if ((data as { id: string }).id === coming.value?.asset) void look().catch(() => {});
  });
  useEvents(
    "job",
    (data) => failed(data as Job),
    () => {
      void look().catch(() => {});
      jobs({ listing: model.listing }, null).then(({ items }) => items.forEach(failed), () => {}); // biome-ignore format: short
    },
  );

  const send = async (sent: File): Promise<void> => {
    const own = new AbortController();
    stop.current = own;
    const begun = { scene: scene.id, name: sent.name, share: 0 };
    coming.value = begun;
    try {
      const asset = await sendOne(
        model.listing,
        sent,
        (share) => {
          if (!own.signal.aborted) coming.value = { ...begun, share };
        },
        own.signal,
      );
      coming.value = { ...begun, share: 1, asset };
      await look();
    } catch (problem) {
      if (!own.signal.aborted) coming.value = { ...begun, problem: String((problem as Error).message ?? problem) };
    }
  };
  const abandon = (): void => {
    stop.current?.abort();
    coming.value = undefined;
  };

  const known = list.data.value ?? [];
  const options = known.map(({ id, file_name, sound }) => ({
    value: id,
    label: `${file_name} · ${clock(sound?.seconds ?? 0)}`,
  }));
  if (chosen && !known.some(({ id }) => id === chosen)) options.push({ value: chosen, label: t("narration-sound") });
  const words = scene.narration?.trim() ?? "";
  return (
    <div class="stack tight" data-testid="narration-sound">
      <SelectField
        label={t("narration-sound")}
        value={chosen ?? ""}
        none={t("narration-sound-none")}
        options={options}
        disabled={fixed}
        onChange={(id) => take(scene.id, id || null)}
      />
      {chosen && (
        // biome-ignore lint/a11y/useMediaCaption: the text above it is its caption
        <audio
          key={chosen}
          class="record-sound"
          controls
          preload="none"
          src={soundOf(chosen)}
          aria-label={t("narration-sound")}
        />
      )}
      {chosen && !words && (
        <p class="field-error" role="status">
          {t("narration-sound-wordless")}
        </p>
      )}
      {!fixed && !coming.value && (
        <div class="row">
          {canRecord() && (
            <button
              type="button"
              class="button small"
              onClick={() => {
                recording.value = true;
              }}
            >
              <Icon name="microphone" />
              {t("narration-record")}
            </button>
          )}
          <FileButton
            label={t("narration-upload")}
            accept="audio/*,.m4a,.mp3,.wav,.ogg,.opus,.flac,.amr,.aac,.webm"
            kind="small"
            icon
            testId="narration-file"
            take={send}
          />
        </div>
      )}
      {coming.value && <OnItsWay coming={coming.value} abandon={abandon} />}
      <p class="hint">{t("narration-sound-hint")}</p>
      {recording.value && (
        <RecorderDialog
          title={scene.title || t("untitled")}
          words={words}
          take={send}
          onClose={() => {
            recording.value = false;
          }}
        />
      )}
    </div>
  );
}

/** Why a file that was sent cannot be told in a room; undefined while that is not known, or if it can. */
function problemOf(asset: Asset): string | undefined {
  if (asset.state === "refused" && asset.refusal) return noteText(asset.refusal);
  if (asset.state === "ready" && takenFor(asset) !== "sound") return t("narration-sound-other");
  return undefined;
}

function OnItsWay({ coming, abandon }: { coming: Coming; abandon: () => void }) {
  return (
    <div class="stack tight">
      <div class="row apart" role="status">
        <span class={coming.problem ? "field-error" : ""}>
          {coming.problem ?? t(coming.asset ? "narration-converting" : "narration-sending", { name: coming.name })}
        </span>
        <button type="button" class="button small" onClick={abandon}>
          {t(coming.problem ? "close" : "cancel")}
        </button>
      </div>
      {!coming.problem && <progress max={1} {...(coming.asset ? {} : { value: coming.share })} />}
    </div>
  );
}

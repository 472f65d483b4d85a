/** Chooses the picture below the plan: one of the listing's drawings and photos, or a new one from this device. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { type Asset, allAssets, takenFor } from "../../api/media.ts";
import { asProblem } from "../../api/problem.ts";
import { Bar } from "../../jobs/job-parts.tsx";
import { t } from "../../texts.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { FileButton } from "../../ui/file-button.tsx";
import { useResource } from "../../ui/resource.ts";
import { Loaded } from "../../ui/states.tsx";
import { type SendingStep, sendPlanPicture } from "./send-plan-picture.ts";

interface Props {
  listing: string;
  /** `shape`: height over width as it is shown. */
  choose: (asset: string, shape: number) => void;
  onClose: () => void;
}

/** What may lie below a plan, drawings first. */
async function picturesOf(listing: string): Promise<Asset[]> {
  const usable = (await allAssets(listing)).filter(
    (one) => one.state === "ready" && one.thumbnail !== null && shapeOf(one) !== null,
  );
  const ofKind = (kind: string) => usable.filter((one) => takenFor(one) === kind);
  return [...ofKind("floor_plan"), ...ofKind("flat_photo")];
}

function shapeOf({ probe }: Asset): number | null {
  return probe && probe.width > 0 && probe.height > 0 ? probe.height / probe.width : null;
}

export function PlanPicturePicker({ listing, choose, onClose }: Props) {
  const list = useResource(`plan-pictures/${listing}`, () => picturesOf(listing));
  const step = useSignal<SendingStep | undefined>(undefined);
  const refused = useSignal("");
  const stop = useRef(new AbortController());
  useEffect(() => () => stop.current.abort(), []);

  const take = (one: Asset): void => {
    const shape = shapeOf(one);
    if (shape !== null) choose(one.id, shape);
  };
  const send = async (file: File): Promise<void> => {
    refused.value = "";
    try {
      const one = await sendPlanPicture(listing, file, (next) => (step.value = next), stop.current.signal);
      if (!stop.current.signal.aborted) take(one);
    } catch (error) {
      if (!stop.current.signal.aborted) refused.value = asProblem(error).message;
    } finally {
      step.value = undefined;
    }
  };
  return (
    <Dialog title={t("plan-picture-choose")} onClose={onClose} wide>
      <div class="stack">
        <div class="row">
          <FileButton
            label={t("plan-picture-upload")}
            accept="image/jpeg,image/png,image/webp,image/tiff,image/heic,image/heif,.heic,.heif"
            kind="primary"
            icon
            disabled={step.value !== undefined}
            take={send}
          />
          <p class="hint grow">{t("plan-picture-upload-hint")}</p>
        </div>
        {step.value && (
          <div role="status" class="stack tight">
            <p>{t(`plan-picture-${step.value.now}`)}</p>
            <Bar share={step.value.share} label={t(`plan-picture-${step.value.now}`)} />
          </div>
        )}
        {refused.value && (
          <p class="notice bad" role="alert">
            {refused.value}
          </p>
        )}
        <Loaded resource={list}>
          {(items) =>
            items.length === 0 ? (
              <p class="hint">{t("plan-picture-no-others")}</p>
            ) : (
              <ul class="photo-picks">
                {items.map((one) => (
                  <li key={one.id}>
                    <button
                      type="button"
                      class="photo-pick"
                      disabled={step.value !== undefined}
                      onClick={() => take(one)}
                    >
                      <img src={one.thumbnail ?? ""} alt="" loading="lazy" />
                      <span class="photo-pick-name">{one.file_name}</span>
                    </button>
                  </li>
                ))}
              </ul>
            )
          }
        </Loaded>
      </div>
    </Dialog>
  );
}

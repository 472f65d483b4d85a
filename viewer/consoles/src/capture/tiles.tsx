/** A picture as a tile: on this device with what was found out about it, or on the server. */
import { useEffect, useState } from "preact/hooks";
import type { ListedFile } from "../api/shot-list.ts";
import { bytes } from "../format.ts";
import { takenName } from "../media/asset-card.tsx";
import { t } from "../texts.ts";
import { confirmed } from "../ui/dialog.tsx";
import { Icon } from "../ui/icons.tsx";
import { toastProblem } from "../ui/toasts.tsx";
import { adviceOn } from "./advice.ts";
import type { CaptureModel } from "./model.ts";
import type { Shot } from "./store.ts";

/** The address of a picture that is on this device, as long as the tile is shown. */
function useAddress(blob: Blob | null): string | undefined {
  const [address, setAddress] = useState<string | undefined>(undefined);
  useEffect(() => {
    if (!blob) return undefined;
    const made = URL.createObjectURL(blob);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
    // The record is read anew each time; the preview of a picture never changes.
  }, [blob !== null]);
  return address;
}

export function ShotTile({ shot, model }: { shot: Shot; model: CaptureModel }) {
  model.beat.value;
  const address = useAddress(shot.preview);
  const advice = shot.measures ? adviceOn(shot.measures, shot.need) : [];
  const current = model.outbox.current;
  const sending = current?.id === shot.id ? current : null;
  const looking = !shot.measures && !shot.unreadable;
  const state = shot.asset
    ? t("capture-state-sent")
    : shot.error
      ? t("capture-state-failed")
      : sending
        ? t("capture-state-sending", { share: Math.floor(sending.share * 100) })
        : t("capture-state-here");
  const remove = async (): Promise<void> => {
    const title = t("capture-discard");
    const text = t(shot.asset ? "capture-discard-sent" : "capture-discard-text");
    if ((await confirmed({ title, text, action: title, danger: true })) === null) return;
    await model.discard(shot).catch(toastProblem);
  };
  return (
    <li
      class="capture-tile"
      data-sent={shot.asset !== null}
      data-checked={!looking}
      data-advice={advice.map((one) => one.key).join(" ")}
    >
      <div class="capture-picture">
        {address ? <img src={address} alt={shot.name} /> : <Icon name="photo" />}
        <button
          type="button"
          class="capture-remove"
          aria-label={`${t("capture-discard")} ${shot.name}`}
          onClick={() => void remove()}
        >
          <Icon name="trash" />
        </button>
      </div>
      <p class="capture-state numbers">
        {state} · {bytes(shot.size)}
      </p>
      <div role="status">
        {looking && <p class="hint">{t("capture-looking")}</p>}
        {shot.unreadable && <p class="hint">{t("capture-unreadable")}</p>}
        {advice.map(({ key, tone, args }) => (
          <p key={key} class={`capture-advice ${tone}`}>
            {t(`capture-${key}`, args)}
          </p>
        ))}
        {shot.measures && advice.length === 0 && (
          <p class="capture-advice good">{shot.measures.blur === null ? t("capture-not-judged") : t("capture-fine")}</p>
        )}
      </div>
      {shot.error && (
        <div class="stack tight">
          <p class="field-error">{shot.error}</p>
          <button type="button" class="button" onClick={() => void model.retry(shot)}>
            {t("try-again")}
          </button>
        </div>
      )}
    </li>
  );
}

export function SentTile({ file }: { file: ListedFile }) {
  return (
    <li class="capture-tile" data-sent="true">
      <div class="capture-picture">
        {file.thumbnail ? <img src={file.thumbnail} alt={file.file_name} loading="lazy" /> : <Icon name="photo" />}
      </div>
      <p class="capture-state">{t("capture-state-sent")}</p>
      {file.taken_for && <p class="hint">{takenName(file.taken_for)}</p>}
    </li>
  );
}

/** Records what is said in a room: with a meter, to be listened to before it is taken. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { clock } from "../format.ts";
import { t } from "../texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icons.tsx";
import { LONGEST, type Recording, record, recordingName, type Trouble } from "./recorder.ts";

interface Props {
  title: string;
  /** What is to be said, where that is written already. */
  words: string;
  take: (file: File) => void;
  onClose: () => void;
}

export function RecorderDialog({ title, words, take, onClose }: Props) {
  const running = useRef<Recording | undefined>(undefined);
  const state = useSignal<"ready" | "waits" | "records" | "recorded">("ready");
  const seconds = useSignal(0);
  const level = useSignal(0);
  const trouble = useSignal<Trouble | undefined>(undefined);
  const sound = useSignal<{ blob: Blob; address: string } | undefined>(undefined);
  const forget = (): void => {
    if (sound.value) URL.revokeObjectURL(sound.value.address);
    sound.value = undefined;
    state.value = "ready";
    seconds.value = 0;
  };
  useEffect(
    () => () => {
      running.current?.discard();
      running.current = undefined;
      forget();
    },
    [],
  );
  const begin = async (): Promise<void> => {
    forget();
    trouble.value = undefined;
    state.value = "waits";
    try {
      running.current = await record({
        step: (now, loud) => {
          [seconds.value, level.value] = [now, loud];
        },
        done: (blob) => {
          sound.value = { blob, address: URL.createObjectURL(blob) };
          state.value = "recorded";
        },
      });
      state.value = "records";
    } catch (problem) {
      trouble.value = problem as Trouble;
      state.value = "ready";
    }
  };
  const use = (): void => {
    if (!sound.value) return;
    const { blob } = sound.value;
    take(new File([blob], recordingName(title, blob.type, new Date()), { type: blob.type }));
    onClose();
  };
  const records = state.value === "records";
  return (
    <Dialog title={t("record-title", { scene: title })} onClose={onClose}>
      <div class="stack" data-testid="recorder" data-state={state.value}>
        <p class="hint">{t("record-text", { seconds: LONGEST })}</p>
        {words && <p class="prose record-words">{words}</p>}
        {trouble.value && (
          <p class="field-error" role="alert">
            {t(`record-${trouble.value}`)}
          </p>
        )}
        <div class="row">
          {records ? (
            <button type="button" class="button primary" onClick={() => running.current?.stop()}>
              <Icon name="pause" />
              {t("record-stop")}
            </button>
          ) : (
            <button
              type="button"
              class={sound.value ? "button" : "button primary"}
              disabled={state.value === "waits"}
              onClick={begin}
            >
              <Icon name="microphone" />
              {t(sound.value ? "record-again" : "record-begin")}
            </button>
          )}
          <span class="numbers" role="timer" aria-label={t("record-length")}>
            {clock(seconds.value)} / {clock(LONGEST)}
          </span>
          {records && (
            <meter
              class="record-level"
              min={0}
              max={1}
              high={0.94}
              value={level.value}
              aria-label={t("record-level")}
            />
          )}
        </div>
        {sound.value && (
          // biome-ignore lint/a11y/useMediaCaption: what is said stands above it, or is written afterwards
          <audio class="record-sound" controls src={sound.value.address} aria-label={t("record-listen")} />
        )}
      </div>
      <footer class="dialog-foot">
        <button type="button" class="button" onClick={onClose}>
          {t(sound.value || records ? "record-discard" : "cancel")}
        </button>
        <button type="button" class="button primary" disabled={!sound.value} onClick={use}>
          {t("record-use")}
        </button>
      </footer>
    </Dialog>
  );
}

/** One cue while it is edited: from, to, words. */
import type { Cue } from "@kanfang/shared/captions.ts";
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { t } from "../texts.ts";
import { Icon } from "../ui/icons.tsx";
import { type Lack, nudged, timeOf, timeText } from "./rows.ts";

interface Props {
  /** By which it is found in the list. */
  row: number;
  number: number;
  value: Cue;
  lack: Lack | undefined;
  /** It is what the video shows now. */
  shown: boolean;
  /** The buttons below the video are about it. */
  chosen: boolean;
  readOnly: boolean;
  onChange: (next: Cue) => void;
  onFocus: () => void;
  /** Enter at the end of its words. */
  onNext: () => void;
  onPlay: () => void;
  onRemove: () => void;
}

export function CueRow(props: Props) {
  const { number, value, lack, readOnly, onChange } = props;
  const note = useId();
  const wrong = { "aria-describedby": lack ? note : undefined, disabled: readOnly };
  const timeWrong = lack === "time" || lack === "order" || lack === "late";
  return (
    <li
      data-row={props.row}
      class={`cue-row${props.shown ? " shown" : ""}${props.chosen ? " chosen" : ""}`}
      aria-current={props.shown ? "true" : undefined}
      onFocusCapture={props.onFocus}
    >
      <TimeInput
        {...wrong}
        label={t("captions-from", { number })}
        wrong={timeWrong}
        value={value.start}
        onChange={(start) => onChange({ ...value, start })}
      />
      <TimeInput
        {...wrong}
        label={t("captions-to", { number })}
        wrong={timeWrong}
        value={value.end}
        onChange={(end) => onChange({ ...value, end })}
      />
      <textarea
        {...wrong}
        rows={2}
        aria-label={t("captions-words", { number })}
        aria-invalid={lack === "text" || lack === "long" ? true : undefined}
        value={value.text}
        maxLength={400}
        onInput={(event) => onChange({ ...value, text: event.currentTarget.value })}
        onKeyDown={(event) => {
          // While Chinese is typed, Enter takes what the keyboard proposes.
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          props.onNext();
        }}
      />
      <span class="cue-tools">
        <button
          type="button"
          class="icon-button"
          aria-label={t("captions-play", { number })}
          title={t("captions-play", { number })}
          onClick={props.onPlay}
        >
          <Icon name="play" />
        </button>
        {!readOnly && (
          <button
            type="button"
            class="icon-button"
            aria-label={t("captions-remove", { number })}
            title={t("captions-remove", { number })}
            onClick={props.onRemove}
          >
            <Icon name="trash" />
          </button>
        )}
      </span>
      {lack && (
        <p class="field-error" id={note}>
          {t(`captions-lacks-${lack}`)}
        </p>
      )}
    </li>
  );
}

interface TimeProps {
  label: string;
  value: number;
  wrong: boolean;
  disabled: boolean;
  "aria-describedby": string | undefined;
  onChange: (seconds: number) => void;
}

/** A time while it is typed; the arrow keys move it by a tenth of a second. */
function TimeInput({ label, value, wrong, onChange, ...rest }: TimeProps) {
  const typed = useSignal(timeText(value));
  const said = timeOf(typed.value);
  const text = said === value || (Number.isNaN(said) && Number.isNaN(value)) ? typed.value : timeText(value);
  return (
    <input
      {...rest}
      class="cue-time"
      inputMode="decimal"
      autocomplete="off"
      aria-label={label}
      aria-invalid={wrong ? true : undefined}
      title={label}
      value={text}
      onInput={(event) => {
        typed.value = event.currentTarget.value;
        onChange(timeOf(typed.value));
      }}
      onBlur={() => {
        if (Number.isFinite(value)) typed.value = timeText(value);
      }}
      onKeyDown={(event) => {
        const steps = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
        if (steps === 0) return;
        event.preventDefault();
        onChange(nudged(value, steps));
      }}
    />
  );
}

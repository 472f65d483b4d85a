/** Form fields with label, hint and the server's word on them beside the field. */
import type { ComponentChildren, InputHTMLAttributes } from "preact";
import { useId } from "preact/hooks";
import { t } from "../texts.ts";

interface FrameProps {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  wide?: boolean | undefined;
  children: (id: string, describedBy: string | undefined) => ComponentChildren;
}

export function Frame({ label, hint, error, wide, children }: FrameProps) {
  const id = useId();
  const note = error ? `${id}-error` : hint ? `${id}-hint` : undefined;
  return (
    <div class={`field${wide ? " wide" : ""}${error ? " wrong" : ""}`}>
      <label class="label" for={id}>
        {label}
      </label>
      {children(id, note)}
      {error ? (
        <p class="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      ) : (
        hint && (
          <p class="hint" id={`${id}-hint`}>
            {hint}
          </p>
        )
      )}
    </div>
  );
}

interface TextProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: string | undefined;
  error?: string | undefined;
  wide?: boolean;
  rows?: number;
  type?: "text" | "password" | "date" | "datetime-local" | "url";
  suffix?: string | undefined;
  autocomplete?: string;
  required?: boolean;
  autofocus?: boolean;
  inputMode?: "numeric" | "decimal" | "text";
  maxLength?: number;
  placeholder?: string;
  disabled?: boolean;
  name?: string;
}

export function TextField(props: TextProps) {
  const { label, value, onChange, hint, error, wide, rows, suffix } = props;
  return (
    <Frame label={label} hint={hint} error={error} wide={wide ?? rows !== undefined}>
      {(id, note) => {
        const common = {
          id,
          name: props.name ?? undefined,
          value,
          required: props.required ?? false,
          disabled: props.disabled ?? false,
          placeholder: props.placeholder ?? undefined,
          maxLength: props.maxLength ?? undefined,
          "aria-describedby": note,
          "aria-invalid": error ? true : undefined,
        };
        if (rows) return <textarea {...common} rows={rows} onInput={(event) => onChange(event.currentTarget.value)} />;
        // Preact has a type of its own for each kind of input; this one serves several.
        const kind = { type: props.type ?? "text" } as InputHTMLAttributes<HTMLInputElement>;
        const input = (
          <input
            {...kind}
            {...common}
            autocomplete={props.autocomplete ?? "off"}
            autofocus={props.autofocus ?? false}
            inputMode={props.inputMode ?? undefined}
            onInput={(event) => onChange(event.currentTarget.value)}
          />
        );
        return suffix ? (
          <span class="with-suffix">
            {input}
            <span class="suffix">{suffix}</span>
          </span>
        ) : (
          input
        );
      }}
    </Frame>
  );
}

export interface Option {
  value: string;
  label: string;
}

interface SelectProps {
  label: string;
  value: string;
  options: Option[];
  onChange: (value: string) => void;
  hint?: string;
  error?: string | undefined;
  /** The text of the choice of nothing; no such choice if missing. */
  none?: string;
  disabled?: boolean;
}

export function SelectField({ label, value, options, onChange, hint, error, none, disabled }: SelectProps) {
  return (
    <Frame label={label} hint={hint} error={error}>
      {(id, note) => (
        <select
          id={id}
          value={value}
          disabled={disabled ?? false}
          aria-describedby={note}
          onChange={(event) => onChange(event.currentTarget.value)}
        >
          {none !== undefined && <option value="">{none}</option>}
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Frame>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  options: Option[];
  onChange: (value: string) => void;
  error?: string | undefined;
}

/** A few choices side by side. */
export function ChoiceField({ label, value, options, onChange, error }: ChoiceProps) {
  const name = useId();
  return (
    <fieldset class={`field choice${error ? " wrong" : ""}`}>
      <legend class="label">{label}</legend>
      <div class="choices">
        {options.map((option) => (
          <label key={option.value} class="choice-item">
            <input type="radio" name={name} checked={option.value === value} onChange={() => onChange(option.value)} />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
      {error && (
        <p class="field-error" role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}

interface CheckProps {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  hint?: string;
  disabled?: boolean;
}

export function CheckField({ label, checked, onChange, hint, disabled }: CheckProps) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled ?? false}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>
        {label}
        {hint && <span class="hint">{hint}</span>}
      </span>
    </label>
  );
}

/** Yes, no, or not found out: silence is no answer. */
export function triOptions(): Option[] {
  return [
    { value: "yes", label: t("yes") },
    { value: "no", label: t("no") },
    { value: "unknown", label: t("unknown") },
  ];
}

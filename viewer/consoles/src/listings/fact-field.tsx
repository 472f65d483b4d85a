/** One field of the facts, with 未查明 as an explicit answer where the court may give it. */
import { useSignal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import { parseYuan, yuan } from "../format.ts";
import { t } from "../texts.ts";
import { CheckField, ChoiceField, SelectField, TextField } from "../ui/fields.tsx";
import { type Field, labelKey } from "./schema.ts";

interface Props {
  field: Field;
  /** Path of the group or list around it, for its label. */
  within?: string;
  value: unknown;
  disabled?: boolean;
  error?: string | undefined;
  onChange: (value: unknown) => void;
}

export function FactField({ field, within, value, disabled = false, error, onChange }: Props) {
  const path = within ? `${within}.${field.path}` : field.path;
  const label = t(labelKey(path));
  if (field.kind === "flag") return <Flag {...{ field, label, value, disabled, error, onChange }} />;
  if (field.kind === "choice") {
    const options = (field.options ?? []).map((option) => ({
      value: option,
      label: t(`${labelKey(path)}-${option.replaceAll("_", "-")}`),
    }));
    if (field.stated) options.push({ value: "unknown", label: t("unknown") });
    return (
      <SelectField
        label={label}
        value={typeof value === "string" ? value : ""}
        options={options}
        {...(field.required ? {} : { none: t("not-stated") })}
        disabled={disabled}
        error={error}
        onChange={(next) => onChange(next === "" ? null : next)}
      />
    );
  }
  const unknown = value === "unknown" && field.stated === true;
  const input = (
    <Typed {...{ field, label, value: unknown ? null : value, disabled: disabled || unknown, error, onChange }} />
  );
  if (!field.stated) return input;
  return (
    <div class={field.kind === "long" || field.wide ? "stated wide" : "stated"}>
      {input}
      <CheckField
        label={t("unknown")}
        checked={unknown}
        disabled={disabled}
        onChange={(on) => onChange(on ? "unknown" : null)}
      />
    </div>
  );
}

type Inner = Omit<Props, "within"> & { label: string };

function Flag({ field, label, value, disabled, error, onChange }: Inner) {
  if (field.required)
    return <CheckField label={label} checked={value === true} disabled={disabled ?? false} onChange={onChange} />;
  const options = [
    { value: "yes", label: t("yes") },
    { value: "no", label: t("no") },
    { value: field.stated ? "unknown" : "none", label: field.stated ? t("unknown") : t("not-stated") },
  ];
  const shown = value === true ? "yes" : value === false ? "no" : value === "unknown" ? "unknown" : "none";
  return (
    <ChoiceField
      label={label}
      value={shown}
      options={options}
      error={error}
      onChange={(next) =>
        onChange(next === "yes" ? true : next === "no" ? false : next === "unknown" ? "unknown" : null)
      }
    />
  );
}

/** A text that stands for a value: kept as typed until it can be read. */
function Typed({ field, label, value, disabled, error, onChange }: Inner) {
  const shown = write(field, value);
  const text = useSignal(shown);
  const wrong = useSignal(false);
  useLayoutEffect(() => {
    // Follow changes from outside (undo, a merge), but never what is being typed: this runs before the next key is pressed.
    const own = read(field, text.value);
    if (own === undefined || write(field, own) !== shown) {
      text.value = shown;
      wrong.value = false;
    }
  }, [shown]);
  const type = field.kind === "date" ? "date" : "text";
  return (
    <TextField
      label={label}
      value={text.value}
      type={type}
      {...(field.kind === "long" || field.kind === "lines" ? { rows: field.kind === "long" ? 2 : 3 } : {})}
      wide={field.wide ?? (field.kind === "long" || field.kind === "lines")}
      suffix={field.suffix ?? (field.kind === "money" ? t("yuan") : undefined)}
      hint={field.kind === "lines" ? t("one-a-line") : undefined}
      disabled={disabled ?? false}
      {...(field.kind === "integer" ? { inputMode: "numeric" as const } : {})}
      error={wrong.value ? t(`wrong-${field.kind}`) : error}
      onChange={(next) => {
        text.value = next;
        const parsed = read(field, next);
        wrong.value = parsed === undefined;
        if (parsed !== undefined) onChange(parsed);
      }}
    />
  );
}

/** The value that a typed text means; undefined if it means none. */
export function read(field: Field, text: string): unknown {
  const trimmed = text.trim();
  switch (field.kind) {
    case "integer":
      if (trimmed === "") return null;
      return /^-?\d{1,6}$/.test(trimmed) ? Number(trimmed) : undefined;
    case "square": {
      if (trimmed === "") return null;
      const found = /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec(trimmed);
      return found ? Number((found[1] ?? "") + (found[2] ?? "").padEnd(2, "0")) : undefined;
    }
    case "money":
      return parseYuan(trimmed);
    case "lines":
      return text
        .split("\n")
        .map((line) => line.trim())
        .filter(Boolean);
    case "date":
      return trimmed === "" ? (field.required ? "" : null) : trimmed;
    default:
      return trimmed === "" ? (field.required ? "" : null) : text;
  }
}

function write(field: Field, value: unknown): string {
  if (value === null || value === undefined) return "";
  if (field.kind === "square" && typeof value === "number") return (value / 100).toFixed(2).replace(/\.?0+$/, "");
  if (field.kind === "money" && typeof value === "number") return yuan(value);
  if (field.kind === "lines") return Array.isArray(value) ? value.join("\n") : "";
  return String(value);
}

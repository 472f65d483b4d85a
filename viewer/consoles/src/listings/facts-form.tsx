/** All facts of a listing in sections; groups and lists open only when they are known. */
import { t } from "../texts.ts";
import { ChoiceField } from "../ui/fields.tsx";
import { Icon } from "../ui/icons.tsx";
import { FactField } from "./fact-field.tsx";
import { readPath, writePath } from "./paths.ts";
import { type Field, type Group, type List, labelKey, type Part, SECTIONS } from "./schema.ts";

type Json = Record<string, unknown>;

interface Props {
  facts: Json;
  disabled: boolean;
  errorOf: (path: string) => string | undefined;
  onChange: (facts: Json) => void;
}

export function FactsForm({ facts, disabled, errorOf, onChange }: Props) {
  return (
    <>
      {SECTIONS.map((section) => (
        <section class="card" key={section.id} id={`section-${section.id}`}>
          <header class="card-head">
            <h2>{t(`section-${section.id}`)}</h2>
          </header>
          <div class="card-body">
            <div class="fields">
              {section.parts.map((part) => (
                <FactPart
                  key={part.path}
                  part={part}
                  value={readPath(facts, part.path)}
                  disabled={disabled}
                  errorOf={errorOf}
                  onChange={(next) => onChange(writePath(facts, part.path, next))}
                />
              ))}
            </div>
          </div>
        </section>
      ))}
    </>
  );
}

interface PartProps<P extends Part> {
  part: P;
  value: unknown;
  disabled: boolean;
  errorOf: (path: string) => string | undefined;
  onChange: (value: unknown) => void;
}

function FactPart({ part, ...rest }: PartProps<Part>) {
  if (part.shape === "group") return <FactGroup part={part} {...rest} />;
  if (part.shape === "list") return <FactList part={part} {...rest} />;
  return (
    <FactField
      field={part}
      value={rest.value}
      disabled={rest.disabled}
      error={rest.errorOf(part.path) ?? rest.errorOf(`facts.${part.path}`)}
      onChange={rest.onChange}
    />
  );
}

/** Known, 未查明, or not stated yet. */
function Statement({ part, value, disabled, onChange }: Omit<PartProps<Group | List>, "errorOf">) {
  const isList = part.shape === "list";
  const options = [
    { value: "known", label: isList ? t("stated-list") : t("stated-known") },
    ...(part.stated ? [{ value: "unknown", label: t("unknown") }] : []),
    { value: "none", label: t("not-stated") },
  ];
  const now = value === "unknown" ? "unknown" : value === null || value === undefined ? "none" : "known";
  return (
    <fieldset disabled={disabled} class="grow">
      <ChoiceField
        label={t(labelKey(part.path))}
        value={now}
        options={options}
        onChange={(next) => {
          if (next === now) return;
          onChange(next === "known" ? (isList ? [] : part.blank) : next === "unknown" ? "unknown" : null);
        }}
      />
    </fieldset>
  );
}

function FactGroup({ part, value, disabled, errorOf, onChange }: PartProps<Group>) {
  const inner = typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  return (
    <div class="part wide">
      <Statement {...{ part, value, disabled, onChange }} />
      {errorOf(part.path) && <p class="field-error">{errorOf(part.path)}</p>}
      {inner && (
        <div class="fields inset">
          <Fields fields={part.fields} within={part.path} value={inner} {...{ disabled, errorOf, onChange }} />
        </div>
      )}
    </div>
  );
}

function FactList({ part, value, disabled, errorOf, onChange }: PartProps<List>) {
  const items = Array.isArray(value) ? (value as Json[]) : undefined;
  const change = (index: number, next: Json): void => onChange(items?.map((item, at) => (at === index ? next : item)));
  return (
    <div class="part wide">
      {part.stated ? (
        <Statement {...{ part, value, disabled, onChange }} />
      ) : (
        <p class="label">{t(labelKey(part.path))}</p>
      )}
      {errorOf(part.path) && <p class="field-error">{errorOf(part.path)}</p>}
      {items?.map((item, index) => (
        <div class="inset item" key={index}>
          <div class="fields grow">
            <Fields
              fields={part.fields}
              within={part.path}
              value={item}
              disabled={disabled}
              errorOf={errorOf}
              onChange={(next) => change(index, next as Json)}
            />
          </div>
          <button
            type="button"
            class="icon-button"
            aria-label={t("remove-item", { number: index + 1 })}
            disabled={disabled}
            onClick={() => onChange(items.filter((_, at) => at !== index))}
          >
            <Icon name="trash" />
          </button>
        </div>
      ))}
      {(items || !part.stated) && (
        <div>
          <button
            type="button"
            class="button small"
            disabled={disabled}
            onClick={() => onChange([...(items ?? []), part.blank])}
          >
            <Icon name="plus" />
            {t(`${labelKey(part.path)}-add`)}
          </button>
          {items?.length === 0 && part.stated && <span class="hint">{t("stated-empty-list")}</span>}
        </div>
      )}
    </div>
  );
}

interface FieldsProps {
  fields: Field[];
  within: string;
  value: Json;
  disabled: boolean;
  errorOf: (path: string) => string | undefined;
  onChange: (value: unknown) => void;
}

function Fields({ fields, within, value, disabled, errorOf, onChange }: FieldsProps) {
  return (
    <>
      {fields.map((field) => (
        <FactField
          key={field.path}
          field={field}
          within={within}
          value={value[field.path]}
          disabled={disabled}
          error={errorOf(`${within}.${field.path}`)}
          onChange={(next) => onChange({ ...value, [field.path]: next })}
        />
      ))}
    </>
  );
}

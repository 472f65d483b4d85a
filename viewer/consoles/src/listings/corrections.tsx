/** Dated corrections: how facts may change after the announcement. */
import { useSignal } from "@preact/signals";
import { addCorrection, corrections, type Listing } from "../api/listings.ts";
import { moment } from "../format.ts";
import { has } from "../session.ts";
import { language, t, tOr } from "../texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { SelectField, TextField } from "../ui/fields.tsx";
import { useSending } from "../ui/form.ts";
import { Icon } from "../ui/icons.tsx";
import { useResource } from "../ui/resource.ts";
import { Empty, Loaded, ProblemBox } from "../ui/states.tsx";
import { toast } from "../ui/toasts.tsx";
import { FactField } from "./fact-field.tsx";
import { readPath } from "./paths.ts";
import { type Field, labelKey, SECTIONS } from "./schema.ts";

/** Fields that can be corrected here: single facts. Groups and lists are corrected in words. */
const SIMPLE: Field[] = SECTIONS.flatMap((section) =>
  section.parts.filter((part): part is Field => part.shape === "field"),
);

export function Corrections({ item }: { item: Listing }) {
  const list = useResource(`corrections/${item.id}`, () => corrections(item.id));
  const making = useSignal(false);
  const mayCorrect = has("clerk", "publisher", "court_admin");
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t("tab-corrections")}</h2>
        {mayCorrect && (
          <button
            type="button"
            class="button small"
            onClick={() => {
              making.value = true;
            }}
          >
            <Icon name="plus" />
            {t("correction-new")}
          </button>
        )}
      </header>
      <Loaded resource={list}>
        {(items) =>
          items.length === 0 ? (
            <Empty title={t("corrections-none")}>{t("corrections-none-text")}</Empty>
          ) : (
            <ol class="timeline padded">
              {items.map((row) => (
                <li key={row.id}>
                  <span class="numbers faint">{moment(row.at, language.value)}</span>
                  <span>
                    <strong>{tOr(labelKey(row.field), row.field)}</strong>
                    {"："}
                    <s class="faint">{shown(row.before)}</s> → {shown(row.after)}
                    <span class="faint block">
                      {row.reason} — {row.actor_name}
                    </span>
                  </span>
                </li>
              ))}
            </ol>
          )
        }
      </Loaded>
      {making.value && (
        <NewCorrection
          item={item}
          onClose={() => {
            making.value = false;
          }}
          onDone={() => {
            making.value = false;
            toast(t("correction-made"));
            void list.reload();
          }}
        />
      )}
    </section>
  );
}

function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return "—";
  if (value === "unknown") return t("unknown");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function NewCorrection({ item, onClose, onDone }: { item: Listing; onClose: () => void; onDone: () => void }) {
  const path = useSignal(SIMPLE[2]?.path ?? "");
  const after = useSignal<unknown>(null);
  const reason = useSignal("");
  const sending = useSending();
  const general = sending.general("reason", "value");
  const field = SIMPLE.find((one) => one.path === path.value);
  return (
    <Dialog title={t("correction-new")} onClose={onClose}>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          const done = await sending.run(async () => {
            await addCorrection(item.id, { field: path.value, value: after.value, reason: reason.value.trim() });
          });
          if (done) onDone();
        }}
      >
        <p class="prose">{t("correction-text")}</p>
        {general && <ProblemBox problem={general} />}
        <SelectField
          label={t("correction-field")}
          value={path.value}
          options={SIMPLE.map((one) => ({ value: one.path, label: t(labelKey(one.path)) }))}
          onChange={(next) => {
            path.value = next;
            after.value = null;
          }}
        />
        <p class="faint">{t("correction-before", { value: shown(readPath(item.facts, path.value)) })}</p>
        {field && (
          <FactField
            key={field.path}
            field={field}
            value={after.value}
            error={sending.errorOf("value")}
            onChange={(next) => {
              after.value = next;
            }}
          />
        )}
        <TextField
          label={t("reason")}
          value={reason.value}
          onChange={(text) => {
            reason.value = text;
          }}
          rows={2}
          error={sending.errorOf("reason")}
          required
        />
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            {t("cancel")}
          </button>
          <button type="submit" class="button primary" disabled={sending.busy}>
            {t("correction-make")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

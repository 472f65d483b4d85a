/** Editing the facts of a listing: explicit save with If-Match; what others saved meanwhile is joined in. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Versioned } from "../api/http.ts";
import { tenants } from "../api/identity.ts";
import { changeListing, type Listing, listing } from "../api/listings.ts";
import { asProblem } from "../api/problem.ts";
import { guardLeaving } from "../router.ts";
import { has } from "../session.ts";
import { t, tOr } from "../texts.ts";
import { confirmed } from "../ui/dialog.tsx";
import { SelectField, TextField } from "../ui/fields.tsx";
import { useSending } from "../ui/form.ts";
import { useResource } from "../ui/resource.ts";
import { ProblemBox } from "../ui/states.tsx";
import { toast } from "../ui/toasts.tsx";
import { FactsForm } from "./facts-form.tsx";
import { mergeEdits, same } from "./paths.ts";
import { answered, labelKey, SECTIONS, sectionOf } from "./schema.ts";
import { factsFrozen } from "./steps.ts";

interface Editable extends Record<string, unknown> {
  case_number: string;
  title: string;
  agency_id: string | null;
  no_media_reason: string | null;
  facts: Record<string, unknown>;
}

function editable(item: Listing): Editable {
  return {
    case_number: item.case_number,
    title: item.title,
    agency_id: item.agency_id,
    no_media_reason: item.no_media_reason,
    facts: item.facts,
  };
}

/** Only what differs, so that untouched fields are not sent. */
export function changesOf(base: Editable, mine: Editable): Partial<Editable> {
  const changes: Partial<Editable> = {};
  for (const key of Object.keys(mine)) if (!same(base[key], mine[key])) changes[key] = mine[key];
  return changes;
}

interface Props {
  loaded: Versioned<Listing>;
  onSaved: (next: Versioned<Listing>) => void;
}

export function FactsTab({ loaded, onSaved }: Props) {
  const base = useSignal(loaded);
  const mine = useSignal(editable(loaded.value));
  const sending = useSending();
  const mayEdit = has("clerk", "court_admin");
  const frozen = factsFrozen(loaded.value.round?.state, loaded.value.round?.terms.opens_at);
  const disabled = !mayEdit || frozen;
  const agencies = useResource("agencies", async () => (mayEdit ? tenants("agency") : { items: [], next: null }));
  const dirty = !same(editable(base.value.value), mine.value);

  useEffect(() => {
    if (!dirty) return;
    return guardLeaving(() => window.confirm(t("leave-unsaved")));
  }, [dirty]);

  const put = (next: Versioned<Listing>): void => {
    base.value = next;
    mine.value = editable(next.value);
    onSaved(next);
  };
  const send = async (etag: string | null): Promise<void> => {
    put(await changeListing(base.value.value.id, changesOf(editable(base.value.value), mine.value), etag));
    toast(t("saved"));
  };
  const save = (): Promise<boolean> =>
    sending.run(async () => {
      try {
        await send(base.value.etag);
      } catch (error) {
        if (asProblem(error).status !== 412) throw error;
        if (await joinTheirs()) await send(base.value.etag);
      }
    });
  /** Somebody else saved: their edits stay, mine go on top; asks when both touched one field. */
  const joinTheirs = async (): Promise<boolean> => {
    const theirs = await listing(base.value.value.id);
    const { merged, conflicts } = mergeEdits(editable(base.value.value), mine.value, editable(theirs.value), ["facts"]);
    if (conflicts.length > 0) {
      const names = conflicts.map((path) => tOr(labelKey(path.replace(/^facts\./, "")), path)).join("、");
      const sure = await confirmed({
        title: t("conflict-title"),
        text: t("conflict-text", { fields: names }),
        action: t("conflict-keep-mine"),
        danger: true,
      });
      if (sure === null) return false;
    }
    base.value = theirs;
    mine.value = merged;
    toast(t("conflict-joined"));
    return true;
  };

  const set = (change: Partial<Editable>): void => {
    mine.value = { ...mine.value, ...change } as Editable;
  };
  const values = mine.value;
  const missing = SECTIONS.flatMap((section) => section.parts.filter((part) => "stated" in part && part.stated))
    .map((part) => part.path)
    .filter((path) => !path.includes(".") && !answered(values.facts[path]));
  const field = sending.problem?.field;

  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {frozen && <p class="notice warn">{t("facts-frozen")}</p>}
      {!mayEdit && <p class="notice">{t("facts-read-only")}</p>}
      <div class="with-aside">
        <nav class="aside card" aria-label={t("sections")}>
          {SECTIONS.map((section) => (
            <a key={section.id} href={`#section-${section.id}`}>
              {t(`section-${section.id}`)}
            </a>
          ))}
          {missing.length > 0 && (
            <p class="aside-note">
              {t("facts-missing", { fields: missing.map((path) => t(labelKey(path))).join("、") })}
            </p>
          )}
        </nav>
        <div class="stack">
          <section class="card">
            <header class="card-head">
              <h2>{t("section-case")}</h2>
            </header>
            <div class="card-body">
              <div class="fields">
                <TextField
                  label={t("case-number")}
                  value={values.case_number}
                  onChange={(case_number) => set({ case_number })}
                  error={sending.errorOf("case_number")}
                  disabled={disabled}
                  required
                />
                <TextField
                  label={t("listing-title")}
                  value={values.title}
                  onChange={(title) => set({ title })}
                  error={sending.errorOf("title")}
                  disabled={disabled}
                  required
                />
                {mayEdit && (
                  <SelectField
                    label={t("agency")}
                    value={values.agency_id ?? ""}
                    none={t("agency-none")}
                    options={(agencies.data.value?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
                    onChange={(id) => set({ agency_id: id || null })}
                    error={sending.errorOf("agency_id")}
                  />
                )}
                {mayEdit && (
                  <TextField
                    label={t("no-media-reason")}
                    hint={t("no-media-reason-hint")}
                    value={values.no_media_reason ?? ""}
                    onChange={(text) => set({ no_media_reason: text || null })}
                    error={sending.errorOf("no_media_reason")}
                    wide
                  />
                )}
              </div>
            </div>
          </section>
          <FactsForm
            facts={values.facts}
            disabled={disabled}
            errorOf={(path) => sending.errorOf(path) ?? sending.errorOf(`facts.${path}`)}
            onChange={(facts) => set({ facts })}
          />
        </div>
      </div>
      {sending.problem && (
        <div class="stack">
          <ProblemBox problem={sending.problem} />
          {field && sectionOf(field.replace(/^facts\./, "")) && (
            <a href={`#section-${sectionOf(field.replace(/^facts\./, ""))}`}>{t("go-to-field")}</a>
          )}
        </div>
      )}
      {mayEdit && (
        <div class="savebar">
          <span class={dirty ? "" : "faint"} role="status">
            {sending.busy ? t("saving") : dirty ? t("unsaved") : t("all-saved")}
          </span>
          <div class="row">
            <button
              type="button"
              class="button"
              disabled={!dirty || sending.busy}
              onClick={() => {
                const before = mine.value;
                mine.value = editable(base.value.value);
                toast(t("edits-dropped"), {
                  undo: () => {
                    mine.value = before;
                  },
                });
              }}
            >
              {t("drop-edits")}
            </button>
            <button type="submit" class="button primary" disabled={!dirty || sending.busy}>
              {t("save")}
            </button>
          </div>
        </div>
      )}
    </form>
  );
}

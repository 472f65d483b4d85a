/** The audit log for the auditor: read, filter, export, verify. */
import { useSignal } from "@preact/signals";
import { address } from "../api/http.ts";
import { type AuditFilter, type AuditVerdict, auditLog, verifyAudit } from "../api/identity.ts";
import { fromLocalInput, moment } from "../format.ts";
import { actionName, Detail } from "../listings/history.tsx";
import { language, t, tOr } from "../texts.ts";
import { useSending } from "../ui/form.ts";
import { More, PageFrame } from "../ui/page.tsx";
import { usePages } from "../ui/resource.ts";
import { Empty, Loaded, ProblemBox } from "../ui/states.tsx";

const BLANK = { actor: "", action: "", object: "", from: "", to: "" };

export function AuditPage() {
  const typed = useSignal(BLANK);
  const filter = useSignal<AuditFilter>({});
  const verdict = useSignal<AuditVerdict | undefined>(undefined);
  const verifying = useSending();
  const list = usePages(`audit${JSON.stringify(filter.value)}`, (cursor) => auditLog(filter.value, cursor));
  const set = (name: keyof typeof BLANK) => (event: Event & { currentTarget: HTMLInputElement }) => {
    typed.value = { ...typed.value, [name]: event.currentTarget.value };
  };
  const apply = (event: Event): void => {
    event.preventDefault();
    const { actor, action, object, from, to } = typed.value;
    filter.value = { actor, action, object, from: fromLocalInput(from), to: fromLocalInput(to) };
  };
  return (
    <PageFrame
      title={t("audit-log")}
      note={<span>{t("audit-note")}</span>}
      actions={
        <>
          <a class="button" href={address("audit/export", { ...filter.value })} download="kanfang-audit.jsonl">
            {t("audit-export")}
          </a>
          <button
            type="button"
            class="button primary"
            disabled={verifying.busy}
            onClick={() =>
              verifying.run(async () => {
                verdict.value = await verifyAudit();
              })
            }
          >
            {verifying.busy ? t("audit-verifying") : t("audit-verify")}
          </button>
        </>
      }
    >
      {verifying.problem && <ProblemBox problem={verifying.problem} />}
      {verdict.value && <Verdict verdict={verdict.value} />}
      <form class="toolbar" onSubmit={apply}>
        <input
          aria-label={t("audit-actor")}
          placeholder={t("audit-actor")}
          value={typed.value.actor}
          onInput={set("actor")}
        />
        <input
          aria-label={t("audit-action")}
          placeholder={t("audit-action")}
          value={typed.value.action}
          onInput={set("action")}
        />
        <input
          aria-label={t("audit-object")}
          placeholder={t("audit-object")}
          value={typed.value.object}
          onInput={set("object")}
        />
        <label class="row tight">
          <span class="faint">{t("from")}</span>
          <input type="datetime-local" value={typed.value.from} onInput={set("from")} />
        </label>
        <label class="row tight">
          <span class="faint">{t("to")}</span>
          <input type="datetime-local" value={typed.value.to} onInput={set("to")} />
        </label>
        <button type="submit" class="button">
          {t("filter")}
        </button>
      </form>
      <section class="card">
        <Loaded resource={list} rows={8}>
          {(items) =>
            items.length === 0 ? (
              <Empty title={t("audit-none")} />
            ) : (
              <div class="table-wrap">
                <table class="table folds">
                  <thead>
                    <tr>
                      <th>{t("audit-number")}</th>
                      <th>{t("audit-time")}</th>
                      <th>{t("audit-who")}</th>
                      <th>{t("audit-what")}</th>
                      <th>{t("audit-object")}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((row) => (
                      <tr key={row.seq}>
                        <td class="numbers" data-label={t("audit-number")}>
                          {row.seq}
                        </td>
                        <td class="numbers" data-label={t("audit-time")}>
                          {moment(row.at, language.value)}
                        </td>
                        <td data-label={t("audit-who")}>
                          {row.actor_name || t("the-system")}
                          <div class="faint">{row.address}</div>
                        </td>
                        <td data-label={t("audit-what")}>
                          {actionName(row.action)}
                          <Detail detail={parsed(row.detail)} />
                        </td>
                        <td data-label={t("audit-object")}>
                          {tOr(`object-${row.object_kind}`, row.object_kind)}
                          <div class="faint mono">{row.object_id}</div>
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )
          }
        </Loaded>
        <More more={list.more.value} loading={list.loading.value} load={() => void list.loadMore()} />
      </section>
    </PageFrame>
  );
}

function parsed(detail: string): unknown {
  try {
    return JSON.parse(detail);
  } catch {
    return { detail };
  }
}

function Verdict({ verdict }: { verdict: AuditVerdict }) {
  if (!verdict.broken)
    return (
      <p class="notice good" role="status">
        {t("audit-whole", { count: verdict.entries })}
      </p>
    );
  return (
    <p class="problem" role="alert">
      {t("audit-broken", { number: verdict.broken[0], reason: verdict.broken[1] })}
    </p>
  );
}

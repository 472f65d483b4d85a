/** What happened to a listing's rounds, newest first. */
import { history } from "../api/listings.ts";
import { moment } from "../format.ts";
import { language, t, tOr } from "../texts.ts";
import { useResource } from "../ui/resource.ts";
import { Empty, Loaded } from "../ui/states.tsx";
import { roundStateName } from "./states.tsx";

export function actionName(action: string): string {
  return tOr(`action-${action.replaceAll(".", "-").replaceAll("_", "-")}`, action);
}

export function History({ id }: { id: string }) {
  const list = useResource(`history/${id}`, () => history(id));
  return (
    <section class="card">
      <Loaded resource={list}>
        {(items) =>
          items.length === 0 ? (
            <Empty title={t("history-none")} />
          ) : (
            <ol class="timeline padded">
              {items.map((step) => (
                <li key={`${step.round_id}${step.recorded_at}${step.to}`}>
                  <span class="numbers faint">{moment(step.at, language.value)}</span>
                  <span>
                    <strong>{`${roundStateName(step.from)} → ${roundStateName(step.to)}`}</strong> {step.reason}
                    {step.document && <span class="faint">{t("by-document", { document: step.document })}</span>}
                    <span class="faint block">
                      {t("step-by", {
                        name: step.actor_name || t("the-system"),
                        time: moment(step.recorded_at, language.value),
                      })}
                    </span>
                    {step.snapshot_sha256 && <span class="faint mono block">SHA-256 {step.snapshot_sha256}</span>}
                  </span>
                </li>
              ))}
            </ol>
          )
        }
      </Loaded>
    </section>
  );
}

/** Details as they are stored; folded, because few need them. */
export function Detail({ detail }: { detail: unknown }) {
  if (typeof detail !== "object" || detail === null || Object.keys(detail).length === 0) return null;
  return (
    <details class="detail">
      <summary>{t("details")}</summary>
      <pre>{JSON.stringify(detail, null, 2)}</pre>
    </details>
  );
}

/** What happened to a listing, newest first. */
import { type HistoryRow, history } from "../api/listings.ts";
import { moment } from "../format.ts";
import { language, t, tOr } from "../texts.ts";
import { More } from "../ui/page.tsx";
import { usePages } from "../ui/resource.ts";
import { Empty, Loaded } from "../ui/states.tsx";

export function actionName(action: string): string {
  return tOr(`action-${action.replaceAll(".", "-").replaceAll("_", "-")}`, action);
}

function actorName(row: HistoryRow): string {
  if (typeof row.actor === "string") return row.actor;
  return row.actor?.name ?? t("the-system");
}

export function History({ id }: { id: string }) {
  const list = usePages(`history/${id}`, (cursor) => history(id, cursor));
  return (
    <section class="card">
      <Loaded resource={list}>
        {(items) =>
          items.length === 0 ? (
            <Empty title={t("history-none")} />
          ) : (
            <ol class="timeline padded">
              {items.map((row, index) => (
                <li key={`${row.at}-${index}`}>
                  <span class="numbers faint">{moment(row.at, language.value)}</span>
                  <span>
                    <strong>{actionName(row.action)}</strong> {actorName(row)}
                    <Detail detail={row.detail} />
                  </span>
                </li>
              ))}
            </ol>
          )
        }
      </Loaded>
      <More more={list.more.value} loading={list.loading.value} load={() => void list.loadMore()} />
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

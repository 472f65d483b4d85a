/** Every state that the public was shown of a listing, newest first; each opens as it was, and an earlier one can be closed. */
import { type Snapshot, snapshots, withholdSnapshot } from "../api/listings.ts";
import { moment } from "../format.ts";
import { has } from "../session.ts";
import { language, t, tOr } from "../texts.ts";
import { confirmed } from "../ui/dialog.tsx";
import { useSending } from "../ui/form.ts";
import { useResource } from "../ui/resource.ts";
import { Empty, Loaded, ProblemBox } from "../ui/states.tsx";
import { roundStateName } from "./states.tsx";

function stepName(step: string): string {
  const state = /^round\.(?!change$)(.+)$/.exec(step)?.[1];
  return state ? roundStateName(state) : tOr(`snapshot-${step.replaceAll(".", "-")}`, step);
}

export function Snapshots({ id }: { id: string }) {
  const list = useResource(`snapshots/${id}`, () => snapshots(id));
  const sending = useSending();
  const close = async (snapshot: Snapshot): Promise<void> => {
    const reason = await confirmed({
      title: t("snapshot-close"),
      text: t("snapshot-close-text"),
      action: t("snapshot-close"),
      danger: true,
      reason: t("snapshot-close-reason"),
    });
    if (reason === null) return;
    await sending.run(async () => void (await withholdSnapshot(id, snapshot.number, reason)));
    await list.reload();
  };
  const mayClose = has("publisher") || has("court_admin");
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t("snapshots")}</h2>
      </header>
      {sending.problem && <ProblemBox problem={sending.problem} />}
      <Loaded resource={list}>
        {(items) =>
          items.length === 0 ? (
            <Empty title={t("snapshots-none")} />
          ) : (
            <ol class="timeline padded">
              {items.map((snapshot) => (
                <li key={snapshot.number}>
                  <span class="numbers faint">{moment(snapshot.at, language.value)}</span>
                  <span>
                    <strong>{`${snapshot.number} · ${stepName(snapshot.step)}`}</strong>{" "}
                    <a href={snapshot.page} target="_blank" rel="noopener">
                      {t("snapshot-open")}
                    </a>{" "}
                    {mayClose && snapshot.until && !snapshot.withheld && (
                      <button type="button" class="link" onClick={() => void close(snapshot)}>
                        {t("snapshot-close")}
                      </button>
                    )}
                    {snapshot.withheld && (
                      <span class="faint block">{t("snapshot-closed", { reason: snapshot.withheld })}</span>
                    )}
                    <span class="faint block">{snapshot.actor_name}</span>
                    <span class="faint mono block">{snapshot.hash}</span>
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

/** What was published of this tour, and what became of it. */
import type { PublishedVersion } from "../api/tours.ts";
import { ExportButton } from "../exchange/export-button.tsx";
import { moment } from "../format.ts";
import { language, t } from "../texts.ts";
import { Badge } from "../ui/page.tsx";
import type { Resource } from "../ui/resource.ts";
import { Loaded } from "../ui/states.tsx";

/** A newer version takes the place of the one before by itself. */
function reasonOf({ withdrawn_reason }: PublishedVersion): string {
  return withdrawn_reason === "replaced" ? t("version-replaced") : (withdrawn_reason ?? "");
}

export function Versions({ id, list }: { id: string; list: Resource<PublishedVersion[]> }) {
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t("versions")}</h2>
        <span class="row">
          <a href={`/listings/${id}`} target="_blank" rel="noreferrer">
            {t("public-page")}
          </a>
          <ExportButton listing={id} small />
        </span>
      </header>
      <Loaded resource={list} rows={2}>
        {(items) =>
          items.length === 0 ? (
            <p class="card-body faint">{t("versions-none")}</p>
          ) : (
            <ul class="lines">
              {items.map((row) => (
                <li class="line" key={row.version}>
                  <div class="grow">
                    <strong>{t("version-number", { number: row.number })}</strong>{" "}
                    <span class="numbers">{moment(row.published_at, language.value)}</span>
                    {row.withdrawn_at && (
                      <div class="faint">
                        {t("version-withdrawn", {
                          time: moment(row.withdrawn_at, language.value),
                          reason: reasonOf(row),
                        })}
                      </div>
                    )}
                  </div>
                  <Badge tone={row.withdrawn_at ? "bad" : "good"}>
                    {row.withdrawn_at ? t("tour-state-withdrawn") : t("tour-state-published")}
                  </Badge>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}

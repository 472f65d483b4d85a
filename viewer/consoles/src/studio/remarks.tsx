/** What the reviewers wrote when the tour was returned, newest first. */
import type { Tour } from "../api/tours.ts";
import { moment } from "../format.ts";
import { language, t } from "../texts.ts";

export function Remarks({ tour }: { tour: Tour }) {
  if (tour.remarks.length === 0) return null;
  return (
    <section class="notice warn" aria-label={t("remarks")}>
      <strong>{t("remarks")}</strong>
      <ul class="remarks">
        {[...tour.remarks].reverse().map((remark) => (
          <li key={remark.at}>
            {remark.text}
            <span class="faint">{` — ${remark.by}, ${moment(remark.at, language.value)}`}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What the reviewer wrote when the tour was returned. */
import type { Remark, Tour } from "../api/tours.ts";
import { t } from "../texts.ts";

export function remarksOf(tour: Tour): Remark[] {
  const { remarks } = tour;
  if (!remarks) return [];
  if (typeof remarks === "string") return [{ text: remarks }];
  return remarks.map((remark) => (typeof remark === "string" ? { text: remark } : remark));
}

export function Remarks({ tour, titleOf }: { tour: Tour; titleOf: (id: string) => string }) {
  const list = remarksOf(tour);
  if (list.length === 0) return null;
  return (
    <section class="notice warn" aria-label={t("remarks")}>
      <strong>{t("remarks")}</strong>
      <ul class="remarks">
        {list.map((remark, index) => (
          <li key={index}>
            {remark.scene && <strong>{`${titleOf(remark.scene)}：`}</strong>}
            {remark.text}
          </li>
        ))}
      </ul>
    </section>
  );
}

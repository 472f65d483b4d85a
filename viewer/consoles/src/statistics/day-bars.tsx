/** Views and visitors day by day: bars for the eye, a table for everybody. */
import type { DayFigures } from "../api/statistics.ts";
import { day as dayText } from "../format.ts";
import { language, t } from "../texts.ts";
import { grouped, spoken } from "./period.ts";

const HEIGHT = 100;
/** Width of a day in units of the drawing. */
const STEP = 10;

export function viewsOf({ listing_views, tour_views, embed_views }: DayFigures): number {
  return listing_views + tour_views + embed_views;
}

/** The end of the scale: 1, 2 or 5 times a power of ten. */
export function scaleFor(most: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, most)));
  return [1, 2, 5, 10].map((step) => step * power).find((end) => end >= most) ?? most;
}

export function DayBars({ days }: { days: DayFigures[] }) {
  const end = scaleFor(Math.max(1, ...days.map(viewsOf)));
  const high = (count: number): number => (HEIGHT * count) / end;
  const dayOf = (figures: DayFigures | undefined): string => dayText(figures?.day, language.value);
  return (
    <figure class="day-bars">
      <div class="day-bars-drawing">
        <span class="day-bars-end numbers faint" aria-hidden="true">
          {grouped(end)}
        </span>
        <svg
          viewBox={`0 0 ${days.length * STEP} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={t("statistics-bars", { from: dayOf(days[0]), to: dayOf(days.at(-1)), most: end })}
        >
          <path class="day-bars-line" d={`M0 0H${days.length * STEP}M0 ${HEIGHT / 2}H${days.length * STEP}`} />
          {days.map((figures, place) => (
            <g key={figures.day}>
              <title>{`${dayOf(figures)}: ${t("statistics-views")} ${viewsOf(figures)}, ${t("statistics-visitors")} ${figures.visitors}`}</title>
              <rect class="day-bars-hit" x={place * STEP} y="0" width={STEP} height={HEIGHT} />
              <rect
                class="day-bars-views"
                x={place * STEP + 1}
                y={HEIGHT - high(viewsOf(figures))}
                width={STEP - 2}
                height={high(viewsOf(figures))}
              />
              <rect
                class="day-bars-visitors"
                x={place * STEP + 3}
                y={HEIGHT - high(figures.visitors)}
                width={STEP - 6}
                height={high(figures.visitors)}
              />
            </g>
          ))}
        </svg>
        <div class="day-bars-days numbers faint" aria-hidden="true">
          <span>{dayOf(days[0])}</span>
          {days.length > 2 && <span class="day-bars-middle">{dayOf(days[Math.floor((days.length - 1) / 2)])}</span>}
          {days.length > 1 && <span>{dayOf(days.at(-1))}</span>}
        </div>
      </div>
      <figcaption class="row">
        <span class="day-bars-key views">{t("statistics-views")}</span>
        <span class="day-bars-key visitors">{t("statistics-visitors-of-day")}</span>
      </figcaption>
      <details>
        <summary>{t("statistics-as-table")}</summary>
        <DayTable days={days} />
      </details>
    </figure>
  );
}

function DayTable({ days }: { days: DayFigures[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="table-wrap statistics-table" tabIndex={0} aria-label={t("statistics-as-table")}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{t("statistics-day")}</th>
            <th scope="col" class="end">
              {t("statistics-listing-views")}
            </th>
            <th scope="col" class="end">
              {t("statistics-tour-views")}
            </th>
            <th scope="col" class="end">
              {t("statistics-embed-views")}
            </th>
            <th scope="col" class="end">
              {t("statistics-visitors-of-day")}
            </th>
            <th scope="col" class="end">
              {t("statistics-opened")}
            </th>
            <th scope="col" class="end">
              {t("statistics-time")}
            </th>
          </tr>
        </thead>
        <tbody>
          {[...days].reverse().map((figures) => (
            <tr key={figures.day} class="numbers">
              <th scope="row">{dayText(figures.day, language.value)}</th>
              <td class="end">{grouped(figures.listing_views)}</td>
              <td class="end">{grouped(figures.tour_views)}</td>
              <td class="end">{grouped(figures.embed_views)}</td>
              <td class="end">{grouped(figures.visitors)}</td>
              <td class="end">{grouped(figures.tours_opened)}</td>
              <td class="end">{spoken(figures.tour_seconds, language.value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

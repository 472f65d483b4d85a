/** How often a listing was viewed: figures of a period, days, rooms, and where people looked; what each figure means. */
import { useSignal } from "@preact/signals";
import { listing } from "../api/listings.ts";
import { type Figures, figures, type Period, type SceneFigures, tableAddress } from "../api/statistics.ts";
import { day as dayText } from "../format.ts";
import { ListingFrame } from "../listings/listing-page.tsx";
import { language, t } from "../texts.ts";
import { useResource } from "../ui/resource.ts";
import { Empty, Loaded, ProblemBox } from "../ui/states.tsx";
import { DayBars } from "./day-bars.tsx";
import { HeatMap } from "./heat-map.tsx";
import { grouped, periodOf, spoken } from "./period.ts";

const SPANS = [7, 30, 90];

export function StatisticsPage({ id }: { id: string }) {
  const item = useResource(`listing/${id}`, (signal) => listing(id, signal));
  const period = useSignal<Period>(periodOf(30));
  const { from, to } = period.value;
  const found = useResource(`statistics/${id}/${from}/${to}`, (signal) => figures(id, period.value, signal));
  return (
    <ListingFrame id={id} tab="statistics" item={item.data.value?.value}>
      {item.problem.value && <ProblemBox problem={item.problem.value} retry={() => void item.reload()} />}
      <PeriodPicker
        period={period.value}
        choose={(next) => {
          period.value = next;
        }}
      />
      <Loaded resource={found} rows={6}>
        {(value) =>
          value.counted_since === null ? (
            <section class="card">
              <Empty title={t("statistics-none")}>
                <p>{t("statistics-none-text")}</p>
              </Empty>
            </section>
          ) : (
            <Shown id={id} value={value} />
          )
        }
      </Loaded>
      <Explained />
    </ListingFrame>
  );
}

function PeriodPicker({ period, choose }: { period: Period; choose: (period: Period) => void }) {
  const set = (name: keyof Period) => (event: Event & { currentTarget: HTMLInputElement }) => {
    const { value } = event.currentTarget;
    if (!value) return;
    const next = { ...period, [name]: value };
    // Never the wrong way round: the other end follows.
    if (next.from > next.to) next[name === "from" ? "to" : "from"] = value;
    choose(next);
  };
  const today = periodOf(1).to;
  return (
    <fieldset class="toolbar" aria-label={t("statistics-period")}>
      {SPANS.map((days) => {
        const span = periodOf(days);
        return (
          <button
            key={days}
            type="button"
            class="button small"
            aria-pressed={span.from === period.from && span.to === period.to}
            onClick={() => choose(span)}
          >
            {t("statistics-last-days", { days })}
          </button>
        );
      })}
      <label class="row tight">
        <span class="faint">{t("from")}</span>
        <input type="date" value={period.from} max={today} onChange={set("from")} />
      </label>
      <label class="row tight">
        <span class="faint">{t("to")}</span>
        <input type="date" value={period.to} max={today} onChange={set("to")} />
      </label>
    </fieldset>
  );
}

function Shown({ id, value }: { id: string; value: Figures }) {
  const { totals } = value;
  const period = { from: value.from, to: value.to };
  const time = (seconds: number): string => spoken(seconds, language.value);
  const date = (day: string | null): string => dayText(day, language.value);
  const each = totals.tours_opened > 0 ? time(totals.tour_seconds / totals.tours_opened) : "—";
  return (
    <>
      <dl class="figures">
        <Figure
          name={t("statistics-views")}
          value={grouped(totals.views)}
          note={t("statistics-views-note", {
            listing: grouped(totals.listing_views),
            tour: grouped(totals.tour_views),
            embed: grouped(totals.embed_views),
          })}
        />
        <Figure
          name={t("statistics-visitor-days")}
          value={grouped(totals.visitor_days)}
          note={t("statistics-visitors-note", { most: grouped(totals.most_visitors) })}
        />
        <Figure name={t("statistics-opened")} value={grouped(totals.tours_opened)} note={t("statistics-opened-note")} />
        <Figure
          name={t("statistics-time")}
          value={time(totals.tour_seconds)}
          note={t("statistics-time-note", { each })}
        />
      </dl>
      <section class="card">
        <header class="card-head">
          <h2>{t("statistics-by-day")}</h2>
          <a class="button small" href={tableAddress(id, period, "days")} download>
            {t("statistics-csv")}
          </a>
        </header>
        <div class="card-body">
          <DayBars days={value.days} />
        </div>
      </section>
      <Rooms id={id} scenes={value.scenes} period={period} />
      <section class="card">
        <header class="card-head">
          <h2>{t("statistics-for-the-record")}</h2>
        </header>
        <div class="card-body">
          <blockquote class="statistics-record">
            {t("statistics-record", {
              from: date(value.from),
              to: date(value.to),
              views: grouped(totals.views),
              visitors: grouped(totals.visitor_days),
              opened: grouped(totals.tours_opened),
              time: time(totals.tour_seconds),
            })}
          </blockquote>
          <p class="faint">{t("statistics-since", { day: date(value.counted_since) })}</p>
        </div>
      </section>
    </>
  );
}

function Figure({ name, value, note }: { name: string; value: string; note: string }) {
  return (
    <div class="card figure">
      <dt>{name}</dt>
      <dd>
        <span class="figure-value numbers">{value}</span>
        <span class="faint block">{note}</span>
      </dd>
    </div>
  );
}

/** Time in each room; one of them is chosen for the map of where people looked. */
function Rooms({ id, scenes, period }: { id: string; scenes: SceneFigures[]; period: Period }) {
  const first = [...scenes].sort((one, other) => other.seconds - one.seconds)[0];
  const chosen = useSignal<string | undefined>(undefined);
  const shown = scenes.find((scene) => scene.id === chosen.value) ?? first;
  const most = Math.max(1, ...scenes.map(({ seconds }) => seconds));
  if (!shown) return null;
  const nameOf = ({ title, is_shown }: SceneFigures): string =>
    `${title ?? t("statistics-unknown-room")}${is_shown ? "" : ` · ${t("statistics-earlier")}`}`;
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t("statistics-rooms")}</h2>
        <a class="button small" href={tableAddress(id, period, "scenes")} download>
          {t("statistics-csv")}
        </a>
      </header>
      <div class="rooms-and-heat">
        <table class="table rooms">
          <thead>
            <tr>
              <th scope="col">{t("statistics-room")}</th>
              <th scope="col" class="end">
                {t("statistics-visits")}
              </th>
              <th scope="col" class="end">
                {t("statistics-time-in-room")}
              </th>
            </tr>
          </thead>
          <tbody>
            {scenes.map((scene) => (
              <tr key={scene.id} class={scene === shown ? "chosen" : ""}>
                <td>
                  <button
                    type="button"
                    class="link"
                    aria-pressed={scene === shown}
                    onClick={() => {
                      chosen.value = scene.id;
                    }}
                  >
                    {nameOf(scene)}
                  </button>
                  <span class="bar" aria-hidden="true">
                    <i ref={(node) => node?.style.setProperty("width", `${(100 * scene.seconds) / most}%`)} />
                  </span>
                </td>
                <td class="end numbers">{grouped(scene.visits)}</td>
                <td class="end numbers nowrap">{spoken(scene.seconds, language.value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <div class="rooms-heat">
          <h3>{t("statistics-heat", { room: nameOf(shown) })}</h3>
          <HeatMap listing={id} scene={shown.id} title={nameOf(shown)} />
        </div>
      </div>
    </section>
  );
}

function Explained() {
  return (
    <details class="card statistics-explained">
      <summary>{t("statistics-how")}</summary>
      <dl>
        {["views", "visitors", "opened", "time", "gaze", "privacy"].map((name) => (
          <div key={name}>
            <dt>{t(`statistics-how-${name}`)}</dt>
            <dd>{t(`statistics-how-${name}-text`)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

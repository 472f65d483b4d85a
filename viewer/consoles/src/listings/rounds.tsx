/** The rounds of a listing: terms, state, and the steps that may be taken. */
import { useSignal } from "@preact/signals";
import { addRound, history, type Listing, type PastStep, type Round, rounds } from "../api/listings.ts";
import { moment } from "../format.ts";
import { fullPrice } from "../money.ts";
import { has, principal } from "../session.ts";
import { language, t } from "../texts.ts";
import { Icon } from "../ui/icons.tsx";
import { useResource } from "../ui/resource.ts";
import { Empty, Loaded } from "../ui/states.tsx";
import { toast, toastProblem } from "../ui/toasts.tsx";
import { RoundBadge, roundKindName, roundStateName } from "./states.tsx";
import { StepDialog } from "./step-dialog.tsx";
import { nextRound, type Offer, offersFrom, termsEditable } from "./steps.ts";
import { TermsDialog } from "./terms-dialog.tsx";

export function Rounds({ item, changed }: { item: Listing; changed: () => void }) {
  const list = useResource(`rounds/${item.id}/${item.version}`, () => rounds(item.id));
  const past = useResource(`past/${item.id}/${item.version}`, () => history(item.id));
  const reload = (): void => {
    void list.reload();
    void past.reload();
    changed();
  };
  const add = async (kind: "first" | "second" | "sell_off"): Promise<void> => {
    try {
      await addRound(item.id, { kind, terms: {} });
      toast(t("round-added", { kind: roundKindName(kind) }));
      reload();
    } catch (error) {
      toastProblem(error);
    }
  };
  return (
    <Loaded resource={list}>
      {(items) => {
        const next = has("clerk", "court_admin") ? nextRound(items) : null;
        return (
          <div class="stack">
            {next && (
              <div>
                <button type="button" class="button primary" onClick={() => add(next)}>
                  <Icon name="plus" />
                  {t("round-add", { kind: roundKindName(next) })}
                </button>
              </div>
            )}
            {items.length === 0 && (
              <div class="card">
                <Empty title={t("rounds-none")}>{t("rounds-none-text")}</Empty>
              </div>
            )}
            {items.map((round) => (
              <RoundCard
                key={round.id}
                round={round}
                steps={(past.data.value ?? []).filter((step) => step.round_id === round.id)}
                changed={reload}
              />
            ))}
          </div>
        );
      }}
    </Loaded>
  );
}

interface CardProps {
  round: Round;
  steps: PastStep[];
  changed: () => void;
}

function RoundCard({ round, steps, changed }: CardProps) {
  const step = useSignal<Offer | undefined>(undefined);
  const editing = useSignal(false);
  const offers = offersFrom(round.state, principal.value?.roles ?? []).filter((offer) =>
    round.next.some((step) => step.to === offer.to),
  );
  const editable = has("clerk", "court_admin", "publisher") ? termsEditable(round.state) : "none";
  const { terms } = round;
  return (
    <section class="card">
      <header class="card-head">
        <div class="row">
          <h2>{roundKindName(round.kind)}</h2>
          <RoundBadge state={round.state} />
        </div>
        <div class="row">
          {editable !== "none" && (
            <button
              type="button"
              class="button small"
              onClick={() => {
                editing.value = true;
              }}
            >
              <Icon name="pen" />
              {editable === "dates" ? t("edit-dates") : t("edit-terms")}
            </button>
          )}
          {offers.map((offer) => (
            <button
              key={offer.to}
              type="button"
              class={offer.grave ? "button small quiet-danger" : "button small primary"}
              onClick={() => {
                step.value = offer;
              }}
            >
              {t(`step-${offer.to.replaceAll("_", "-")}`)}
            </button>
          ))}
        </div>
      </header>
      <div class="card-body">
        <dl class="facts-grid">
          <Fact label={t("start-price")} value={fullPrice(terms.start_price)} />
          <Fact label={t("deposit")} value={fullPrice(terms.deposit)} />
          <Fact label={t("increment")} value={fullPrice(terms.increment)} />
          <Fact label={t("opens-at")} value={moment(terms.opens_at, language.value)} />
          <Fact label={t("closes-at")} value={moment(terms.closes_at, language.value)} />
          <Fact label={t("platform-field")} value={terms.platform ? t(`platform-${terms.platform}`) : "—"} />
          {round.final_price !== null && <Fact label={t("final-price")} value={fullPrice(round.final_price)} />}
          {terms.payment && <Fact label={t("payment")} value={terms.payment} />}
        </dl>
        {steps.length > 0 && (
          <ol class="timeline" aria-label={t("round-history")}>
            {steps.map((row) => (
              <li key={`${row.at}${row.to}`}>
                <span class="numbers faint">{moment(row.at, language.value)}</span>
                <span>
                  <strong>{roundStateName(row.to)}</strong> {row.reason}
                  {row.document && <span class="faint">{t("by-document", { document: row.document })}</span>}
                </span>
              </li>
            ))}
          </ol>
        )}
      </div>
      {step.value && (
        <StepDialog
          round={round}
          offer={step.value}
          onClose={() => {
            step.value = undefined;
          }}
          onDone={() => {
            step.value = undefined;
            changed();
          }}
        />
      )}
      {editing.value && (
        <TermsDialog
          round={round}
          only={editable === "dates" ? "dates" : "all"}
          onClose={() => {
            editing.value = false;
          }}
          onDone={() => {
            editing.value = false;
            changed();
          }}
        />
      )}
    </section>
  );
}

function Fact({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd class="numbers">{value}</dd>
    </div>
  );
}

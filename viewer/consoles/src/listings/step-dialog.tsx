/** Taking a step in the life of a round: reason, document, date; broken rules are named with their source. */
import { useSignal } from "@preact/signals";
import { type Round, type Step, takeStep, type Violation } from "../api/listings.ts";
import type { Problem } from "../api/problem.ts";
import { fromLocalInput, parseYuan, toLocalInput } from "../format.ts";
import { language, t } from "../texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { TextField } from "../ui/fields.tsx";
import { useSending } from "../ui/form.ts";
import { ProblemBox } from "../ui/states.tsx";
import { toast } from "../ui/toasts.tsx";
import { roundKindName, roundStateName } from "./states.tsx";
import type { Offer } from "./steps.ts";

interface Props {
  round: Round;
  offer: Offer;
  onClose: () => void;
  onDone: () => void;
}

export function StepDialog({ round, offer, onClose, onDone }: Props) {
  const reason = useSignal("");
  const document = useSignal("");
  const at = useSignal(toLocalInput(new Date().toISOString()));
  const ended = useSignal("");
  const price = useSignal("");
  const sending = useSending();
  const sold = offer.to === "sold";
  const resumes = ["deferred", "suspended"].includes(offer.from) && ["announced", "bidding"].includes(offer.to);
  const announces = offer.to === "announced" && offer.from === "planned";
  const amount = parseYuan(price.value);
  const shown = sending.general("reason", "document", "at", "final_price", "reason_ended_at");

  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (sold && typeof amount !== "number") return;
    const step: Step = { to: offer.to, reason: reason.value.trim() };
    if (document.value.trim()) step.document = document.value.trim();
    const when = fromLocalInput(at.value);
    if (when && !announces) step.at = when;
    if (sold && typeof amount === "number") step.final_price = amount;
    const reasonEnded = fromLocalInput(ended.value);
    if (resumes && reasonEnded) step.reason_ended_at = reasonEnded;
    const done = await sending.run(async () => {
      const { warnings } = await takeStep(round.id, step);
      for (const rule of warnings)
        toast(t("step-warning", { rule: language.value === "en" ? rule.en : rule.zh, given: rule.given }), {
          tone: "bad",
        });
    });
    if (!done) return;
    toast(t("step-done", { kind: roundKindName(round.kind), state: roundStateName(offer.to) }));
    onDone();
  };

  return (
    <Dialog title={`${roundKindName(round.kind)} · ${t(`step-${offer.to.replaceAll("_", "-")}`)}`} onClose={onClose}>
      <form onSubmit={send}>
        <p class="prose">{t(`step-${offer.to.replaceAll("_", "-")}-text`)}</p>
        {shown && <Broken problem={shown} />}
        <TextField
          label={t("reason")}
          value={reason.value}
          onChange={(text) => {
            reason.value = text;
          }}
          rows={2}
          error={sending.errorOf("reason")}
          required
        />
        <TextField
          label={offer.document ? t("document") : t("document-optional")}
          hint={t("document-hint")}
          value={document.value}
          onChange={(text) => {
            document.value = text;
          }}
          error={sending.errorOf("document")}
          required={offer.document}
        />
        {sold && (
          <TextField
            label={t("final-price")}
            value={price.value}
            onChange={(text) => {
              price.value = text;
            }}
            suffix={t("yuan")}
            error={price.value && amount === undefined ? t("wrong-money") : sending.errorOf("final_price")}
            required
          />
        )}
        {!announces && (
          <TextField
            label={t("happened-at")}
            type="datetime-local"
            value={at.value}
            onChange={(text) => {
              at.value = text;
            }}
            error={sending.errorOf("at")}
          />
        )}
        {resumes && (
          <TextField
            label={t("reason-ended-at")}
            type="datetime-local"
            value={ended.value}
            onChange={(text) => {
              ended.value = text;
            }}
            error={sending.errorOf("reason_ended_at")}
          />
        )}
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            {t("cancel")}
          </button>
          <button type="submit" class={offer.grave ? "button danger" : "button primary"} disabled={sending.busy}>
            {t(`step-${offer.to.replaceAll("_", "-")}`)}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

/** A refusal, with every broken rule, its law and article, what it wants and what was found. */
export function Broken({ problem }: { problem: Problem }) {
  const list = problem.document.violations;
  if (!Array.isArray(list) || list.length === 0) return <ProblemBox problem={problem} />;
  return (
    <div class="stack">
      <ProblemBox problem={problem} />
      <ul class="rules">
        {(list as Violation[]).map((rule) => (
          <li key={rule.rule}>
            <strong>{language.value === "en" ? rule.en : rule.zh}</strong>
            <span>{t("rule-need-given", { need: rule.need || "—", given: rule.given || "—" })}</span>
            <span class="faint">
              {t("rule-source", { law: rule.law, article: rule.article, version: rule.version })}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

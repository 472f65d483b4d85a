/** The terms of a round: prices, dates, platform. */
import { useSignal } from "@preact/signals";
import { changeRound, type Round, type Terms } from "../api/listings.ts";
import { fromLocalInput, parseYuan, toLocalInput, yuan } from "../format.ts";
import { shortPrice } from "../money.ts";
import { t } from "../texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { SelectField, TextField } from "../ui/fields.tsx";
import { useSending } from "../ui/form.ts";
import { toast } from "../ui/toasts.tsx";
import { Broken } from "./step-dialog.tsx";

/** Ids of the platforms in the server's rule file. */
export const PLATFORMS = ["taobao", "jd", "rmfysszc", "gpai", "caa123", "icbc", "bjhl"];

interface Props {
  round: Round;
  only: "all" | "dates";
  onClose: () => void;
  onDone: () => void;
}

type MoneyName = "start_price" | "deposit" | "increment";

export function TermsDialog({ round, only, onClose, onDone }: Props) {
  const shownMoney = (fen: number | null): string => (fen === null || fen === undefined ? "" : yuan(fen));
  const typed = useSignal({
    start_price: shownMoney(round.terms.start_price),
    deposit: shownMoney(round.terms.deposit),
    increment: shownMoney(round.terms.increment),
    opens_at: toLocalInput(round.terms.opens_at),
    closes_at: toLocalInput(round.terms.closes_at),
    platform: round.terms.platform ?? "",
    item_url: round.terms.item_url ?? "",
    payment: round.terms.payment ?? "",
  });
  const sending = useSending();
  const values = typed.value;
  const set = (name: keyof typeof values) => (value: string) => {
    typed.value = { ...typed.value, [name]: value };
  };
  const amounts = {
    start_price: parseYuan(values.start_price),
    deposit: parseYuan(values.deposit),
    increment: parseYuan(values.increment),
  };
  const unreadable = Object.values(amounts).some((amount) => amount === undefined);
  const share =
    typeof amounts.start_price === "number" && typeof amounts.deposit === "number" && amounts.start_price > 0
      ? t("deposit-share", { percent: ((amounts.deposit / amounts.start_price) * 100).toFixed(2) })
      : undefined;

  const moneyField = (name: MoneyName, label: string, hint?: string) => (
    <TextField
      label={label}
      value={values[name]}
      onChange={set(name)}
      suffix={t("yuan")}
      hint={hint ?? (amounts[name] ? shortPrice(amounts[name] as number) : t("money-hint"))}
      disabled={only === "dates"}
      error={
        amounts[name] === undefined ? t("wrong-money") : (sending.errorOf(name) ?? sending.errorOf(`terms.${name}`))
      }
    />
  );

  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (unreadable) return;
    const terms: Terms = {
      start_price: amounts.start_price ?? null,
      deposit: amounts.deposit ?? null,
      increment: amounts.increment ?? null,
      opens_at: fromLocalInput(values.opens_at),
      closes_at: fromLocalInput(values.closes_at),
      platform: values.platform || null,
      item_url: values.item_url.trim() || null,
      payment: values.payment.trim() || null,
    };
    const etag = `"${round.version}"`;
    const done = await sending.run(async () => {
      await changeRound(round.id, terms, etag);
    });
    if (!done) return;
    toast(t("saved"));
    onDone();
  };

  return (
    <Dialog title={only === "dates" ? t("edit-dates") : t("edit-terms")} onClose={onClose} wide>
      <form onSubmit={send}>
        {sending.problem && !sending.problem.field && <Broken problem={sending.problem} />}
        <div class="fields">
          {moneyField("start_price", t("start-price"))}
          {moneyField("deposit", t("deposit"), share)}
          {moneyField("increment", t("increment"))}
          <TextField
            label={t("opens-at")}
            type="datetime-local"
            value={values.opens_at}
            onChange={set("opens_at")}
            hint={t("shanghai-time")}
            error={sending.errorOf("opens_at") ?? sending.errorOf("terms.opens_at")}
          />
          <TextField
            label={t("closes-at")}
            type="datetime-local"
            value={values.closes_at}
            onChange={set("closes_at")}
            hint={t("shanghai-time")}
            error={sending.errorOf("closes_at") ?? sending.errorOf("terms.closes_at")}
          />
          <SelectField
            label={t("platform-field")}
            value={values.platform}
            none={t("not-stated")}
            options={PLATFORMS.map((id) => ({ value: id, label: t(`platform-${id}`) }))}
            onChange={set("platform")}
            disabled={only === "dates"}
            error={sending.errorOf("platform") ?? sending.errorOf("terms.platform")}
          />
          <TextField
            label={t("item-url")}
            value={values.item_url}
            onChange={set("item_url")}
            disabled={only === "dates"}
            type="url"
            error={sending.errorOf("item_url")}
            wide
          />
          <TextField
            label={t("payment")}
            value={values.payment}
            onChange={set("payment")}
            disabled={only === "dates"}
            rows={2}
          />
        </div>
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            {t("cancel")}
          </button>
          <button type="submit" class="button primary" disabled={sending.busy || unreadable}>
            {t("save")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

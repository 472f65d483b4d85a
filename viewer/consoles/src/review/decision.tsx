/** Approve or return, publish or withdraw: who may, and under which conditions. */
import { useSignal } from "@preact/signals";
import { approveTour, type Pin, publishTour, returnTour, type Tour, withdrawTour } from "../api/tours.ts";
import { has, principal } from "../session.ts";
import { t } from "../texts.ts";
import { confirmed } from "../ui/dialog.tsx";
import { CheckField } from "../ui/fields.tsx";
import { useSending } from "../ui/form.ts";
import { ProblemBox } from "../ui/states.tsx";
import { toast } from "../ui/toasts.tsx";
import { PinForms } from "./pin-forms.tsx";
import type { Pins } from "./use-pins.ts";

export const CHECKS = ["people", "papers", "outside", "defects", "facts", "start", "date"] as const;

interface Props {
  id: string;
  tour: Tour;
  /** Whether a version can be seen by the public now. */
  live: boolean;
  allSeen: boolean;
  /** Everything beside the panoramas was opened, watched or heard. */
  piecesSeen: boolean;
  /** Whether who is signed in may approve or return it. */
  mayReview: boolean;
  /** What the reviewer has marked in the pictures. */
  pins: Pins;
  look: (pin: Pin) => void;
  changed: () => void;
}

export function Decision({ id, tour, live, allSeen, piecesSeen, mayReview, pins, look, changed }: Props) {
  const sending = useSending();
  const me = principal.value?.id;
  const submittedIt = me !== undefined && tour.submitted_by === me;
  const reviewedIt = me !== undefined && tour.reviewed_by === me;
  const run = async (work: () => Promise<unknown>, text: string): Promise<void> => {
    if (!(await sending.run(async () => void (await work())))) return;
    toast(text);
    changed();
  };
  const publish = async (): Promise<void> => {
    const sure = await confirmed({ title: t("publish"), text: t("publish-text"), action: t("publish") });
    if (sure !== null) await run(() => publishTour(id), t("published-now"));
  };
  const withdraw = async (): Promise<void> => {
    const reason = await confirmed({
      title: t("withdraw"),
      text: t("withdraw-text"),
      action: t("withdraw"),
      danger: true,
      reason: t("withdraw-reason"),
    });
    if (reason !== null) await run(() => withdrawTour(id, reason), t("withdrawn-now"));
  };

  return (
    <section class="card">
      <header class="card-head">
        <h2>{t("decision")}</h2>
      </header>
      <div class="card-body">
        {sending.problem && <ProblemBox problem={sending.problem} />}
        {tour.state === "submitted" && has("reviewer") && submittedIt && (
          <p class="notice warn">{t("four-eyes-review")}</p>
        )}
        {mayReview && <Review {...{ id, tour, allSeen, piecesSeen, pins, look, run }} busy={sending.busy} />}
        {tour.state === "submitted" && !has("reviewer") && <p class="prose">{t("waits-for-review")}</p>}
        {tour.state === "approved" && has("publisher") && (
          <>
            {(submittedIt || reviewedIt) && <p class="notice warn">{t("four-eyes-own")}</p>}
            <p class="prose">{t("approved-text")}</p>
            <div>
              <button
                type="button"
                class="button primary"
                disabled={sending.busy || submittedIt || reviewedIt}
                onClick={publish}
              >
                {t("publish")}
              </button>
            </div>
          </>
        )}
        {tour.state === "approved" && !has("publisher") && <p class="prose">{t("waits-for-publisher")}</p>}
        {live && <p class="notice good">{t("tour-is-published")}</p>}
        {live && has("publisher") && (
          <div>
            <button type="button" class="button quiet-danger" disabled={sending.busy} onClick={withdraw}>
              {t("withdraw")}
            </button>
          </div>
        )}
        {(tour.state === "draft" || tour.state === "returned") && <p class="prose">{t("waits-for-agency")}</p>}
      </div>
    </section>
  );
}

interface ReviewProps extends Pick<Props, "id" | "tour" | "allSeen" | "piecesSeen" | "pins" | "look"> {
  busy: boolean;
  run: (work: () => Promise<unknown>, text: string) => Promise<void>;
}

function Review({ id, tour, allSeen, piecesSeen, pins, look, busy, run }: ReviewProps) {
  const ticked = useSignal<string[]>([]);
  const remarks = useSignal("");
  const silent = pins.list.some((pin) => pin.text.trim() === "");
  const said = remarks.value.trim();
  const mayReturn = !silent && (said.length >= 2 || (said === "" && pins.list.length > 0));
  const complete = CHECKS.every((check) => ticked.value.includes(check));
  return (
    <>
      <fieldset class="stack tight">
        <legend class="label">{t("checklist")}</legend>
        {CHECKS.map((check) => (
          <CheckField
            key={check}
            label={t(`check-${check}`)}
            checked={ticked.value.includes(check)}
            onChange={(on) => {
              ticked.value = on ? [...ticked.value, check] : ticked.value.filter((other) => other !== check);
            }}
          />
        ))}
      </fieldset>
      {!allSeen && <p class="hint">{t("look-at-all")}</p>}
      {!piecesSeen && <p class="hint">{t("look-at-pictures")}</p>}
      {pins.list.length > 0 && <p class="hint">{t("pins-keep-from-approval")}</p>}
      <div>
        <button
          type="button"
          class="button primary"
          disabled={busy || !complete || !allSeen || !piecesSeen || pins.list.length > 0}
          onClick={() => run(() => approveTour(id), t("approved-now"))}
        >
          {t("approve")}
        </button>
      </div>
      <form
        class="tool stack tight"
        onSubmit={(event) => {
          event.preventDefault();
          void run(async () => {
            await returnTour(id, said, pins.list);
            pins.clear();
          }, t("returned-now"));
        }}
      >
        <PinForms tour={tour} pins={pins} look={look} />
        <label class="field">
          <span class="label">{t("return-remarks")}</span>
          <textarea
            rows={4}
            required={pins.list.length === 0}
            minLength={2}
            maxLength={4000}
            value={remarks.value}
            placeholder={t("return-placeholder")}
            onInput={(event) => {
              remarks.value = event.currentTarget.value;
            }}
          />
        </label>
        <div>
          <button type="submit" class="button quiet-danger" disabled={busy || !mayReturn}>
            {t("return")}
          </button>
        </div>
      </form>
    </>
  );
}

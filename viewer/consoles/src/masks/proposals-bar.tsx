/** Steps through what the program proposes to hide, and asks it to look again. */
import type { Job } from "../api/jobs.ts";
import type { Mask } from "../api/masks.ts";
import { JobProgress } from "../jobs/job-parts.tsx";
import { t } from "../texts.ts";
import { Icon } from "../ui/icons.tsx";
import { nextAfter, undecided } from "./proposals.ts";

interface Props {
  masks: readonly Mask[];
  selected: string | null;
  /** The newest search. */
  search: Job | null;
  /** Whether models are installed. */
  canSearch: boolean;
  select: (mask: Mask) => void;
  decide: (state: "confirmed" | "rejected") => void;
  lookAgain: () => void;
}

/** A button that a letter presses, too. */
function Press(props: { letter: string; text: Parameters<typeof t>[0]; disabled: boolean; onClick: () => void }) {
  const { letter, text, disabled, onClick } = props;
  return (
    <button
      type="button"
      class="button small"
      aria-keyshortcuts={letter.toLowerCase()}
      disabled={disabled}
      onClick={onClick}
    >
      {t(text)} <kbd>{letter}</kbd>
    </button>
  );
}

export function ProposalsBar({ masks, selected, search, canSearch, select, decide, lookAgain }: Props) {
  const open = undecided(masks);
  const at = open.findIndex(({ id }) => id === selected);
  const next = nextAfter(masks, selected);
  const looking = search?.state === "queued" || search?.state === "running";
  return (
    <section class="mask-proposals" aria-label={t("mask-proposals")}>
      {open.length > 0 && (
        <>
          <p class="strong" role="status">
            {at < 0
              ? t("mask-proposals-open", { count: open.length })
              : t("mask-proposals-at", { number: at + 1, count: open.length })}
          </p>
          <div class="row tight">
            <Press letter="N" text="mask-next" disabled={!next} onClick={() => next && select(next)} />
            <Press letter="A" text="mask-accept" disabled={at < 0} onClick={() => decide("confirmed")} />
            <Press letter="R" text="mask-refuse" disabled={at < 0} onClick={() => decide("rejected")} />
          </div>
        </>
      )}
      {looking && search && (
        <div>
          <p class="hint">{t("mask-looking")}</p>
          <JobProgress job={search} />
        </div>
      )}
      {search?.state === "failed" && <JobProgress job={search} />}
      {search?.state === "done" && open.length === 0 && <p class="hint">{t("mask-looked")}</p>}
      {!canSearch && <p class="hint">{t("mask-no-model")}</p>}
      {canSearch && !looking && (
        <button type="button" class="button small" onClick={lookAgain}>
          <Icon name="eye" />
          {t(search ? "mask-look-again" : "mask-look")}
        </button>
      )}
    </section>
  );
}

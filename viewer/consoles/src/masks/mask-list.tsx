/** The masks of a picture as a list: what each hides, a note, what was decided, whether the reviewer has seen it. */
import { MASK_KINDS, type Mask, type MaskKind } from "../api/masks.ts";
import { t } from "../texts.ts";
import { Icon } from "../ui/icons.tsx";
import { Badge } from "../ui/page.tsx";
import type { Edit } from "./drawing.ts";

const TONES = { proposed: "warn", confirmed: "good", rejected: "plain" } as const;

export function kindName(kind: MaskKind): string {
  return t(`mask-kind-${kind}`);
}

/** Who proposed a mask, and how sure it was. */
export function proposerOf({ carried_from, found }: Mask): string {
  if (!found) return t(carried_from ? "mask-carried" : "mask-by-program");
  return t("mask-found", { model: found.model, percent: Math.round(100 * found.confidence) });
}

interface Props {
  masks: Mask[];
  selected: string | null;
  readOnly: boolean;
  mayCheck: boolean;
  select: (mask: Mask) => void;
  edit: (edit: Edit) => void;
  see: (mask: Mask) => void;
  /** Whether other scenes may see the same spot. */
  mayCarry: boolean;
  /** Proposes the mask in other scenes; missing while there is something to save. */
  carry: ((mask: Mask) => void) | undefined;
}

export function MaskList({ masks, selected, readOnly, mayCheck, select, edit, see, mayCarry, carry }: Props) {
  if (masks.length === 0) return <p class="hint">{readOnly ? t("mask-none") : t("mask-none-text")}</p>;
  return (
    <ol class="mask-list">
      {masks.map((mask, index) => (
        <li key={mask.id} class={mask.id === selected ? "mask-item chosen" : "mask-item"}>
          <div class="row apart">
            <button
              type="button"
              class="link strong"
              aria-current={mask.id === selected ? "true" : undefined}
              onClick={() => select(mask)}
            >
              {t("mask-name", { number: index + 1, kind: kindName(mask.kind) })}
            </button>
            <Badge tone={TONES[mask.state]}>{t(`mask-state-${mask.state}`)}</Badge>
          </div>
          {mask.origin === "proposed" && <p class="faint">{proposerOf(mask)}</p>}
          {readOnly ? (
            mask.note && <p>{mask.note}</p>
          ) : (
            <div class="mask-fields">
              <select
                aria-label={t("mask-kind", { number: index + 1 })}
                value={mask.kind}
                onChange={(event) => edit({ do: "kind", id: mask.id, kind: event.currentTarget.value as MaskKind })}
              >
                {MASK_KINDS.map((kind) => (
                  <option key={kind} value={kind}>
                    {kindName(kind)}
                  </option>
                ))}
              </select>
              <input
                type="text"
                maxLength={200}
                value={mask.note}
                placeholder={t("mask-note-empty")}
                aria-label={t("mask-note", { number: index + 1 })}
                onInput={(event) => edit({ do: "note", id: mask.id, note: event.currentTarget.value })}
              />
            </div>
          )}
          <div class="row tight">
            {!readOnly && <Decide {...{ mask, edit }} number={index + 1} />}
            {!readOnly && mayCarry && mask.id === selected && mask.state === "confirmed" && (
              <button
                type="button"
                class="button small"
                disabled={!carry}
                title={t("mask-carry-text")}
                onClick={() => carry?.(mask)}
              >
                {t("mask-carry")}
              </button>
            )}
            {mask.seen && <span class="seen">{t("mask-seen")}</span>}
            {mayCheck && !mask.seen && (
              <button type="button" class="button small" onClick={() => see(mask)}>
                <Icon name="eye" />
                {t("mask-see", { number: index + 1 })}
              </button>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}

function Decide({ mask, edit, number }: { mask: Mask; edit: (edit: Edit) => void; number: number }) {
  const set = (state: Mask["state"]) => () => edit({ do: "state", id: mask.id, state });
  return (
    <>
      {mask.state !== "confirmed" && (
        <button type="button" class="button small" onClick={set("confirmed")}>
          {t(mask.state === "proposed" ? "mask-confirm" : "mask-restore")}
        </button>
      )}
      {mask.state === "proposed" && (
        <button type="button" class="button small" onClick={set("rejected")}>
          {t("mask-reject")}
        </button>
      )}
      {mask.state === "confirmed" && (
        <button
          type="button"
          class="icon-button"
          aria-label={t("mask-remove", { number })}
          title={t("mask-remove", { number })}
          onClick={() =>
            // What the program proposed or a reviewer has seen is lifted, and stays in the list.
            edit(
              mask.origin === "proposed" || mask.seen
                ? { do: "state", id: mask.id, state: "rejected" }
                : { do: "remove", id: mask.id },
            )
          }
        >
          <Icon name="trash" />
        </button>
      )}
    </>
  );
}

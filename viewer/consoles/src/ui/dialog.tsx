/** Modal dialogs on the browser's own <dialog>: focus stays inside, Escape closes, focus returns afterwards. */
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../texts.ts";
import { Icon } from "./icons.tsx";

interface DialogProps {
  title: string;
  onClose: () => void;
  wide?: boolean;
  children: ComponentChildren;
}

export function Dialog({ title, onClose, wide = false, children }: DialogProps) {
  const host = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    host.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={host}
      class={wide ? "dialog wide" : "dialog"}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header class="dialog-head">
        <h2>{title}</h2>
        <button type="button" class="icon-button" aria-label={t("close")} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div class="dialog-body">{children}</div>
    </dialog>
  );
}

interface Question {
  title: string;
  text?: string;
  /** What has to be known before, one line each. */
  points?: readonly string[];
  action: string;
  danger?: boolean;
  /** Label of a reason that must be given. */
  reason?: string;
  answer: (reason: string | null) => void;
}

const question = signal<Question | undefined>(undefined);

/** Asks; resolves to null when refused, else to the reason (empty if none was asked for). */
export function confirmed(ask: Omit<Question, "answer">): Promise<string | null> {
  return new Promise((resolve) => {
    question.value = {
      ...ask,
      answer: (reason) => {
        question.value = undefined;
        resolve(reason);
      },
    };
  });
}

export function ConfirmHost() {
  const asked = question.value;
  if (!asked) return null;
  return (
    <Dialog title={asked.title} onClose={() => asked.answer(null)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const reason = new FormData(event.currentTarget).get("reason");
          asked.answer(typeof reason === "string" ? reason.trim() : "");
        }}
      >
        {asked.text && <p class="prose">{asked.text}</p>}
        {asked.points && asked.points.length > 0 && (
          <ul class="notice warn points">
            {asked.points.map((point) => (
              <li key={point}>{point}</li>
            ))}
          </ul>
        )}
        {asked.reason && (
          <label class="field">
            <span class="label">{asked.reason}</span>
            <textarea name="reason" rows={3} required minLength={2} maxLength={2000} />
          </label>
        )}
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={() => asked.answer(null)}>
            {t("cancel")}
          </button>
          <button type="submit" class={asked.danger ? "button danger" : "button primary"}>
            {asked.action}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

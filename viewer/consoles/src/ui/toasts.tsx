/** Short notes in the corner: what was done, with undo where that is possible. */
import { signal } from "@preact/signals";
import { asProblem } from "../api/problem.ts";
import { t } from "../texts.ts";
import { Icon } from "./icons.tsx";

interface Toast {
  id: number;
  text: string;
  tone: "good" | "bad";
  undo?: () => void;
}

const shown = signal<Toast[]>([]);
let counter = 0;

function drop(id: number): void {
  shown.value = shown.value.filter((toast) => toast.id !== id);
}

export function toast(text: string, options: { tone?: Toast["tone"]; undo?: () => void } = {}): void {
  counter += 1;
  const entry: Toast = { id: counter, text, tone: options.tone ?? "good" };
  if (options.undo) entry.undo = options.undo;
  // Undo takes back the last step, whatever it was: only the newest note may offer it.
  const before = shown.value.slice(-3).map(({ undo, ...rest }) => (undo && !entry.undo ? { ...rest, undo } : rest));
  shown.value = [...before, entry];
  const stay = entry.tone === "bad" ? 12_000 : entry.undo ? 8_000 : 4_500;
  window.setTimeout(() => drop(entry.id), stay);
}

/** Says in a toast what went wrong. */
export function toastProblem(error: unknown): void {
  const problem = asProblem(error);
  toast(problem.message || problem.title, { tone: "bad" });
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {shown.value.map((entry) => (
        <div key={entry.id} class={`toast ${entry.tone}`}>
          <Icon name={entry.tone === "good" ? "check" : "warning"} />
          <span>{entry.text}</span>
          {entry.undo && (
            <button
              type="button"
              class="button small"
              onClick={() => {
                drop(entry.id);
                entry.undo?.();
              }}
            >
              {t("undo")}
            </button>
          )}
          <button type="button" class="icon-button" aria-label={t("close")} onClick={() => drop(entry.id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}

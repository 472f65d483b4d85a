/** The frame of a page: title, what can be done, and the way back. */
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { href } from "../router.ts";
import { t } from "../texts.ts";

interface PageProps {
  title: string;
  /** Small line above the title: where one is. */
  back?: { path: string; label: string };
  actions?: ComponentChildren;
  note?: ComponentChildren;
  children: ComponentChildren;
}

export function PageFrame({ title, back, actions, note, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · ${t("product")}`;
  }, [title]);
  return (
    <div class="page">
      <header class="page-head">
        <div class="page-titles">
          {back && (
            <a class="back" href={href(back.path)}>
              {"‹ "}
              {back.label}
            </a>
          )}
          <h1 tabIndex={-1}>{title}</h1>
          {note && <div class="page-note">{note}</div>}
        </div>
        {actions && <div class="page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export function Badge({
  tone,
  children,
}: {
  tone: "plain" | "info" | "good" | "warn" | "bad";
  children: ComponentChildren;
}) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

/** A growing list's button for more. */
export function More({ more, loading, load }: { more: boolean; loading: boolean; load: () => void }) {
  if (!more) return null;
  return (
    <div class="more">
      <button type="button" class="button" disabled={loading} onClick={load}>
        {loading ? t("loading") : t("load-more")}
      </button>
    </div>
  );
}

/** What a page shows while loading, when empty, and when something went wrong. */
import type { ComponentChildren } from "preact";
import type { Problem } from "../api/problem.ts";
import { t } from "../texts.ts";
import { Icon } from "./icons.tsx";
import type { Resource } from "./resource.ts";

export function ProblemBox({ problem, retry }: { problem: Problem; retry?: (() => void) | undefined }) {
  return (
    <div class="problem" role="alert">
      <Icon name="warning" />
      <div class="problem-text">
        <strong>{problem.title || t("something-failed")}</strong>
        {problem.message !== problem.title && <p>{problem.message}</p>}
        {problem.requestId && problem.status >= 500 && (
          <p class="faint">{t("request-id", { id: problem.requestId })}</p>
        )}
      </div>
      {retry && (
        <button type="button" class="button small" onClick={retry}>
          {t("try-again")}
        </button>
      )}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <Icon name="empty" />
      <p class="empty-title">{title}</p>
      {children && <div class="empty-more">{children}</div>}
    </div>
  );
}

export function Loading({ rows = 4 }: { rows?: number }) {
  return (
    <div class="loading" role="status" aria-label={t("loading")}>
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} class="skeleton" />
      ))}
    </div>
  );
}

interface LoadedProps<T> {
  resource: Resource<T>;
  rows?: number;
  children: (value: T) => ComponentChildren;
}

/** Shows a resource in whichever state it is; an error after data came stays above the data. */
export function Loaded<T>({ resource, rows = 4, children }: LoadedProps<T>) {
  const { data, problem, reload } = resource;
  const value = data.value;
  return (
    <>
      {problem.value && <ProblemBox problem={problem.value} retry={() => void reload()} />}
      {value === undefined ? !problem.value && <Loading rows={rows} /> : children(value)}
    </>
  );
}

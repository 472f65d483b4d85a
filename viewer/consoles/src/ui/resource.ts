/** Things loaded from the server: one value, or a list that grows page by page. */
import { type Signal, useSignal } from "@preact/signals";
import { useCallback, useEffect, useRef } from "preact/hooks";
import type { Page } from "../api/http.ts";
import { asProblem, type Problem } from "../api/problem.ts";

export interface Resource<T> {
  data: Signal<T | undefined>;
  problem: Signal<Problem | undefined>;
  loading: Signal<boolean>;
  /** Loads again; what is shown stays until the new answer is there. */
  reload: () => Promise<void>;
}

/** Loads when the component appears and whenever `key` changes. */
export function useResource<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const data = useSignal<T | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);
  const loading = useSignal(true);
  const latest = useRef(load);
  latest.current = load;
  const running = useRef<AbortController | undefined>(undefined);

  const reload = useCallback(async () => {
    running.current?.abort();
    const own = new AbortController();
    running.current = own;
    loading.value = true;
    try {
      const value = await latest.current(own.signal);
      if (own.signal.aborted) return;
      data.value = value;
      problem.value = undefined;
    } catch (error) {
      if (own.signal.aborted) return;
      problem.value = asProblem(error);
    }
    loading.value = false;
  }, []);

  // `key` says what to load; that is the point.
  useEffect(() => {
    data.value = undefined;
    problem.value = undefined;
    void reload();
    return () => running.current?.abort();
  }, [key]);

  return { data, problem, loading, reload };
}

/** Where the next page begins; null for the first. */
export type Cursor = string | number | null;

export interface Pages<T> extends Resource<T[]> {
  /** Whether there is more to load. */
  more: Signal<boolean>;
  loadMore: () => Promise<void>;
}

/** A list with a cursor: the first page at once, the next ones when asked for. */
export function usePages<T>(key: string, load: (cursor: Cursor, signal: AbortSignal) => Promise<Page<T>>): Pages<T> {
  const next = useRef<Cursor>(null);
  const more = useSignal(false);
  const latest = useRef(load);
  latest.current = load;
  const keep = (page: Page<T>): void => {
    next.current = page.next;
    more.value = page.next !== null;
  };
  const first = useResource<T[]>(key, async (signal) => {
    const page = await latest.current(null, signal);
    keep(page);
    return page.items;
  });
  const loadMore = useCallback(async () => {
    if (next.current === null || first.loading.value) return;
    first.loading.value = true;
    try {
      const page = await latest.current(next.current, new AbortController().signal);
      keep(page);
      first.data.value = [...(first.data.value ?? []), ...page.items];
    } catch (error) {
      first.problem.value = asProblem(error);
    }
    first.loading.value = false;
  }, [first]);
  return { ...first, more, loadMore };
}

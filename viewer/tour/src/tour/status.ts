/**
 * Asks the server every few seconds, while the page is seen, whether the tour may still be shown: a suspended round puts
 * up a banner, a withdrawn one ends the tour. A server that cannot be reached changes nothing.
 */

export type Status =
  | { kind: "open" }
  | { kind: "notice"; state: string; banner: string | null; until: string | null }
  | { kind: "withdrawn" };

const EVERY = 10_000;

export function watchStatus(url: string, tell: (status: Status) => void): { check(): void; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  const ask = async () => {
    clearTimeout(timer);
    if (stopped || document.visibilityState === "hidden") return;
    const status = await fetchStatus(url);
    if (stopped) return;
    if (status) tell(status);
    clearTimeout(timer);
    timer = setTimeout(ask, EVERY);
  };
  const seen = () => {
    if (document.visibilityState === "visible") void ask();
  };
  document.addEventListener("visibilitychange", seen);
  void ask();
  return {
    check: () => void ask(),
    stop() {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    },
  };
}

async function fetchStatus(url: string): Promise<Status | undefined> {
  try {
    const response = await fetch(url, { cache: "no-cache", headers: { Accept: "application/json" } });
    if (response.status === 404 || response.status === 410) return { kind: "withdrawn" };
    return response.ok ? readStatus(await response.json()) : undefined;
  } catch {
    return undefined;
  }
}

export function readStatus(value: unknown): Status {
  const json = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const state = typeof json.state === "string" ? json.state : "";
  const banner = typeof json.banner === "string" && json.banner !== "" ? json.banner : null;
  const until = typeof json.until === "string" ? json.until : null;
  if (state === "withdrawn") return { kind: "withdrawn" };
  if (banner !== null || state === "suspended" || state === "deferred") return { kind: "notice", state, banner, until };
  return { kind: "open" };
}

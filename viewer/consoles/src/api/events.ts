/** Server-Sent Events: what changed, as it changes. The browser reconnects by itself and says what it saw last. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

export type Topic = "job" | "asset" | "upload" | "listing" | "tour" | "shot_list";
type Listener = (data: unknown) => void;

const TOPICS: Topic[] = ["job", "asset", "upload", "listing", "tour", "shot_list"];
const listeners = new Map<Topic, Set<Listener>>();
/** Told when events may have been missed: everything shown should be loaded again. */
const resets = new Set<() => void>();
let source: EventSource | undefined;
let lost = false;

export const liveState = signal<"off" | "on" | "lost">("off");

export function openEvents(): void {
  if (source) return;
  source = new EventSource("/api/v1/events");
  source.onopen = () => {
    liveState.value = "on";
    if (lost) for (const reset of resets) reset();
    lost = false;
  };
  source.onerror = () => {
    lost = true;
    liveState.value = "lost";
    if (source?.readyState === EventSource.CLOSED) {
      // The server answered with an error; the browser gives up, we do not.
      source = undefined;
      window.setTimeout(() => {
        if (liveState.value === "lost") openEvents();
      }, 5_000);
    }
  };
  source.addEventListener("reset", () => {
    for (const reset of resets) reset();
  });
  for (const topic of TOPICS)
    source.addEventListener(topic, (event) => {
      let data: unknown;
      try {
        data = JSON.parse((event as MessageEvent<string>).data);
      } catch {
        return;
      }
      for (const listener of listeners.get(topic) ?? []) listener(data);
    });
}

export function closeEvents(): void {
  source?.close();
  source = undefined;
  liveState.value = "off";
}

/** Calls back for each event of a topic while the component is there; `missed` when some may have been lost. */
export function useEvents(topic: Topic, listener: Listener, missed?: () => void): void {
  useEffect(() => {
    const set = listeners.get(topic) ?? new Set<Listener>();
    listeners.set(topic, set);
    set.add(listener);
    if (missed) resets.add(missed);
    return () => {
      set.delete(listener);
      if (missed) resets.delete(missed);
    };
    // The callbacks read signals, never stale state.
  }, [topic]);
}

/** Addresses under /console: the present path as a signal, moves through the browser's history. */
import { signal } from "@preact/signals";

const BASE = "/console";

export interface Place {
  path: string;
  query: URLSearchParams;
}

/** Asks whether unsaved work may be left; true means go. */
type Guard = () => boolean;

let guard: Guard | undefined;

function here(): Place {
  if (typeof location === "undefined") return { path: "/", query: new URLSearchParams() };
  const path = location.pathname.startsWith(BASE) ? location.pathname.slice(BASE.length) : "/";
  return { path: path.replace(/\/+$/, "") || "/", query: new URLSearchParams(location.search) };
}

export const place = signal<Place>(here());

/** While set, leaving the page asks first. Returns what takes it away again. */
export function guardLeaving(ask: Guard): () => void {
  guard = ask;
  return () => {
    if (guard === ask) guard = undefined;
  };
}

export function href(path: string): string {
  return path === "/" ? BASE : BASE + path;
}

export function go(path: string, how: "push" | "replace" = "push"): void {
  if (how === "push" && guard && !guard()) return;
  if (how === "push") history.pushState(null, "", href(path));
  else history.replaceState(null, "", href(path));
  const before = place.value.path;
  place.value = here();
  if (place.value.path !== before) window.scrollTo(0, 0);
}

/** Changes the query of the present page without a new entry in the history. */
export function setQuery(changes: Record<string, string | null>): void {
  const query = new URLSearchParams(place.value.query);
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const text = query.toString();
  go(place.value.path + (text ? `?${text}` : ""), "replace");
}

/** Lets links inside the consoles move without loading the page anew. */
export function startRouter(): void {
  window.addEventListener("popstate", () => {
    place.value = here();
  });
  window.addEventListener("beforeunload", (event) => {
    if (guard) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (link.pathname !== BASE && !link.pathname.startsWith(`${BASE}/`)) return;
    event.preventDefault();
    go((link.pathname.slice(BASE.length) || "/") + link.search);
  });
}

/** The named parts of `path` if it has the form of `pattern` (`/listings/:id/media`). */
export function matched(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return null;
  const parts: Record<string, string> = {};
  for (const [index, want] of wanted.entries()) {
    const have = given[index] ?? "";
    if (want.startsWith(":") && have) parts[want.slice(1)] = decodeURIComponent(have);
    else if (want !== have) return null;
  }
  return parts;
}

/** One way to talk to the server: JSON both ways, CSRF token, language, ETags, problems as exceptions. */
import { language, t } from "../texts.ts";
import { Problem, problemFrom } from "./problem.ts";

export interface Page<T> {
  items: T[];
  next: string | number | null;
}

export interface Versioned<T> {
  value: T;
  etag: string | null;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Ask {
  body?: unknown;
  ifMatch?: string | null;
  query?: Record<string, string | number | boolean | null | undefined>;
  signal?: AbortSignal;
}

const ROOT = "/api/v1/";
let csrf = "";
let signedOut: () => void = () => {};

/** What unsafe requests repeat in `X-CSRF-Token`. */
export function csrfToken(): string {
  return csrf;
}

export function setCsrf(token: string): void {
  csrf = token;
}

/** Called when the server no longer knows the session. */
export function onSignedOut(listener: () => void): void {
  signedOut = listener;
}

export function address(path: string, query: Ask["query"] = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== null && value !== undefined && value !== "") search.set(name, String(value));
  const text = search.toString();
  return ROOT + path + (text ? `?${text}` : "");
}

/** Sends one request; the body of the answer and its ETag. Throws a {@link Problem}. */
export async function ask<T>(method: Method, path: string, options: Ask = {}): Promise<Versioned<T>> {
  const headers: Record<string, string> = { Accept: "application/json", "Accept-Language": language.value };
  if (method !== "GET") headers["X-CSRF-Token"] = csrf;
  if (options.ifMatch) headers["If-Match"] = options.ifMatch;
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  const response = await send(address(path, options.query), {
    method,
    headers,
    credentials: "same-origin",
    body: options.body === undefined ? null : JSON.stringify(options.body),
    signal: options.signal ?? null,
  });
  const text = await response.text();
  if (!response.ok) throw refused(response, text);
  return { value: (text ? JSON.parse(text) : undefined) as T, etag: response.headers.get("ETag") };
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem({ slug: "offline", status: 0, title: t("offline-title"), detail: t("offline") });
  }
}

function refused(response: Response, text: string): Problem {
  const problem = problemFrom(response.status, text, t("http-error", { status: response.status }));
  if (problem.status === 401 && problem.slug === "signed-out") signedOut();
  return problem;
}

export async function get<T>(path: string, query?: Ask["query"], signal?: AbortSignal): Promise<T> {
  const options: Ask = {};
  if (query) options.query = query;
  if (signal) options.signal = signal;
  return (await ask<T>("GET", path, options)).value;
}

/** Bytes such as a picture; undefined where the server has none (204). Throws a {@link Problem}. */
export async function getBlob(path: string, signal: AbortSignal): Promise<Blob | undefined> {
  const headers = { "Accept-Language": language.value };
  const response = await send(address(path), { headers, credentials: "same-origin", signal });
  if (!response.ok) throw refused(response, await response.text());
  return response.status === 204 ? undefined : await response.blob();
}

export async function post<T>(path: string, body: unknown = {}): Promise<T> {
  return (await ask<T>("POST", path, { body })).value;
}

export async function patch<T>(path: string, body: unknown, ifMatch?: string | null): Promise<Versioned<T>> {
  return ask<T>("PATCH", path, { body, ifMatch: ifMatch ?? null });
}

export async function remove(path: string): Promise<void> {
  await ask<void>("DELETE", path);
}

/** What the server says went wrong (RFC 9457), or what kept us from hearing it. */

export interface ProblemDocument {
  slug: string;
  status: number;
  title: string;
  detail: string;
  field?: string;
  request_id?: string;
  [argument: string]: unknown;
}

export class Problem extends Error {
  readonly slug: string;
  readonly status: number;
  readonly title: string;
  readonly field: string | undefined;
  readonly requestId: string | undefined;
  readonly document: ProblemDocument;

  constructor(document: ProblemDocument) {
    super(document.detail);
    this.name = "Problem";
    this.slug = document.slug;
    this.status = document.status;
    this.title = document.title;
    this.field = document.field;
    this.requestId = document.request_id;
    this.document = document;
  }
}

/** The problem in an answer of any form; `fallback` says it in words when the body is none. */
export function problemFrom(status: number, body: string, fallback: string): Problem {
  try {
    const read: unknown = JSON.parse(body);
    if (typeof read === "object" && read !== null && "slug" in read)
      return new Problem({ status, title: "", detail: fallback, ...read } as ProblemDocument);
  } catch {
    // Not JSON: a proxy's page, or nothing at all.
  }
  return new Problem({ slug: `http-${status}`, status, title: fallback, detail: fallback });
}

/** Anything thrown, as a problem. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new Problem({ slug: "console-error", status: 0, title: detail, detail });
}

/** Answers what the viewer asks its site, from the copy. Nothing goes to the network. */
import { type Copy, decoded } from "./copy.ts";

/** What `data/tour.js` tells. */
export interface Opening {
  language: string;
  title: string;
  court: string;
  /** Address of the listing's page. */
  listing: string;
  state: { version: string; number?: number; publishedAt?: string; root?: string };
  /** `tour.json`, letter by letter: its hash was signed. */
  document: string;
  /** `manifest.json`, `manifest.sig` and `jwks.json` in base64; null for a draft. */
  signed: Record<string, string> | null;
}

/** A `fetch` that knows the copy alone. */
export function answersFrom(copy: Copy, opening: Opening): typeof fetch {
  const base = `/t/${opening.state.version}/`;
  const find = async (url: string): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    const signed = (name: string) => {
      const base64 = opening.signed?.[name];
      return base64 === undefined ? undefined : decoded(base64);
    };
    if (url === "/.well-known/jwks.json") return signed("jwks.json");
    // As without a network: "not found" would tell the viewer that the tour was taken down.
    if (!url.startsWith(base)) throw new TypeError(`${url} is not in this copy`);
    const name = url.slice(base.length);
    if (name === "tour.json") return new TextEncoder().encode(opening.document);
    return name.startsWith("manifest.") ? signed(name) : copy.find(name);
  };
  return async (input, init) => {
    const url = typeof input === "string" ? input : input instanceof URL ? input.href : input.url;
    const found = await find(url);
    init?.signal?.throwIfAborted();
    if (!found) return new Response(null, { status: 404 });
    const type = /manifest|digests|jwks|tour\.json/.test(url) ? "application/octet-stream" : "image/jpeg";
    return new Response(found, { headers: { "content-type": type } });
  };
}

/** Where the copy has a picture for `<img>`: stills and previews are plain files. */
export function fileOf(url: string, version: string): string {
  const base = `/t/${version}/`;
  return url.startsWith(base) ? `files/${url.slice(base.length)}` : url;
}

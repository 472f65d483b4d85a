/**
 * What the court signed, as `docs/proof.md` describes it: the manifest of a version and the addenda for WebP. Reads and
 * checks; knows neither the network nor the page.
 */

/** One pack of a scene. */
export interface Part {
  levels: number;
  pictures: number;
  /** SHA-256 of the head of its digests, hexadecimal. */
  digests: string;
}

export interface Manifest {
  listing: string;
  publication: string;
  number: number;
  court: string;
  publishedAt: string;
  root: string;
  /** SHA-256 of tour.json, hexadecimal. */
  tour: string;
  key: string;
  scenes: readonly { id: string; jpeg: Part }[];
  /** Pictures of hotspots and of the plan; missing in manifests from before they were vouched for. */
  pictures?: readonly { id: string; sha256: string }[];
  /** Videos of hotspots with their stills; left out where there are none. */
  videos?: readonly { id: string; sha256: string; still: string }[];
}

export interface Addendum {
  publication: string;
  /** SHA-256 of the manifest, hexadecimal. */
  manifest: string;
  scene: string;
  webp: Part;
}

/** Bytes of a picture's digest and of a list's hash in the head. */
export const DIGEST = 16;
const LIST_HASH = 32;

/** `unable`: this browser knows no Ed25519. */
export type Signature = "right" | "wrong" | "unable";

export async function sha256(bytes: BufferSource): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Whether one of the site's public keys (a JWK set, RFC 7517) signed the text: the one that the text names. */
export async function checkSignature(
  text: BufferSource,
  signature: BufferSource,
  keys: unknown,
  name: string,
): Promise<Signature> {
  const jwk = (keys as { keys?: JsonWebKey[] })?.keys?.find((key) => (key as { kid?: unknown }).kid === name);
  if (!jwk) return "wrong";
  try {
    const { kty, crv, x } = jwk;
    const key = await crypto.subtle.importKey("jwk", { kty, crv, x } as JsonWebKey, { name: "Ed25519" }, false, [
      "verify",
    ]);
    return (await crypto.subtle.verify({ name: "Ed25519" }, key, signature, text)) ? "right" : "wrong";
  } catch (problem) {
    return problem instanceof DOMException && problem.name === "NotSupportedError" ? "unable" : "wrong";
  }
}

/** The manifest in a text whose signature was checked; undefined when it is none. */
export function readManifest(text: string): Manifest | undefined {
  const json = parse(text);
  if (json?.format !== "kanfang-manifest" || json.version !== 1 || !Array.isArray(json.scenes)) return undefined;
  return json as unknown as Manifest;
}

export function readAddendum(text: string): Addendum | undefined {
  const json = parse(text);
  return json?.format === "kanfang-addendum" && json.version === 1 ? (json as unknown as Addendum) : undefined;
}

/** The list of digests in a piece, if it is the one that was vouched for. */
export async function openPiece(
  piece: Uint8Array<ArrayBuffer>,
  part: Part,
  list: number,
): Promise<Uint8Array | undefined> {
  const length = (part.levels + 1) * LIST_HASH;
  const head = piece.subarray(0, length);
  const rest = piece.subarray(length);
  if (piece.length < length || hex(await sha256(head)) !== part.digests) return undefined;
  const stated = head.subarray(list * LIST_HASH, (list + 1) * LIST_HASH);
  return same(await sha256(rest), stated) ? rest : undefined;
}

/** Whether a picture is the one at this place of a list. */
export async function isPicture(picture: BufferSource, list: Uint8Array, index: number): Promise<boolean> {
  const stated = list.subarray(index * DIGEST, (index + 1) * DIGEST);
  return stated.length === DIGEST && same((await sha256(picture)).subarray(0, DIGEST), stated);
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Sends one file beside the queue of the media page, and tells which asset it became. */
import { allAssets, knownAssets } from "../api/media.ts";
import { hashOf } from "./hashing.ts";
import { sendByTus } from "./tus-sender.ts";

/** `progress` hears how much is sent, 0–1. Rejects in words when it cannot be sent, and when `signal` says stop. */
export async function sendOne(
  listing: string,
  file: File,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<string> {
  const hash = await hashOf(file, () => {}, signal);
  const known = async (): Promise<string | undefined> =>
    hash ? (await knownAssets(listing, [{ blake3: hash, size: file.size }])).known[0]?.asset : undefined;
  const there = await known().catch(() => undefined);
  if (there) return there;
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const item = { id: 0, file, name: file.name, state: "sending" as const, done: 0, hash, error: null };
    const sending = sendByTus(listing, item, {
      progress: (sent) => progress(sent / Math.max(1, file.size)),
      done: resolve,
      failed: (why) => reject(new Error(why)),
    });
    signal.addEventListener("abort", () => {
      sending.discard();
      reject(signal.reason);
    });
  });
  const sent = await known();
  if (sent) return sent;
  // Without a hash it is found by its name.
  const named = (await allAssets(listing)).filter((one) => one.file_name === file.name && one.size === file.size);
  const latest = named.sort((one, other) => other.uploaded_at.localeCompare(one.uploaded_at))[0];
  if (!latest) throw new Error(file.name);
  return latest.id;
}

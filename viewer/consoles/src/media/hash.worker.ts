/** Hashes files off the main thread: BLAKE3 over slices, so that memory stays small whatever the file's size. */
import { createBLAKE3 } from "hash-wasm";

export interface HashRequest {
  id: number;
  file: Blob;
}

export type HashAnswer = { id: number } & ({ done: number } | { hash: string } | { failed: string });

const SLICE = 4 * 1024 * 1024;
/** The part of a worker's global scope that is used: the types of pages and of workers cannot be loaded together. */
const scope = self as unknown as {
  postMessage: (answer: HashAnswer) => void;
  onmessage: ((event: MessageEvent<HashRequest | { cancel: number }>) => void) | null;
};
const cancelled = new Set<number>();

async function hash({ id, file }: HashRequest): Promise<void> {
  const hasher = await createBLAKE3();
  hasher.init();
  for (let at = 0; at < file.size; at += SLICE) {
    if (cancelled.delete(id)) return;
    hasher.update(new Uint8Array(await file.slice(at, at + SLICE).arrayBuffer()));
    scope.postMessage({ id, done: Math.min(file.size, at + SLICE) } satisfies HashAnswer);
  }
  scope.postMessage({ id, hash: hasher.digest("hex") } satisfies HashAnswer);
}

let queue = Promise.resolve();
scope.onmessage = (event) => {
  const request = event.data;
  if ("cancel" in request) {
    cancelled.add(request.cancel);
    return;
  }
  // One after the other: two readers on one disk only get in each other's way.
  queue = queue
    .then(() => hash(request))
    .catch((error: unknown) => {
      scope.postMessage({ id: request.id, failed: String(error) } satisfies HashAnswer);
    });
};

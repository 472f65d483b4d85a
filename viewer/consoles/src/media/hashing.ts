/** Asks the worker for a file's BLAKE3; null where the browser cannot (then the server finds duplicates itself). */
import { scriptAddress } from "../trusted.ts";
import type { HashAnswer } from "./hash.worker.ts";
import workerAddress from "./hash.worker.ts?worker&url";

interface Waiting {
  progress: (done: number) => void;
  resolve: (hash: string | null) => void;
}

let worker: Worker | undefined;
let counter = 0;
const waiting = new Map<number, Waiting>();

function start(): Worker | undefined {
  if (worker) return worker;
  try {
    worker = new Worker(scriptAddress(workerAddress), { type: "module" });
  } catch {
    return undefined;
  }
  worker.onmessage = (event: MessageEvent<HashAnswer>) => {
    const answer = event.data;
    const entry = waiting.get(answer.id);
    if (!entry) return;
    if ("done" in answer) return entry.progress(answer.done);
    waiting.delete(answer.id);
    entry.resolve("hash" in answer ? answer.hash : null);
  };
  worker.onerror = () => {
    for (const entry of waiting.values()) entry.resolve(null);
    waiting.clear();
    worker = undefined;
  };
  return worker;
}

export function hashOf(file: Blob, progress: (done: number) => void, signal: AbortSignal): Promise<string | null> {
  const running = start();
  if (!running) return Promise.resolve(null);
  counter += 1;
  const id = counter;
  return new Promise((resolve) => {
    waiting.set(id, { progress, resolve });
    signal.addEventListener("abort", () => {
      running.postMessage({ cancel: id });
      if (waiting.delete(id)) resolve(null);
    });
    running.postMessage({ id, file });
  });
}

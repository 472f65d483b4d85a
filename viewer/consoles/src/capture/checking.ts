/** Asks the worker what a picture is worth; rejects where this browser cannot read it. */
import { scriptAddress } from "../trusted.ts";
import type { CheckAnswer, Checked } from "./check.worker.ts";
import workerAddress from "./check.worker.ts?worker&url";

interface Waiting {
  resolve: (checked: Checked) => void;
  reject: (error: Error) => void;
}

let worker: Worker | undefined;
const waiting = new Map<string, Waiting>();

function start(): Worker {
  if (worker) return worker;
  const made = new Worker(scriptAddress(workerAddress), { type: "module" });
  worker = made;
  made.onmessage = (event: MessageEvent<CheckAnswer>) => {
    const { id } = event.data;
    const entry = waiting.get(id);
    waiting.delete(id);
    if ("checked" in event.data) entry?.resolve(event.data.checked);
    else entry?.reject(new Error(event.data.failed));
  };
  made.onerror = () => {
    for (const entry of waiting.values()) entry.reject(new Error("worker"));
    waiting.clear();
    made.terminate();
    worker = undefined;
  };
  return made;
}

export function checkPicture(id: string, file: Blob): Promise<Checked> {
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    start().postMessage({ id, file });
  });
}

/** What has to be there when the page opens without a network. */
export const WORKER_ADDRESS: string = workerAddress;

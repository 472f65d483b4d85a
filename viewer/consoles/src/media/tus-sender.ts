/** Sends one file by tus 1.0: in pieces, resumed where the server stopped, also after a reload or a restart of either. */
import { type DetailedError, Upload } from "tus-js-client";
import { csrfToken } from "../api/http.ts";
import { problemFrom } from "../api/problem.ts";
import { language, t } from "../texts.ts";
import type { Item, Sending } from "./queue.ts";

const ENDPOINT = "/api/v1/uploads";
/** A proxy's usual limits stay far away, and little is sent twice on a bad line. */
const PIECE = 8 * 1024 * 1024;
const DELAYS = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 30_000, 30_000, 60_000];

interface Listener {
  progress: (sent: number) => void;
  done: () => void;
  /** Why, in words, and the status of the answer; 0 where none came. */
  failed: (why: string, status: number) => void;
}

/** `metadata`: what else is said of the file. */
export function sendByTus(
  listing: string,
  item: Item & { metadata?: Record<string, string> },
  listener: Listener,
): Sending {
  let stopped = false;
  const metadata: Record<string, string> = {
    filename: item.name,
    filetype: item.file.type || "application/octet-stream",
    listing,
    ...item.metadata,
  };
  if (item.hash) metadata.blake3 = item.hash;
  const upload = new Upload(item.file, {
    endpoint: ENDPOINT,
    metadata,
    chunkSize: PIECE,
    retryDelays: DELAYS,
    removeFingerprintOnSuccess: true,
    fingerprint: async () => ["kanfang", listing, item.name, item.file.size, item.file.lastModified].join("|"),
    onBeforeRequest: (request) => {
      request.setHeader("X-CSRF-Token", csrfToken());
      request.setHeader("Accept-Language", language.value);
    },
    onShouldRetry: (error) => {
      const status = statusOf(error);
      return status === 0 || status === 409 || status === 423 || status === 429 || (status >= 500 && status !== 507);
    },
    onProgress: (sent) => {
      if (!stopped) listener.progress(sent);
    },
    onSuccess: () => {
      if (!stopped) listener.done();
    },
    onError: (error) => {
      if (!stopped) listener.failed(why(error), statusOf(error));
    },
  });
  void begin();

  async function begin(): Promise<void> {
    try {
      const before = await upload.findPreviousUploads();
      const latest = before[before.length - 1];
      if (stopped) return;
      if (latest) upload.resumeFromPreviousUpload(latest);
      upload.start();
    } catch (error) {
      if (!stopped) listener.failed(why(error), statusOf(error));
    }
  }

  return {
    pause: () => {
      stopped = true;
      void upload.abort(false);
    },
    discard: () => {
      stopped = true;
      // What cannot be taken away now expires at the server.
      upload.abort(true).catch(() => {});
    },
  };
}

function statusOf(error: unknown): number {
  if (!(error instanceof Error) || !("originalResponse" in error)) return 0;
  return (error as DetailedError).originalResponse?.getStatus() ?? 0;
}

function why(error: unknown): string {
  if (error instanceof Error && "originalResponse" in error) {
    const response = (error as DetailedError).originalResponse;
    if (response) {
      const status = response.getStatus();
      return problemFrom(status, response.getBody(), t("http-error", { status })).message;
    }
    return t("offline");
  }
  return error instanceof Error ? error.message : String(error);
}

/** Names of files of this listing that were begun in this browser and not finished. */
export function unfinished(listing: string): string[] {
  const names: string[] = [];
  for (let index = 0; index < localStorage.length; index += 1) {
    const key = localStorage.key(index) ?? "";
    const parts = key.startsWith("tus::kanfang|") ? key.slice("tus::".length).split("|") : [];
    if (parts[1] === listing && parts[2]) names.push(parts[2]);
  }
  return [...new Set(names)];
}

/** Drop zone and the list of files on their way. The queue outlives the page: leaving it does not stop uploads. */
import { signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { knownAssets } from "../api/media.ts";
import { bytes, clock } from "../format.ts";
import { Bar } from "../jobs/job-parts.tsx";
import { t } from "../texts.ts";
import { Icon } from "../ui/icons.tsx";
import { toast, toastProblem } from "../ui/toasts.tsx";
import { chosenFiles, type Dropped, droppedFiles } from "./dropped.ts";
import { hashOf } from "./hashing.ts";
import { type Item, UploadQueue } from "./queue.ts";
import { sendByTus, unfinished } from "./tus-sender.ts";

const queues = new Map<string, UploadQueue>();
/**
 * Grows with every change of any queue. Whatever shows a queue reads it: the queue is the same object after a change, and
 * a component whose properties are the same is not drawn again for its parent's sake.
 */
const beat = signal(0);
let drawn = 0;

function queueOf(listing: string): UploadQueue {
  const existing = queues.get(listing);
  if (existing) return existing;
  const made = new UploadQueue({
    hash: hashOf,
    isKnown: async (hash, size) =>
      (await knownAssets(listing, [{ blake3: hash, size }])).known.some((known) => known.blake3 === hash),
    send: (item, listener) => sendByTus(listing, item, listener),
    changed: () => {
      // Many reports a second become at most one drawing a frame.
      if (drawn) return;
      drawn = window.setTimeout(() => {
        drawn = 0;
        beat.value += 1;
      }, 60);
    },
    now: () => performance.now(),
  });
  queues.set(listing, made);
  return made;
}

export function UploadPanel({ listing, arrived }: { listing: string; arrived: () => void }) {
  const queue = queueOf(listing);
  const over = useSignal(false);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const ended = useRef(0);
  beat.value;
  const totals = queue.totals();
  const left = unfinished(listing).filter((name) => !queue.items.some((item) => item.name === name));

  useEffect(() => {
    if (totals.ended > ended.current) arrived();
    ended.current = totals.ended;
  }, [totals.ended]);
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent): void => {
      if (queue.busy) event.preventDefault();
    };
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [queue]);

  const take = (list: Dropped[]): void => {
    const added = queue.add(list);
    if (added < list.length) toast(t("files-already-listed", { count: list.length - added }));
  };
  const chosen = (input: HTMLInputElement): void => {
    take(chosenFiles(input.files ?? []));
    input.value = "";
  };

  return (
    <section class="card" aria-label={t("upload")}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut; the buttons inside do the same. */}
      <div
        class={over.value ? "drop over" : "drop"}
        onDragOver={(event) => {
          event.preventDefault();
          over.value = true;
        }}
        onDragLeave={() => {
          over.value = false;
        }}
        onDrop={(event) => {
          event.preventDefault();
          over.value = false;
          if (event.dataTransfer) droppedFiles(event.dataTransfer).then(take).catch(toastProblem);
        }}
      >
        <Icon name="upload" />
        <div class="grow">
          <p class="strong">{t("drop-here")}</p>
          <p class="hint">{t("drop-hint")}</p>
        </div>
        <div class="row">
          <button type="button" class="button primary" onClick={() => files.current?.click()}>
            {t("choose-files")}
          </button>
          <button type="button" class="button" onClick={() => folder.current?.click()}>
            {t("choose-folder")}
          </button>
        </div>
        <input
          ref={files}
          type="file"
          multiple
          hidden
          data-testid="files"
          onChange={(event) => chosen(event.currentTarget)}
        />
        <input
          ref={folder}
          type="file"
          multiple
          hidden
          {...{ webkitdirectory: true }}
          onChange={(event) => chosen(event.currentTarget)}
        />
      </div>
      {left.length > 0 && (
        <p class="notice warn slim">
          {t("uploads-unfinished", { names: left.slice(0, 5).join("、"), count: left.length })}
        </p>
      )}
      {queue.items.length > 0 && <Progress queue={queue} />}
    </section>
  );
}

function Progress({ queue }: { queue: UploadQueue }) {
  beat.value;
  const totals = queue.totals();
  const speed = queue.speed();
  const share = totals.size > 0 ? totals.done / totals.size : 1;
  const finished = queue.items.every((item) => ["done", "known", "failed"].includes(item.state));
  const paused = queue.items.some((item) => item.state === "paused");
  return (
    <div class="uploads">
      <div class="uploads-head">
        <div class="grow stack tight">
          <div class="row apart">
            <strong>
              {finished
                ? t("uploads-finished", { done: totals.ended, failed: totals.failed })
                : t("uploads-running", { done: totals.ended, count: queue.items.length })}
            </strong>
            <span class="numbers faint">
              {bytes(totals.done)} / {bytes(totals.size)}
              {speed > 0 &&
                !finished &&
                ` · ${bytes(speed)}/s · ${t("time-left", { time: clock((totals.size - totals.done) / speed) })}`}
            </span>
          </div>
          <Bar share={share} tone={finished && totals.failed === 0 ? "good" : ""} label={t("upload-all")} />
        </div>
        <div class="row">
          {queue.busy && (
            <button type="button" class="button small" onClick={() => queue.pauseAll()}>
              {t("pause-all")}
            </button>
          )}
          {paused && (
            <button type="button" class="button small" onClick={() => queue.resumeAll()}>
              {t("resume-all")}
            </button>
          )}
          {totals.ended > 0 && (
            <button type="button" class="button small" onClick={() => queue.clearEnded()}>
              {t("clear-ended")}
            </button>
          )}
        </div>
      </div>
      <ul class="lines">
        {queue.items.map((item) => (
          <Line key={item.id} item={item} queue={queue} />
        ))}
      </ul>
    </div>
  );
}

function Line({ item, queue }: { item: Item; queue: UploadQueue }) {
  beat.value;
  const share = item.file.size > 0 ? item.done / item.file.size : 1;
  const running = ["hashing", "asking", "sending", "waiting"].includes(item.state);
  const button = (icon: "pause" | "play" | "close" | "undo", text: string, act: () => void) => (
    <button type="button" class="icon-button" aria-label={`${text} ${item.name}`} title={text} onClick={act}>
      <Icon name={icon} />
    </button>
  );
  return (
    <li class="line upload" data-state={item.state}>
      <div class="grow stack tight">
        <div class="row apart">
          <span class="upload-name">{item.name}</span>
          <span class="numbers faint">
            {t(`upload-${item.state}`)}
            {item.state === "sending" && ` ${Math.floor(share * 100)}%`} · {bytes(item.file.size)}
          </span>
        </div>
        {(running || item.state === "paused") && (
          <Bar share={item.state === "hashing" ? share * 0.999 : share} label={item.name} />
        )}
        {item.error && <p class="field-error">{item.error}</p>}
      </div>
      <div class="row tight">
        {running && button("pause", t("pause"), () => queue.pause(item.id))}
        {item.state === "paused" && button("play", t("resume"), () => queue.resume(item.id))}
        {item.state === "failed" && button("undo", t("try-again"), () => queue.retry(item.id))}
        {button("close", item.state === "done" || item.state === "known" ? t("clear") : t("cancel-upload"), () =>
          queue.remove(item.id),
        )}
      </div>
    </li>
  );
}

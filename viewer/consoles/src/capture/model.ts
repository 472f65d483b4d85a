/** The capture guide of one listing: shot list, pictures on this device, and their way to the server. */
import { signal } from "@preact/signals";
import { listing as loadListing } from "../api/listings.ts";
import { knownAssets, removeAsset } from "../api/media.ts";
import { asProblem, Problem } from "../api/problem.ts";
import { type Need, putIntoRoom, type Room, type ShotList, saveShotList, shotList } from "../api/shot-list.ts";
import { hashOf } from "../media/hashing.ts";
import { sendByTus } from "../media/tus-sender.ts";
import { newId } from "../studio/model.ts";
import { t } from "../texts.ts";
import { checkPicture } from "./checking.ts";
import { Outbox, type Outside } from "./outbox.ts";
import { merged, proposeRooms } from "./rooms.ts";
import { openStore, type Shot, type Store } from "./store.ts";
import { headingNow, watchHeading } from "./turn.ts";

const LOCK = "kanfang-capture";
/** How long to wait before trying again by itself, milliseconds. */
const PATIENCE = 20_000;
/** How long a picture that was sent is remembered, milliseconds; and one that the server no longer lists. */
const REMEMBERED = 2 * 86_400_000;
const SETTLED = 10 * 60_000;

export class CaptureModel {
  readonly listing: string;
  readonly list = signal<ShotList | undefined>(undefined);
  readonly shots = signal<Shot[]>([]);
  readonly problem = signal<Problem | undefined>(undefined);
  /** Whether the rooms are only proposed: nobody has saved a list. */
  readonly proposed = signal(false);
  /** Edits of the list that the server does not have. */
  readonly pending = signal(false);
  /** Grows whenever the outbox has something new to show. */
  readonly beat = signal(0);
  readonly outbox: Outbox;
  readonly store: Store;
  #base: Room[] | null = null;
  #saving: Promise<void> | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #channel: BroadcastChannel | undefined;

  static async open(listing: string): Promise<CaptureModel> {
    const model = new CaptureModel(listing, await openStore());
    await model.readShots();
    const kept = await model.store.list(listing);
    if (kept) {
      model.list.value = kept.list;
      model.proposed.value = kept.list.version === 0;
      model.#base = kept.base;
      model.pending.value = kept.base !== null;
    }
    return model;
  }

  private constructor(listing: string, store: Store) {
    this.listing = listing;
    this.store = store;
    this.outbox = new Outbox(store, this.#outside(), () => {
      this.beat.value += 1;
    });
    this.#channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel(LOCK);
    if (this.#channel) this.#channel.onmessage = () => void this.readShots();
  }

  /** Begins to keep itself up to date; what it answers ends that. */
  start(): () => void {
    const online = (): void => void this.refresh();
    const offline = (): void => {
      this.outbox.halt();
      this.beat.value += 1;
    };
    window.addEventListener("online", online);
    window.addEventListener("offline", offline);
    this.#timer = setInterval(() => {
      if (navigator.onLine && this.waiting > 0 && this.outbox.state !== "sending") void this.outbox.kick();
    }, PATIENCE);
    for (const shot of this.shots.value) if (!shot.measures && !shot.unreadable && !shot.asset) void this.#look(shot);
    void this.refresh();
    const unwatch = watchHeading();
    return () => {
      unwatch();
      window.removeEventListener("online", online);
      window.removeEventListener("offline", offline);
      clearInterval(this.#timer);
      this.outbox.halt();
      this.#channel?.close();
    };
  }

  /** Pictures of this listing that are on this device only. */
  get waiting(): number {
    return this.shots.value.filter((shot) => !shot.asset).length;
  }

  async readShots(): Promise<void> {
    this.shots.value = (await this.store.shots()).filter((shot) => shot.listing === this.listing);
    this.beat.value += 1;
  }

  /** Asks the server for the list, brings it what was changed here, and sends what waits. */
  async refresh(): Promise<void> {
    try {
      await this.#save();
      await this.#load();
      this.problem.value = undefined;
    } catch (error) {
      this.problem.value = asProblem(error);
    }
    if (navigator.onLine && this.problem.value?.status !== 0) void this.outbox.kick();
  }

  async #load(): Promise<void> {
    const list = await shotList(this.listing);
    const own = this.list.value;
    if (this.pending.value && own) {
      this.list.value = { ...list, rooms: own.rooms, version: own.version };
      return this.#forgetShown(list);
    }
    if (list.version === 0) {
      // The ids must stay: pictures may have been taken for them.
      const known = this.list.value?.version === 0 ? this.list.value.rooms : [];
      list.rooms = known.length > 0 ? known : proposeRooms((await loadListing(this.listing)).value.facts);
    }
    this.proposed.value = list.version === 0;
    await this.#keep(list, null);
    await this.#forgetShown(list);
  }

  /** What was found out about a picture stays a while after it was sent: it may have to be taken again. */
  async #forgetShown(list: ShotList): Promise<void> {
    const there = new Set(list.files.map((file) => file.asset));
    const now = Date.now();
    const gone = this.shots.value.filter(
      (shot) => shot.asset && now - shot.added > (there.has(shot.asset) ? REMEMBERED : SETTLED),
    );
    for (const shot of gone) await this.store.remove(shot.id);
    if (gone.length > 0) await this.readShots();
  }

  async #keep(list: ShotList, base: Room[] | null): Promise<void> {
    this.list.value = list;
    this.#base = base;
    this.pending.value = base !== null;
    await this.store.keepList({ listing: this.listing, list, base });
  }

  /** Changes the rooms here at once and at the server as soon as it can be reached. */
  async edit(rooms: Room[]): Promise<void> {
    const list = this.list.value;
    if (!list) return;
    await this.#keep({ ...list, rooms }, this.#base ?? (list.version === 0 ? [] : list.rooms));
    this.proposed.value = false;
    await this.saveNow();
  }

  async saveNow(): Promise<void> {
    try {
      await this.#save();
      this.problem.value = undefined;
    } catch (error) {
      this.problem.value = asProblem(error);
    }
  }

  #save(): Promise<void> {
    this.#saving = (this.#saving ?? Promise.resolve()).catch(() => {}).then(() => this.#saveOnce());
    return this.#saving;
  }

  async #saveOnce(): Promise<void> {
    const [list, base] = [this.list.value, this.#base];
    if (!list || !base) return;
    let [version, rooms] = [list.version, list.rooms];
    for (let attempt = 0; ; attempt += 1)
      try {
        const { value } = await saveShotList(this.listing, version, rooms);
        // Changed again while it was on its way: that comes next.
        if (this.list.value?.rooms !== list.rooms) {
          await this.#keep(
            { ...value, rooms: merged(list.rooms, this.list.value?.rooms ?? [], value.rooms) },
            value.rooms,
          );
          return this.#saveOnce();
        }
        return this.#keep(value, null);
      } catch (error) {
        if (asProblem(error).status !== 412 || attempt >= 3) throw error;
        const theirs = await shotList(this.listing);
        [version, rooms] = [theirs.version, merged(base, rooms, theirs.rooms)];
        // Another tab of this device has brought the same edits there.
        if (JSON.stringify(rooms) === JSON.stringify(theirs.rooms)) return this.#keep(theirs, null);
      }
  }

  /** Takes pictures in: kept first, then looked at, then sent. */
  async take(room: Room, need: Need, files: File[]): Promise<void> {
    if (this.proposed.value && this.list.value) void this.edit(this.list.value.rooms);
    const heading = headingNow();
    void navigator.storage?.persist?.().catch(() => false);
    for (const [index, file] of files.entries()) {
      const shot: Shot = {
        id: newId(),
        listing: this.listing,
        room_id: room.id,
        room_name: room.name,
        need,
        name: file.name || `${room.name}.jpg`,
        type: file.type,
        size: file.size,
        modified: file.lastModified,
        added: Date.now() + index,
        preview: null,
        measures: null,
        unreadable: false,
        hfov: null,
        // Of several files from the gallery nobody knows where they were taken.
        heading: files.length === 1 ? heading : null,
        hash: null,
        asset: null,
        error: null,
      };
      await this.store.add(shot, file);
      await this.readShots();
      void this.#look(shot, file);
    }
    this.#channel?.postMessage("changed");
    if (navigator.onLine) void this.outbox.kick();
  }

  async #look(shot: Shot, file?: Blob): Promise<void> {
    const bytes = file ?? (await this.store.file(shot.id));
    if (!bytes) return;
    const found: Partial<Shot> = await checkPicture(shot.id, bytes).catch(() => ({ unreadable: true }));
    if ("measures" in found || found.unreadable) await this.#patch(shot.id, pick(found));
  }

  async #patch(id: string, change: Partial<Shot>): Promise<void> {
    await this.store.change(id, change);
    await this.readShots();
  }

  /** Takes a picture away, here and, if it was sent, out of the listing. */
  async discard(shot: Shot): Promise<void> {
    if (shot.asset) {
      await removeAsset(shot.asset);
      void this.refresh();
    }
    await this.store.remove(shot.id);
    this.#channel?.postMessage("changed");
    await this.readShots();
  }

  async retry(shot: Shot): Promise<void> {
    await this.#patch(shot.id, { error: null });
    void this.outbox.kick();
  }

  #outside(): Outside {
    return {
      hash: (file) => hashOf(file, () => {}, new AbortController().signal),
      known: async (listing, blake3, size) =>
        (await knownAssets(listing, [{ blake3, size }])).known.find((one) => one.blake3 === blake3)?.asset ?? null,
      assign: (asset, { room_id, room_name, need }) => putIntoRoom(asset, { room_id, room_name, need }),
      send: (shot, file, progress) => {
        let pause = (): void => {};
        const finished = new Promise<void>((resolve, reject) => {
          const whole = new File([file], shot.name, { type: shot.type, lastModified: shot.modified });
          const metadata = { room_id: shot.room_id, room: shot.room_name, need: shot.need };
          const item = { id: 0, file: whole, name: shot.name, state: "sending" as const, done: 0, hash: shot.hash };
          const sending = sendByTus(
            shot.listing,
            { ...item, error: null, metadata },
            {
              progress: (sent) => progress(shot.size > 0 ? sent / shot.size : 1),
              done: resolve,
              failed: (why, status) => reject(new Problem({ slug: "upload", status, title: why, detail: why })),
            },
          );
          pause = () => {
            sending.pause();
            reject(new Problem({ slug: "paused", status: 0, title: "", detail: "" }));
          };
        });
        return { finished, pause: () => pause() };
      },
      alone: async (work) => {
        if (!navigator.locks) {
          await work();
          return true;
        }
        return navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
          if (!lock) return false;
          await work();
          return true;
        });
      },
      changed: (shot) => {
        this.#channel?.postMessage("changed");
        void this.readShots();
        if (shot.asset) void this.#load().catch(() => {});
      },
      words: (what) => t(`capture-${what}`),
    };
  }
}

function pick(found: Partial<Shot>): Partial<Shot> {
  const { measures, hfov, preview, unreadable } = found;
  return unreadable ? { unreadable } : { measures: measures ?? null, hfov: hfov ?? null, preview: preview ?? null };
}

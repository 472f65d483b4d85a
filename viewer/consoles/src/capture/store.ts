/** What is kept on this device until the server has it: pictures, what was found out about them, and the last shot lists. */
import type { Need, Room, ShotList } from "../api/shot-list.ts";
import type { Measures } from "./measure.ts";

export interface Shot {
  id: string;
  listing: string;
  room_id: string;
  room_name: string;
  need: Need;
  name: string;
  type: string;
  size: number;
  /** As the file says, milliseconds; part of what tells an upload apart. */
  modified: number;
  added: number;
  preview: Blob | null;
  /** Null until it was looked at; `unreadable` if that failed. */
  measures: Measures | null;
  unreadable: boolean;
  hfov: number | null;
  /** Where the camera looked, degrees clockwise from wherever the sensor began; null where it is silent. */
  heading: number | null;
  hash: string | null;
  /** The asset that the server has confirmed by its hash; from then on the file is no longer here. */
  asset: string | null;
  /** Why the server does not take it. */
  error: string | null;
}

/** A shot list as it was last seen, with edits that the server does not have yet. */
export interface KeptList {
  listing: string;
  list: ShotList;
  /** What the edits began from; null while there are none. */
  base: Room[] | null;
}

export interface Store {
  shots(): Promise<Shot[]>;
  add(shot: Shot, file: Blob): Promise<void>;
  /** Notes what is new of a picture, on top of whatever others have noted; nothing if it was removed meanwhile. */
  change(id: string, part: Partial<Shot>): Promise<void>;
  file(id: string): Promise<Blob | undefined>;
  /** Notes that the server has it, and lets the file go, both or neither. */
  confirm(id: string, asset: string): Promise<void>;
  remove(id: string): Promise<void>;
  keepList(kept: KeptList): Promise<void>;
  list(listing: string): Promise<KeptList | undefined>;
}

const NAME = "kanfang-capture";

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error(NAME));
  });
}

function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error(NAME));
    transaction.onerror = () => reject(transaction.error ?? new Error(NAME));
  });
}

/** Within one transaction: the check of a picture and its upload note what they find at the same time. */
function patch(shots: IDBObjectStore | undefined, id: string, part: Partial<Shot>): void {
  const reading = shots?.get(id);
  if (reading)
    reading.onsuccess = () => {
      if (reading.result) shots?.put({ ...(reading.result as Shot), ...part });
    };
}

export async function openStore(): Promise<Store> {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore("shots", { keyPath: "id" });
    opening.result.createObjectStore("files");
    opening.result.createObjectStore("lists", { keyPath: "listing" });
  };
  const database = await done(opening);
  const within = async (names: string[], work: (stores: IDBObjectStore[]) => void): Promise<void> => {
    // Strict: what the photographer sees as kept is on the disk.
    const transaction = database.transaction(names, "readwrite", { durability: "strict" });
    const end = committed(transaction);
    work(names.map((name) => transaction.objectStore(name)));
    await end;
  };
  const read = (name: string): IDBObjectStore => database.transaction(name, "readonly").objectStore(name);
  return {
    shots: async () => ((await done(read("shots").getAll())) as Shot[]).sort((a, b) => a.added - b.added),
    add: async (shot, file) => {
      // A copy of the bytes: a file of the gallery may be gone tomorrow. Some browsers keep no Blob, all keep bytes.
      const bytes = await file.arrayBuffer();
      await within(["shots", "files"], ([shots, files]) => {
        shots?.put(shot);
        files?.put(bytes, shot.id);
      });
    },
    change: (id, part) => within(["shots"], ([shots]) => patch(shots, id, part)),
    file: async (id) => {
      const bytes = (await done(read("files").get(id))) as ArrayBuffer | undefined;
      return bytes && new Blob([bytes]);
    },
    confirm: (id, asset) =>
      within(["shots", "files"], ([shots, files]) => {
        patch(shots, id, { asset, error: null });
        files?.delete(id);
      }),
    remove: (id) =>
      within(["shots", "files"], ([shots, files]) => {
        shots?.delete(id);
        files?.delete(id);
      }),
    keepList: (kept) => within(["lists"], ([lists]) => void lists?.put(kept)),
    list: async (listing) => (await done(read("lists").get(listing))) as KeptList | undefined,
  };
}

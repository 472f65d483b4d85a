/**
 * The pictures of an offline copy. They lie in scripts, one a face and level, because a page from `file://` may neither fetch
 * nor use picture files as textures. A script is loaded when something of it is asked for; the ones used last are kept.
 */

/** Characters of base64 that are kept: about 24 MB of pictures. */
const MOST = 32 << 20;
const PATIENCE = 30_000;

/** Name of the script that holds a picture or a list of digests; undefined where there is none. */
export function scriptOf(name: string): string | undefined {
  const tile = /^([\w-]+)\/(\d+)\/([frblud])\d+_\d+$/.exec(name);
  if (tile) return `data/${tile[1]}/${tile[2]}-${tile[3]}.js`;
  const beside = /^(picture|video)\/([\w-]+)\.jpg$/.exec(name);
  if (beside) return `data/${beside[1]}/${beside[2]}.js`;
  const small = /^([\w-]+)\/(?:preview\.jpg|digests\/jpeg-\d+)$/.exec(name);
  return small ? `data/${small[1]}/0.js` : undefined;
}

export function decoded(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

export class Copy {
  readonly #kept = new Map<string, Map<string, string>>();
  readonly #coming = new Map<string, Promise<void>>();
  readonly #load: (script: string) => Promise<void>;
  #size = 0;

  /** `load` runs a script, which calls `take`. */
  constructor(load: (script: string) => Promise<void> = run) {
    this.#load = load;
  }

  /** Characters that are kept now. */
  get size(): number {
    return this.#size;
  }

  /** What a script hands over: names with base64. */
  take(parts: Record<string, string>): void {
    for (const [name, base64] of Object.entries(parts)) {
      const script = scriptOf(name);
      if (!script) continue;
      const held = this.#kept.get(script) ?? new Map<string, string>();
      this.#size += base64.length - (held.get(name)?.length ?? 0);
      held.set(name, base64);
      this.#kept.set(script, held);
    }
  }

  /** Undefined when the copy has no such thing; rejects when a file of it is missing. */
  async find(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const script = scriptOf(name);
    if (!script) return undefined;
    if (!this.#kept.has(script)) {
      const coming = this.#coming.get(script) ?? this.#load(script).finally(() => this.#coming.delete(script));
      this.#coming.set(script, coming);
      await coming;
    }
    const held = this.#kept.get(script);
    if (held) {
      this.#kept.delete(script);
      this.#kept.set(script, held);
    }
    const found = held?.get(name);
    this.#forget(script);
    return found === undefined ? undefined : decoded(found);
  }

  #forget(used: string): void {
    for (const [script, held] of this.#kept) {
      if (this.#size <= MOST) return;
      if (script === used) continue;
      for (const base64 of held.values()) this.#size -= base64.length;
      this.#kept.delete(script);
    }
  }
}

function run(address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    const end = (done: () => void) => {
      clearTimeout(timer);
      script.remove();
      done();
    };
    const fail = () => end(() => reject(new TypeError(`${address} is missing`)));
    const timer = setTimeout(fail, PATIENCE);
    script.onload = () => end(resolve);
    script.onerror = fail;
    script.src = address;
    document.head.append(script);
  });
}

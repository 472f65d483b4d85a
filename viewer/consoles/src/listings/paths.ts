/** Reading and changing nested facts by a path such as `building.floor`, without touching the original. */

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function readPath(value: unknown, path: string): unknown {
  let now: unknown = value;
  for (const step of path.split(".")) {
    if (!isObject(now)) return undefined;
    now = now[step];
  }
  return now;
}

/** A copy with `next` at `path`; objects that lack on the way are made. */
export function writePath<T extends Json>(value: T, path: string, next: unknown): T {
  const [first = "", ...rest] = path.split(".");
  const inner = value[first];
  const changed = rest.length === 0 ? next : writePath(isObject(inner) ? inner : {}, rest.join("."), next);
  return { ...value, [first]: changed };
}

export function same(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((value, index) => same(value, other[index]));
  if (!isObject(one) || !isObject(other)) return (one ?? null) === (other ?? null);
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every((key) => same(one[key], other[key]));
}

export interface Merge<T> {
  merged: T;
  /** Fields that both sides changed, to different values; `merged` holds mine. */
  conflicts: string[];
}

/** Joins my edits with what somebody else saved meanwhile, field by field; `nested` fields are joined inside. */
export function mergeEdits<T extends Json>(base: T, mine: T, theirs: T, nested: readonly string[] = []): Merge<T> {
  const merged: Json = { ...theirs };
  const conflicts: string[] = [];
  for (const key of new Set([...Object.keys(mine), ...Object.keys(theirs)])) {
    const [from, my, their] = [base[key], mine[key], theirs[key]];
    if (same(from, my)) continue;
    if (nested.includes(key) && isObject(from) && isObject(my) && isObject(their)) {
      const inner = mergeEdits(from, my, their);
      merged[key] = inner.merged;
      conflicts.push(...inner.conflicts.map((name) => `${key}.${name}`));
      continue;
    }
    merged[key] = my;
    if (!same(from, their) && !same(my, their)) conflicts.push(key);
  }
  return { merged: merged as T, conflicts };
}

/** Undo without limit of kind: every state is kept, up to a number; quick edits of one thing count as one. */

export interface Timeline<T> {
  past: readonly T[];
  now: T;
  future: readonly T[];
  /** What the last edit was about and when, for joining. */
  topic: string | null;
  at: number;
}

const MOST = 200;
const JOIN_MS = 1_200;

export function begin<T>(now: T): Timeline<T> {
  return { past: [], now, future: [], topic: null, at: 0 };
}

/** Adds a state. Edits on one `topic` within a moment become one step. */
export function record<T>(line: Timeline<T>, next: T, topic: string | null, at: number): Timeline<T> {
  if (next === line.now) return line;
  const joins = topic !== null && topic === line.topic && at - line.at < JOIN_MS && line.past.length > 0;
  const past = joins ? line.past : [...line.past, line.now].slice(-MOST);
  return { past, now: next, future: [], topic, at };
}

export function undone<T>(line: Timeline<T>): Timeline<T> {
  const before = line.past[line.past.length - 1];
  if (before === undefined) return line;
  return { past: line.past.slice(0, -1), now: before, future: [line.now, ...line.future], topic: null, at: 0 };
}

export function redone<T>(line: Timeline<T>): Timeline<T> {
  const [after, ...future] = line.future;
  if (after === undefined) return line;
  return { past: [...line.past, line.now], now: after, future, topic: null, at: 0 };
}

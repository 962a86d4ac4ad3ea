/** Undo and redo over any immutable value. */

export interface History<T> {
  readonly past: readonly T[];
  readonly present: T;
  readonly future: readonly T[];
  /** Steps with the same tag in a row are one step to undo; "" joins nothing. */
  readonly tag: string;
}

/** As many steps as anybody goes back; the oldest is forgotten first. */
const MOST = 100;

export function historyOf<T>(present: T): History<T> {
  return { past: [], present, future: [], tag: "" };
}

export function committed<T>(history: History<T>, next: T, tag = ""): History<T> {
  if (next === history.present) return history;
  const joins = tag !== "" && tag === history.tag;
  return { past: joins ? history.past : [...history.past, history.present].slice(-MOST), present: next, future: [], tag };
}

/** The next step begins anew, whatever its tag. */
export function closed<T>(history: History<T>): History<T> {
  return history.tag === "" ? history : { ...history, tag: "" };
}

export function undone<T>(history: History<T>): History<T> {
  const previous = history.past.at(-1);
  if (previous === undefined) return history;
  return { past: history.past.slice(0, -1), present: previous, future: [history.present, ...history.future], tag: "" };
}

export function redone<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.present], present: next, future, tag: "" };
}

/** Every state moved onto a new ground, so that undo takes back one's own steps and never another person's. */
export function mapped<T>(history: History<T>, change: (state: T) => T): History<T> {
  return { ...history, past: history.past.map(change), present: change(history.present), future: history.future.map(change) };
}

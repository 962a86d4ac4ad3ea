/** Three-way merge, line by line: what was changed here and what was changed elsewhere, since both began at `base`. */
import { needsLook, type Content, type Line } from "./content";

/** Both changed the words of one line, or one changed what the other took out (null). */
export interface LineConflict {
  readonly id: string;
  readonly base: Line | null;
  readonly theirs: Line | null;
  readonly yours: Line | null;
}

export interface Rebased {
  /** Conflicting lines as they are here. */
  content: Content;
  conflicts: LineConflict[];
}

type Lines = ReadonlyMap<string, Line>;

const byId = (content: Content): Lines => new Map(content.lines.map((line) => [line.id, line]));

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** Field by field: what was changed here stays, everything else is theirs. */
function joined(base: Line, yours: Line, theirs: Line): Line {
  const pick = <K extends keyof Line>(field: K): Line[K] => (same(yours[field], base[field]) ? theirs[field] : yours[field]);
  // Accepted here beside these words, whatever they read by now: the server tells when they are others.
  const looked = yours.text !== base.text || (needsLook(base) && !needsLook(yours));
  return {
    id: base.id, key: pick("key"), section: pick("section"), text: pick("text"), state: pick("state"), confidence: pick("confidence"),
    codes: pick("codes"), evidence: pick("evidence"), heard: looked ? yours.heard : theirs.heard, basis: pick("basis"), origin: pick("origin"),
    reviewed: pick("reviewed"), stale: pick("stale"), mergedKeys: pick("mergedKeys"),
  };
}

function oneLine(id: string, base: Line | null, yours: Line | null, theirs: Line | null): { line: Line | null; conflict: LineConflict | null } {
  const conflict: LineConflict = { id, base, theirs, yours };
  if (yours === base) return { line: theirs, conflict: null };
  if (yours === null || theirs === null) {
    const left = yours ?? theirs;
    if (base === null) return { line: left, conflict: null };
    const touched = left !== null && left.text !== base.text;
    return touched ? { line: yours, conflict } : { line: null, conflict: null };
  }
  const ground = base ?? theirs;
  const clash = yours.text !== theirs.text && yours.text !== ground.text && theirs.text !== ground.text;
  return { line: joined(ground, yours, theirs), conflict: clash ? conflict : null };
}

/** The order of `leading`, with what only `trailing` has placed after its neighbour there. */
function woven(leading: readonly string[], trailing: readonly string[]): string[] {
  const order = [...leading];
  const placed = new Set(order);
  trailing.forEach((id, at) => {
    if (placed.has(id)) return;
    const before = trailing.slice(0, at).findLast((one) => placed.has(one));
    order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, id);
    placed.add(id);
  });
  return order;
}

function wasReordered(base: Content, yours: Content): boolean {
  const [before, after] = [new Set(base.lines.map((line) => line.id)), new Set(yours.lines.map((line) => line.id))];
  const common = (lines: readonly Line[]) => lines.map((line) => line.id).filter((id) => before.has(id) && after.has(id));
  return !same(common(base.lines), common(yours.lines));
}

function orderOf(base: Content, yours: Content, theirs: Content): string[] {
  const [mine, other] = [yours, theirs].map((one) => one.lines.map((line) => line.id)) as [string[], string[]];
  return wasReordered(base, yours) ? woven(mine, other) : woven(other, mine);
}

/** Theirs, with what was set or taken back here. */
function recordOf<T>(base: Readonly<Record<string, T>>, yours: Readonly<Record<string, T>>, theirs: Readonly<Record<string, T>>): Record<string, T> {
  const kept = Object.entries(theirs).filter(([key]) => key in yours || !(key in base));
  const own = Object.entries(yours).filter(([key, value]) => !(key in base) || base[key] !== value);
  return Object.fromEntries([...kept, ...own]);
}

export function rebase(base: Content, yours: Content, theirs: Content): Rebased {
  const [was, mine, other] = [byId(base), byId(yours), byId(theirs)];
  const ids = new Set([...was.keys(), ...mine.keys(), ...other.keys()]);
  const results = new Map([...ids].map((id) => [id, oneLine(id, was.get(id) ?? null, mine.get(id) ?? null, other.get(id) ?? null)]));
  const lines = orderOf(base, yours, theirs).flatMap((id) => results.get(id)?.line ?? []);
  const conflicts = [...results.values()].flatMap(({ conflict }) => conflict ?? []);
  const content = {
    lines, removed: yours.removed, template: yours.template === base.template ? theirs.template : yours.template,
    dismissed: recordOf(base.dismissed, yours.dismissed, theirs.dismissed), orders: recordOf(base.orders, yours.orders, theirs.orders),
  };
  return { content, conflicts };
}

export type Choice = "yours" | "theirs" | "both";

/** `newId`: of the line that holds one's own words where both are kept. */
export function resolved(content: Content, { id, theirs, yours }: LineConflict, choice: Choice, newId: string): Content {
  if (choice === "yours") return content;
  const others = content.lines.filter((line) => line.id !== id);
  if (theirs === null) return choice === "theirs" ? { ...content, lines: others } : content;
  const at = content.lines.findIndex((line) => line.id === id);
  const own = yours === null || choice === "theirs" ? [] : [{ ...yours, id: newId, key: null, mergedKeys: [] }];
  const start = at < 0 ? others.length : at;
  return { ...content, lines: [...others.slice(0, start), theirs, ...own, ...others.slice(start)] };
}

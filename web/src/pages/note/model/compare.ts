/** What differs between two versions of a note: line by line, and word by word within a line. */
import { diffWordsWithSpace } from "diff";

export interface Words {
  text: string;
  kind: "same" | "added" | "removed";
}

/** Less than this share of the longer text kept: another sentence, which reads better whole than in shreds. */
const ANOTHER = 0.4;

const letters = (text: string) => text.replaceAll(/\s/gu, "").length;

export function wordsBetween(before: string, after: string): Words[] {
  const words: Words[] = diffWordsWithSpace(before, after).map(({ value, added, removed }) => ({ text: value, kind: added ? "added" : removed ? "removed" : "same" }));
  const kept = words.filter(({ kind }) => kind === "same").reduce((sum, { text }) => sum + letters(text), 0);
  if (kept >= ANOTHER * Math.max(letters(before), letters(after))) return words;
  return [{ text: before, kind: "removed" }, { text: after, kind: "added" }];
}

interface Comparable {
  id: string;
  section: string;
  text: string;
}

export interface LineChange<T> {
  id: string;
  section: string;
  kind: "same" | "added" | "removed" | "changed" | "moved";
  before: T | null;
  after: T | null;
}

function kindOf(before: Comparable, after: Comparable): LineChange<never>["kind"] {
  if (before.text !== after.text) return "changed";
  return before.section === after.section ? "same" : "moved";
}

/** In the order of `after`; what it lost stands where it stood, after its neighbour. */
export function changesBetween<T extends Comparable>(before: readonly T[], after: readonly T[]): LineChange<T>[] {
  const was = new Map(before.map((line) => [line.id, line]));
  const is = new Set(after.map((line) => line.id));
  const changes: LineChange<T>[] = after.map((line) => {
    const old = was.get(line.id);
    return { id: line.id, section: line.section, kind: old === undefined ? "added" : kindOf(old, line), before: old ?? null, after: line };
  });
  before.forEach((line, at) => {
    if (is.has(line.id)) return;
    const neighbour = before.slice(0, at).findLast((one) => changes.some((change) => change.id === one.id));
    const place = neighbour === undefined ? 0 : changes.findIndex((change) => change.id === neighbour.id) + 1;
    changes.splice(place, 0, { id: line.id, section: line.section, kind: "removed", before: line, after: null });
  });
  return changes;
}

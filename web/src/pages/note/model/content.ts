/** The note while it is being edited, as plain values: what the editor holds and what is sent. */
import type { DismissReason, EncounterNote, NoteEdits, NoteLine, OrderStatus } from "../../../api/types";

/** One line. Its id never changes: a new line's is made here and kept by the server. */
export interface Line {
  readonly id: string;
  readonly key: string | null;
  readonly section: string;
  readonly text: string;
  readonly state: string;
  readonly confidence: number | null;
  readonly codes: readonly string[];
  /** Ids of the utterances it rests on. */
  readonly evidence: readonly string[];
  /** The revision of each of them that was on the page. */
  readonly heard: readonly number[];
  /** Which of the machine's words for it were seen: other ones are offered again. */
  readonly basis: string;
  readonly origin: NoteLine["origin"];
  /** Somebody has looked at it and let it stand. */
  readonly reviewed: boolean;
  /** The words it rests on were changed, or struck out, after that. */
  readonly stale: NoteLine["stale"];
  /** Keys of machine lines that were merged into it. */
  readonly mergedKeys: readonly string[];
}

export interface Content {
  readonly lines: readonly Line[];
  /** Keys of what the machine offered and somebody waved away, with the reason where one was given. */
  readonly dismissed: Readonly<Record<string, DismissReason | null>>;
  /** What became of orders, by key. */
  readonly orders: Readonly<Record<string, OrderStatus>>;
  /** Which template lays it out. */
  readonly template: string;
  /** Lines taken out since the page was opened, newest last; only here, so that they can be put back. */
  readonly removed: readonly Line[];
}

export function lineOf(line: NoteLine): Line {
  const { id, key, section, text, state, confidence, codes, evidence, heard, basis, origin, reviewed, stale } = line;
  return { id, key, section, text, state, confidence, codes, evidence, heard, basis, origin, reviewed, stale, mergedKeys: line.merged_keys };
}

export function contentOf(note: EncounterNote): Content {
  const orders = Object.fromEntries(note.orders.filter(({ key }) => key !== "").map(({ key, status }) => [key, status]));
  return { lines: note.statements.map(lineOf), dismissed: note.dismissed, orders, template: note.template, removed: [] };
}

export function newLine(id: string, section: string, more: Partial<Line> = {}): Line {
  return {
    id, key: null, section, text: "", state: "present", confidence: null, codes: [], evidence: [], heard: [], basis: "", origin: "clinician",
    reviewed: true, stale: null, mergedKeys: [], ...more,
  };
}

/** The machine's keys that a line stands for. */
export const keysOf = (line: Line) => [line.key, ...line.mergedKeys].filter((key): key is string => key !== null && key !== "");

const isBlank = (line: Line) => line.text.trim() === "";

/** What is sent of `content`: a new line without words is left out, a known one that is being emptied stays as it was. */
export function sendable(content: Content, base: Content): Content {
  const known = new Map(base.lines.map((line) => [line.id, line]));
  const lines = content.lines.flatMap((line) => {
    if (!isBlank(line)) return [line];
    const before = known.get(line.id);
    return before === undefined ? [] : [before];
  });
  return { ...content, lines };
}

const sorted = (record: object) => Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1));

function essence({ lines, dismissed, orders, template }: Content): string {
  const shown = lines.map((line) => [line.id, line.section, line.text.trim(), line.state, line.codes, line.evidence, line.basis, line.reviewed && line.stale === null]);
  return JSON.stringify([shown, sorted(dismissed), sorted(orders), template]);
}

/** Whether both say the same to a reader. */
export function saysTheSame(one: Content, other: Content): boolean {
  return essence(one) === essence(other);
}

export function toEdits({ lines, dismissed, orders, template }: Content): NoteEdits {
  const kept = new Set(lines.flatMap(keysOf));
  const gone = Object.keys(dismissed).filter((key) => !kept.has(key));
  return {
    statements: lines.map((line) => ({
      id: line.id, key: line.key, section: line.section, text: line.text.trim(), state: line.state, confidence: line.confidence,
      codes: [...line.codes], evidence: [...line.evidence], heard: [...line.heard], basis: line.basis, origin: line.origin, reviewed: line.reviewed,
      merged_keys: [...line.mergedKeys],
    })),
    dismissed_keys: gone,
    dismissed_reasons: Object.fromEntries(gone.flatMap((key) => { const reason = dismissed[key]; return reason == null ? [] : [[key, reason]]; })),
    order_status: { ...orders },
    template,
  };
}

/** Nobody has looked at it yet, or its words changed since. */
export const needsLook = (line: Line) => !line.reviewed || line.stale !== null;

export const looksLeft = (content: Content) => content.lines.filter(needsLook).length;

/** The note while it is being edited, as pure values. */
import type { EncounterNote, NoteEdits, Statement, StatementEdit } from "../../api/types";

/** A line the server may not know yet, with a name of its own that lasts while the page is open. */
export type EditLine = StatementEdit & { uid: string };

export interface Editing {
  /** The saved note these lines started from. */
  base: EncounterNote;
  lines: readonly EditLine[];
  /** Keys of machine statements that were removed or waved away. */
  dismissed: readonly string[];
  /** Lines of this person's own that another version replaced; kept until taken or dropped. */
  setAside: readonly EditLine[];
}

let nextUid = 1;

export function asLine(statement: StatementEdit): EditLine {
  return { ...statement, uid: statement.id ?? `new-${nextUid++}` };
}

export function editingOf(note: EncounterNote, setAside: readonly EditLine[] = []): Editing {
  return { base: note, lines: note.statements.map(asLine), dismissed: [], setAside };
}

function content(statements: readonly StatementEdit[]): string {
  return JSON.stringify(statements.map(({ key, section, text, evidence, state }) => [key ?? "", section, text.trim(), evidence, state]));
}

export function isDirty({ base, lines, dismissed }: Editing): boolean {
  return dismissed.length > 0 || content(lines) !== content(base.statements);
}

export function changeLine(lines: readonly EditLine[], uid: string, change: Partial<StatementEdit>): EditLine[] {
  return lines.map((line) => (line.uid === uid ? { ...line, ...change, origin: "clinician" } : line));
}

export function removeLine(editing: Editing, uid: string): Editing {
  const line = editing.lines.find((one) => one.uid === uid);
  const gone = line?.key != null && line.key !== "" ? [line.key] : [];
  return { ...editing, lines: editing.lines.filter((one) => one.uid !== uid), dismissed: [...editing.dismissed, ...gone] };
}

/** The neighbour above (-1) or below (1) within the line's section, or -1. */
function neighbour(lines: readonly EditLine[], at: number, step: 1 | -1): number {
  const section = lines[at]?.section;
  for (let other = at + step; other >= 0 && other < lines.length; other += step) {
    if (lines[other]?.section === section) return other;
  }
  return -1;
}

export function canMove(lines: readonly EditLine[], uid: string, step: 1 | -1): boolean {
  return neighbour(lines, lines.findIndex((line) => line.uid === uid), step) >= 0;
}

export function moveLine(lines: readonly EditLine[], uid: string, step: 1 | -1): EditLine[] {
  const at = lines.findIndex((line) => line.uid === uid);
  const other = neighbour(lines, at, step);
  const [one, two] = [lines[at], lines[other]];
  if (one === undefined || two === undefined) return [...lines];
  return lines.map((line, index) => (index === at ? two : index === other ? one : line));
}

export function newLine(section: string, text = "", evidence: readonly string[] = []): EditLine {
  return asLine({
    id: null, key: null, section, text, state: "present", confidence: null, codes: [], evidence: [...evidence], origin: "clinician",
  });
}

/** Machine statements that are neither in the note nor waved away. */
export function openSuggestions({ base, lines, dismissed }: Editing, latest: EncounterNote): Statement[] {
  const known = new Set([...lines.map((line) => line.key), ...dismissed]);
  // Before the first save the note itself is the live draft: what it gained since the editing began is a suggestion.
  const grown = base.version === 0 && latest.version === 0 ? latest.statements : [];
  return [...latest.suggestions, ...grown].filter((one) => !known.has(one.key));
}

/** What is sent: lines without words are left out. */
export function toEdits({ lines, dismissed }: Editing): NoteEdits {
  const kept = lines.filter((line) => line.text.trim() !== "");
  const keys = new Set(kept.map((line) => line.key));
  return {
    statements: kept.map(({ id, key, section, text, state, confidence, codes, evidence, origin }) => ({
      section, text: text.trim(), state, confidence, codes, evidence, origin,
      ...(id == null ? {} : { id }), ...(key == null ? {} : { key }),
    })),
    dismissed_keys: [...new Set(dismissed)].filter((key) => !keys.has(key)),
  };
}

/** This person's lines whose words are not in the other version. */
export function notIn(lines: readonly EditLine[], note: EncounterNote): EditLine[] {
  const theirs = new Set(note.statements.map((one) => `${one.section} ${one.text.trim()}`));
  return lines.filter((line) => line.text.trim() !== "" && !theirs.has(`${line.section} ${line.text.trim()}`));
}

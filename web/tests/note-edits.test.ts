import { describe, expect, it } from "vitest";

import type { EncounterNote, NoteLine } from "../src/api/types";
import { canMove, changeLine, editingOf, isDirty, moveLine, newLine, notIn, openSuggestions, removeLine, toEdits } from "../src/pages/note/note-edits";

function statement(key: string, section: string, text: string): NoteLine {
  return {
    id: `id-${key}`, key, section, text, state: "present", confidence: 0.9, codes: [], evidence: ["u1"], origin: "draft",
    reviewed: false, merged_keys: [], heard: [1], basis: "", stale: null, stale_evidence: [], about: null,
  };
}

function note(statements: NoteLine[], more: Partial<EncounterNote> = {}): EncounterNote {
  return {
    visit_id: "v", version: 1, status: "draft", statements, suggestions: [], review: [], orders: [],
    signed_by: null, signed_at: null, addenda: [], draft_revision: 1, unreviewed: 0, dismissed: {},
    last_saved_by: null, last_saved_at: null, merged: false, merged_lines: [], countersign: null,
    transcript_changed_after_signing: false, offline_key: null, not_discussed: [], template: "soap", ...more,
  };
}

const cough = statement("cough", "subjective.chief_complaint", "Cough.");
const fever = statement("fever", "subjective.history", "Denies fever.");
const chills = statement("chills", "subjective.history", "Denies chills.");

describe("editing a note", () => {
  it("is clean until a word changes, and clean again when it changes back", () => {
    const editing = editingOf(note([cough]));
    expect(isDirty(editing)).toBe(false);
    const changed = { ...editing, lines: changeLine(editing.lines, "id-cough", { text: "Dry cough." }) };
    expect(isDirty(changed)).toBe(true);
    expect(isDirty({ ...changed, lines: changeLine(changed.lines, "id-cough", { text: "Cough." }) })).toBe(false);
  });

  it("marks a changed line as the clinician's and keeps its evidence", () => {
    const [line] = changeLine(editingOf(note([cough])).lines, "id-cough", { text: "Dry cough." });
    expect(line?.origin).toBe("clinician");
    expect(line?.evidence).toEqual(["u1"]);
  });

  it("moves a line only within its section", () => {
    const { lines } = editingOf(note([fever, cough, chills]));
    expect(canMove(lines, "id-fever", -1)).toBe(false);
    expect(canMove(lines, "id-cough", 1)).toBe(false);
    expect(moveLine(lines, "id-chills", -1).map((line) => line.key)).toEqual(["chills", "cough", "fever"]);
  });

  it("remembers what was removed, so that it is not suggested again", () => {
    const editing = removeLine(editingOf(note([cough, fever])), "id-fever");
    expect(toEdits(editing)).toMatchObject({ statements: [{ key: "cough" }], dismissed_keys: ["fever"] });
    expect(openSuggestions(editing, note([cough, fever], { suggestions: [fever] }))).toEqual([]);
  });

  it("offers what the live draft gained since the first edit of an unsaved note", () => {
    const started = editingOf(note([cough], { version: 0 }));
    expect(openSuggestions(started, note([cough, fever], { version: 0 }))).toEqual([fever]);
  });

  it("sends no line without words", () => {
    const editing = editingOf(note([cough]));
    expect(toEdits({ ...editing, lines: [...editing.lines, newLine("plan", "  ")] }).statements).toHaveLength(1);
  });

  it("sets aside exactly the words that the other version does not have", () => {
    const mine = changeLine(editingOf(note([cough, fever])).lines, "id-cough", { text: "Dry cough." });
    expect(notIn(mine, note([cough, fever])).map((line) => line.text)).toEqual(["Dry cough."]);
  });
});

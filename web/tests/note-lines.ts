/** Notes for tests. */
import type { EncounterNote, NoteLine, NoteSuggestion } from "../src/api/types";

export function noteLine(id: string, section: string, text: string, more: Partial<NoteLine> = {}): NoteLine {
  return {
    id, key: `${section}:${id}`, section, text, state: "present", confidence: 0.9, codes: [], evidence: [`u-${id}`], heard: [1], origin: "draft",
    reviewed: false, stale: null, stale_evidence: [], merged_keys: [], basis: "", about: null, ...more,
  };
}

export function suggestion(id: string, section: string, text: string, about: string | null = null): NoteSuggestion {
  return noteLine(id, section, text, { about, basis: text });
}

export function noteOf(statements: NoteLine[], more: Partial<EncounterNote> = {}): EncounterNote {
  return {
    visit_id: "v", version: 1, status: "draft", statements, suggestions: [], review: [], orders: [], signed_by: null, signed_at: null, addenda: [],
    draft_revision: 1, unreviewed: 0, dismissed: {}, last_saved_by: null, last_saved_at: null, merged: false, merged_lines: [], countersign: null,
    transcript_changed_after_signing: false, offline_key: null, not_discussed: [], coding: [], template: "soap", ...more,
  };
}

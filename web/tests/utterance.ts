import type { Utterance, Word } from "../src/api/types";

export const word = (text: string, more: Partial<Word> = {}): Word => ({ text, confidence: 0.9, start: null, end: null, ...more });

/** What the server tells of an utterance that was heard without a doubt. */
export function utteranceOf(id: string, start: number, more: Partial<Utterance> = {}): Utterance {
  return {
    id, participant_id: "p1", speaker: "patient", speaker_name: "Maria Keller", start, end: start + 2, text: "", confidence: null, state: "final",
    revision: 1, source: "live", words: [], written: [], suggestions: [], changed: [], warnings: [], language: "en", problem: null, firm: null, ...more,
  };
}

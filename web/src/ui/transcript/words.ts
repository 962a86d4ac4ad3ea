/** The words of an utterance as they are shown: numbers as clinicians write them, doubtful words marked. Pure. */
import type { Suggestion, Utterance, Word } from "../../api/types";

/** Below this a word is marked: the engine itself took it for less likely than not. */
const SURE = 0.5;

export interface Piece {
  /** Indexes of the first and last word. */
  first: number;
  last: number;
  text: string;
  /** The spoken words where they are written otherwise, else null. */
  spoken: string | null;
  unsure: boolean;
  /** Other than what was heard live. */
  changed: boolean;
  /** A word near this one is offered. */
  offered: boolean;
  /** False for the end of an open utterance that may still change. */
  firm: boolean;
  /** Seconds since the visit's media began, null where the engine gave no times. */
  start: number | null;
  end: number | null;
}

type Shown = Pick<Utterance, "text" | "words" | "written" | "suggestions" | "changed" | "firm" | "state">;

/** Text of an older database has no words of its own. */
export function wordsOf({ text, words }: Pick<Utterance, "text" | "words">): readonly Word[] {
  if (words.length > 0) return words;
  return text.split(/\s+/u).filter(Boolean).map((one) => ({ text: one, confidence: null, start: null, end: null }));
}

const isUnsure = ({ confidence }: Word) => confidence !== null && confidence < SURE;

/** Punctuation that the spoken words end with belongs to the sentence, not to the number. */
const endingOf = (text: string): string => /[.,;:?!]+$/u.exec(text)?.[0] ?? "";

export function pieces(shown: Shown): Piece[] {
  const words = wordsOf(shown);
  const open = shown.state === "open" || shown.state === "pending";
  const changed = new Set(shown.changed);
  const list: Piece[] = [];
  for (let at = 0; at < words.length;) {
    const span = shown.written.find(({ first, last }) => first === at && last >= at && last < words.length);
    const last = span?.last ?? at;
    const own = words.slice(at, last + 1);
    const spoken = own.map((word) => word.text).join(" ");
    const written = span === undefined ? spoken : span.text + (endingOf(span.text) === "" ? endingOf(spoken) : "");
    list.push({
      first: at, last, text: written, spoken: span === undefined ? null : spoken,
      unsure: !open && own.some(isUnsure), changed: own.some((_, index) => changed.has(at + index)),
      offered: shown.suggestions.some((one) => one.first <= last && one.last >= at),
      firm: !open || last < (shown.firm ?? 0), start: own[0]?.start ?? null, end: own.at(-1)?.end ?? null,
    });
    at = last + 1;
  }
  return list;
}

export const shownText = (shown: Shown): string => pieces(shown).map(({ text }) => text).join(" ");

/** Without the punctuation around it. */
export const bare = (text: string): string => text.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");

/** What was heard where a term is offered. */
export function heardAt(utterance: Pick<Utterance, "text" | "words">, { first, last }: Suggestion): string {
  return bare(wordsOf(utterance).slice(first, last + 1).map((word) => word.text).join(" "));
}

/** The whole text with the offered term in its place; the punctuation around it and a sentence's capital stay. */
export function withTerm(utterance: Pick<Utterance, "text" | "words">, { first, last, term }: Suggestion): string {
  const words = wordsOf(utterance).map((word) => word.text);
  const [opening] = /^[^\p{L}\p{N}]*/u.exec(words[first] ?? "") ?? [""];
  const [closing] = /[^\p{L}\p{N}]*$/u.exec(words[last] ?? "") ?? [""];
  const begins = first === 0 || /[.?!]$/u.test(words[first - 1] ?? "");
  const capital = begins && /^[^\p{L}]*\p{Lu}/u.test(words[first] ?? "");
  const word = capital ? term.charAt(0).toUpperCase() + term.slice(1) : term;
  return [...words.slice(0, first), opening + word + closing, ...words.slice(last + 1)].join(" ");
}

/** What a person typed, with the spaces a transcript has. */
export const tidied = (text: string): string => text.trim().replace(/\s+/gu, " ");

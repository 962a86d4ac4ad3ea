/** Codes of the speech engine in a clinician's words. Pure. */
import type { Utterance } from "../../api/types";

const WARNINGS: Readonly<Record<string, string>> = {
  repetition: "The same words were written again and again; listen before you rely on them.",
  low_confidence: "Hard to understand; listen before you rely on it.",
  too_many_words: "More words than fit into this time; listen before you rely on them.",
  no_speech: "There may have been no speech here.",
  prompt_echo: "These may be words from the visit's list rather than spoken ones.",
  outside_speech: "Some of these words fall where nobody was heard to speak.",
};

const PROBLEMS: Readonly<Record<string, string>> = {
  model_missing: "The speech model is not on the clinic's machine.",
  model_corrupt: "The speech model's file is damaged.",
  model_unknown: "The speech model that is set is not known.",
  model_unsuitable: "The speech model has another shape than it should.",
  speech_engine_missing: "The speech engine that is set is not installed.",
  speech_engine_unsuitable: "The speech engine that is set cannot use this model.",
  utterance_too_long: "It is longer than the engine hears at once.",
  recording_not_found: "The recording of it is gone.",
  media_cut_off: "The recording of it is cut off.",
  speech_out_of_memory: "The machine had too little memory for it.",
  speech_engine_lost: "The speech engine stopped while it worked on it.",
  speech_engine_slow: "The speech engine did not answer in time.",
  speech_engine_busy: "The speech engine has too much to do.",
  speech_engine_failed: "The speech engine failed on it.",
};

/** "German" for "de"; the code itself where the browser knows no name. */
export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames("en", { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** Sentences, in the order of the engine's warnings. What nobody wrote words for is told in general words once. */
export function warningWords({ warnings, language }: Pick<Utterance, "warnings" | "language">): string[] {
  const told = warnings.map((code) => {
    if (code === "other_language") {
      return language === null ? "This sounds like another language." : `This sounds like ${languageName(language)}, which is not the clinic's language.`;
    }
    return WARNINGS[code] ?? "The speech engine was not sure; listen before you rely on it.";
  });
  return [...new Set(told)];
}

export function problemWords(code: string, otherwise = "The speech engine could not do it."): string {
  return PROBLEMS[code] ?? otherwise;
}

export type Source = Utterance["source"];

/** How the shown words came to be, null where nothing needs saying. */
export function sourceWords({ source, changed }: Pick<Utterance, "source" | "changed">): string | null {
  if (source === "correction") return "Corrected";
  if (source !== "final" || changed.length === 0) return null;
  return changed.length === 1 ? "Second hearing: 1 word" : `Second hearing: ${changed.length} words`;
}

const KINDS: Readonly<Record<string, string>> = {
  medicine: "one of this patient's medicines",
  medication: "one of this patient's medicines",
  problem: "one of this patient's problems",
  allergy: "one of this patient's allergies",
  formulary: "in the clinic's formulary",
};

/** Why a term is offered, "" for a list without a name. */
export const kindWords = (kind: string): string => KINDS[kind] ?? "";

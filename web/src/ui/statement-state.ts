import type { Tone } from "./Pill";

/** How a statement stands, in a clinician's words; null where nothing needs saying. */
const STATES: Record<string, { words: string; tone: Tone } | null> = {
  present: null,
  affirmed: null,
  absent: { words: "Denied", tone: "neutral" },
  denied: { words: "Denied", tone: "neutral" },
  negated: { words: "Denied", tone: "neutral" },
  uncertain: { words: "Uncertain", tone: "amber" },
  possible: { words: "Possible", tone: "amber" },
  historical: { words: "Past", tone: "neutral" },
  past: { words: "Past", tone: "neutral" },
  family: { words: "Family", tone: "neutral" },
  resolved: { words: "Resolved", tone: "neutral" },
  hypothetical: { words: "If it happens", tone: "neutral" },
  planned: { words: "Planned", tone: "pine" },
  unknown: { words: "Unknown", tone: "amber" },
};

/** Words that say so themselves. */
const DENYING = /\b(?:denies|denied)\b|^(?:no|not|never|none|negative|without)\b/iu;

export function stateWords(state: string, text = ""): { words: string; tone: Tone } | null {
  if (STATES[state]?.words === "Denied" && DENYING.test(text)) return null;
  const known = STATES[state];
  if (known !== undefined) return known;
  return { words: state.replaceAll("_", " "), tone: "neutral" };
}

/** Below this the doctor is asked to look twice. */
const SURE = 0.6;

export function needsCheck(confidence: number | null): boolean {
  return confidence !== null && confidence < SURE;
}

/** Captions while people talk: the newest lines, gone a moment after their speaker has fallen silent. Pure. */
import type { LiveUtterance } from "../api/types";

/** Long enough to finish reading a line, short enough not to stand over somebody else's. */
const LINGER_MS = 7_000;
/** One speaker and the other. */
const MOST_LINES = 2;
/** A line that is written this much behind the newest one is no news: it is in the transcript. */
const BEHIND_S = 20;

interface Seen {
  utterance: LiveUtterance;
  /** When it last changed, in milliseconds of any steady clock. */
  at: number;
}

/** What was seen when; a new map wherever something changed. */
export type Captioned = ReadonlyMap<string, Seen>;

const isSpoken = ({ state, text }: LiveUtterance) => state !== "empty" && text !== "";

/** What a second hearing or a doctor's hand changes afterwards is not being said now. */
const isLive = ({ source }: LiveUtterance) => source === null || source === "live";

export function noted(seen: Captioned, utterances: readonly LiveUtterance[], now: number): Captioned {
  const newest = Math.max(...utterances.map((one) => one.end));
  const next = new Map<string, Seen>();
  for (const utterance of utterances) {
    const known = seen.get(utterance.id);
    if (known !== undefined && (known.utterance === utterance || !isLive(utterance))) next.set(utterance.id, { ...known, utterance });
    else next.set(utterance.id, { utterance, at: isLive(utterance) && newest - utterance.end < BEHIND_S ? now : -Infinity });
  }
  return next;
}

/** The lines to show, in the order of speaking. */
export function shownLines(seen: Captioned, now: number): LiveUtterance[] {
  const fresh = [...seen.values()].filter(({ utterance, at }) => isSpoken(utterance) && now - at < LINGER_MS).map(({ utterance }) => utterance);
  return fresh.sort((a, b) => a.start - b.start || a.end - b.end).slice(-MOST_LINES);
}

/** Milliseconds until a line goes, null where none is shown. */
export function nextChange(seen: Captioned, now: number): number | null {
  const left = [...seen.values()].filter(({ utterance }) => isSpoken(utterance)).map(({ at }) => at + LINGER_MS - now).filter((ms) => ms > 0);
  return left.length === 0 ? null : Math.min(...left);
}

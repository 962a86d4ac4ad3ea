/** Utterances from the stored transcript and from the live socket, made one; and which recording holds them. */
import type { LiveUtterance, RecordingSegment, Utterance } from "../api/types";
import { supersedes } from "../socket/spoken";
import { SPEAKER_NAMES } from "./roles";

/** Struck out by hand: no words, but a doctor can bring them back. */
export const isStruckOut = ({ state, source }: Pick<Utterance, "state" | "source">) => state === "empty" && source === "correction";

/** By id, whichever of the two says more. In the order of speaking. */
export function mergeUtterances(stored: readonly Utterance[], live: readonly LiveUtterance[]): Utterance[] {
  const byId = new Map(stored.map((one) => [one.id, one]));
  for (const one of live) {
    const known = byId.get(one.id);
    if (known === undefined || supersedes(one, known)) byId.set(one.id, { speaker_name: known?.speaker_name ?? SPEAKER_NAMES[one.speaker], ...one });
  }
  return [...byId.values()].filter((one) => one.state !== "empty" || isStruckOut(one)).sort((a, b) => a.start - b.start || a.end - b.end);
}

export function speakerName(utterance: Utterance, names: ReadonlyMap<string, string>): string {
  return names.get(utterance.participant_id) ?? utterance.speaker_name;
}

/** Recordings are flushed about once a second; an open one may lag behind what was said by this much. */
const LAG_S = 1.5;

/** The recording of this utterance's speaker that holds its start, or null if the moment was not recorded. */
export function segmentFor(utterance: Utterance, segments: readonly RecordingSegment[]): RecordingSegment | null {
  const own = segments.filter((one) => one.participant_id === utterance.participant_id && one.start <= utterance.start + LAG_S);
  return own.find((one) => !one.closed || one.end === null || one.end + LAG_S >= utterance.end) ?? null;
}

/** A little before and after, so that the first and last word are whole. */
const MARGIN_S = 0.3;

export interface ClipPlace {
  segmentId: string;
  /** Seconds since the visit's media began. */
  from: number;
  to: number;
}

/** `span` is the utterance or some of its words. */
export function clipPlace(span: { start: number; end: number }, segment: RecordingSegment): ClipPlace {
  return { segmentId: segment.segment_id, from: Math.max(segment.start, span.start - MARGIN_S), to: span.end + MARGIN_S };
}

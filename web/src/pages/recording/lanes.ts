/** The recorded pieces of a visit as lanes on one time line: who was recorded when, and where something is missing. Pure. */
import type { RecordingSegment, Utterance } from "../../api/types";

export interface Lane {
  /** `participant/kind`: one video element each. */
  id: string;
  participantId: string;
  name: string;
  kind: RecordingSegment["kind"];
  pieces: readonly Piece[];
}

/** Seconds since the visit's media began. */
export interface Span {
  start: number;
  end: number;
}

export interface Piece extends Span {
  segmentId: string;
}

export interface Gap extends Span {
  laneId: string;
  name: string;
  kind: "sound" | "picture";
}

export interface Recorded extends Span {
  lanes: readonly Lane[];
  gaps: readonly Gap[];
  /** Nobody was recorded. */
  off: readonly Span[];
  /** Some piece is still being written. */
  growing: boolean;
}

/** A pause between two pieces shorter than this is the change from one file to the next. */
const SEAM_S = 0.6;

const laneId = (one: RecordingSegment) => `${one.participant_id}/${one.kind}`;

function lanesOf(segments: readonly RecordingSegment[]): Lane[] {
  const lanes = new Map<string, Lane & { pieces: Piece[] }>();
  for (const one of segments) {
    if (one.end === null || one.end <= one.start) continue;
    const id = laneId(one);
    const lane = lanes.get(id) ?? { id, participantId: one.participant_id, name: one.speaker_name, kind: one.kind, pieces: [] };
    lane.pieces.push({ segmentId: one.segment_id, start: one.start, end: one.end });
    lanes.set(id, lane);
  }
  // Cameras first, in the order in which people were first recorded; the screen below.
  return [...lanes.values()].sort((a, b) => Number(a.kind === "screen") - Number(b.kind === "screen"));
}

function offStretches(pieces: readonly Span[]): Span[] {
  const off: Span[] = [];
  let until = Infinity;
  for (const piece of [...pieces].sort((a, b) => a.start - b.start)) {
    if (piece.start - until > SEAM_S) off.push({ start: until, end: piece.start });
    until = until === Infinity ? piece.end : Math.max(until, piece.end);
  }
  return off;
}

export function recorded(segments: readonly RecordingSegment[]): Recorded | null {
  const lanes = lanesOf([...segments].sort((a, b) => a.start - b.start));
  const pieces = lanes.flatMap((lane) => lane.pieces);
  if (pieces.length === 0) return null;
  const gaps = segments.flatMap((one) => one.gaps.map((gap) => ({ ...gap, laneId: laneId(one), name: one.speaker_name })));
  return {
    lanes,
    gaps: gaps.sort((a, b) => a.start - b.start),
    off: offStretches(pieces),
    start: Math.min(...pieces.map((piece) => piece.start)),
    end: Math.max(...pieces.map((piece) => piece.end)),
    growing: segments.some((one) => !one.closed),
  };
}

export function pieceAt(lane: Lane, seconds: number): Piece | null {
  return lane.pieces.find((piece) => piece.start <= seconds && seconds < piece.end) ?? null;
}

/** Where to play next from a moment in which nobody was recorded. */
export function afterOff(of: Recorded, seconds: number): number {
  const off = of.off.find((span) => span.start <= seconds && seconds < span.end);
  return off === undefined ? seconds : off.end;
}

export type Entry = { kind: "said"; start: number; utterance: Utterance } | { kind: "lost"; start: number; gap: Gap };

/** Shorter losses are heard as nothing. */
const LEAST_LOST_S = 0.3;

/** What was said and what was lost, in the order of time. */
export function entries(utterances: readonly Utterance[], gaps: readonly Gap[]): Entry[] {
  const said = utterances.map((utterance): Entry => ({ kind: "said", start: utterance.start, utterance }));
  const lost = gaps.filter((gap) => gap.kind === "sound" && gap.end - gap.start >= LEAST_LOST_S)
    .map((gap): Entry => ({ kind: "lost", start: gap.start, gap }));
  return [...said, ...lost].sort((a, b) => a.start - b.start);
}

/** Someone is still speaking, or has just spoken. */
const LINGER_S = 4;
const EARLY_S = 0.15;

/** Index of the entry that is being said, -1 in a pause. */
export function currentEntry(list: readonly Entry[], seconds: number): number {
  const last = list.findLastIndex((entry) => entry.kind === "said" && entry.start <= seconds + EARLY_S);
  const entry = list[last];
  return entry?.kind === "said" && seconds < entry.utterance.end + LINGER_S ? last : -1;
}

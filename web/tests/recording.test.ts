import { describe, expect, it } from "vitest";

import type { RecordingSegment } from "../src/api/types";
import { afterOff, currentEntry, entries, pieceAt, recorded } from "../src/pages/recording/lanes";
import { utteranceOf } from "./utterance";

const piece = (id: string, who: string, start: number, end: number | null, more: Partial<RecordingSegment> = {}): RecordingSegment => ({
  segment_id: id, participant_id: who, speaker: "patient", speaker_name: who, kind: "camera", start, end, closed: true, gaps: [], ...more,
});
const said = (id: string, start: number, end: number) => utteranceOf(id, start, { end, text: id });
const of = (...segments: RecordingSegment[]) => {
  const found = recorded(segments);
  if (found === null) throw new Error("nothing recorded");
  return found;
};

describe("recorded", () => {
  it("is null where nothing is on the disk", () => {
    expect(recorded([])).toBeNull();
    expect(recorded([piece("1", "a", 3, null), piece("2", "b", 4, 4)])).toBeNull();
  });

  it("has one lane for each person's camera, and the screens below", () => {
    const { lanes, start, end } = of(piece("1", "a", 5, 9, { kind: "screen" }), piece("2", "b", 2, 4), piece("3", "a", 1, 6), piece("4", "b", 8, 12));
    expect(lanes.map((lane) => lane.id)).toEqual(["a/camera", "b/camera", "a/screen"]);
    expect(lanes[1]?.pieces.map((one) => one.segmentId)).toEqual(["2", "4"]);
    expect([start, end]).toEqual([1, 12]);
  });

  it("tells when recording was off for everybody, not the seam between two files", () => {
    const found = of(piece("1", "a", 0, 10), piece("2", "b", 4, 12), piece("3", "a", 12.3, 20), piece("4", "b", 30, 40));
    expect(found.off).toEqual([{ start: 20, end: 30 }]);
    expect(afterOff(found, 22)).toBe(30);
    expect(afterOff(found, 11)).toBe(11);
  });

  it("knows the piece of a moment", () => {
    const lane = of(piece("1", "a", 0, 10), piece("2", "a", 12, 20)).lanes[0];
    if (lane === undefined) throw new Error("no lane");
    expect(pieceAt(lane, 9.9)?.segmentId).toBe("1");
    expect(pieceAt(lane, 11)).toBeNull();
    expect(pieceAt(lane, 12)?.segmentId).toBe("2");
  });
});

describe("entries", () => {
  const gaps = [{ start: 3, end: 4.2, kind: "sound" as const }, { start: 5, end: 5.1, kind: "sound" as const }, { start: 6, end: 9, kind: "picture" as const }];
  const list = entries([said("one", 1, 2), said("two", 10, 12)], of(piece("1", "a", 0, 20, { gaps })).gaps);

  it("puts lost sound between what was said, where it is long enough to be missed", () => {
    expect(list.map((entry) => entry.kind)).toEqual(["said", "lost", "said"]);
  });

  it("follows what is said, and nothing in a long pause", () => {
    expect(currentEntry(list, 0)).toBe(-1);
    expect(currentEntry(list, 1.5)).toBe(0);
    expect(currentEntry(list, 8)).toBe(-1);
    expect(currentEntry(list, 9.9)).toBe(2);
  });
});

import { describe, expect, it } from "vitest";

import type { LiveUtterance, RecordingSegment, Utterance } from "../src/api/types";
import { sectionsOf, seated } from "../src/media/seats";
import { loudness } from "../src/media/sound";
import type { Participant } from "../src/socket/events";
import { clipPlace, mergeUtterances, segmentFor } from "../src/ui/utterances";
import { utteranceOf } from "./utterance";

const utterance = (id: string, start: number, more: Partial<Utterance> = {}) => utteranceOf(id, start, { participant_id: "p", text: "words", ...more });

function segment(id: string, start: number, end: number | null, closed = true): RecordingSegment {
  return { segment_id: id, participant_id: "p", speaker: "patient", speaker_name: "Pat", kind: "camera", gaps: [], start, end, closed };
}

describe("seats", () => {
  it("puts own audio and video first, then a pair per seat", () => {
    expect([0, 1, 2].map(sectionsOf)).toEqual([
      { audio: 3, camera: 4, screen: 5 }, { audio: 6, camera: 7, screen: 8 }, { audio: 9, camera: 10, screen: 11 },
    ]);
  });

  it("seats nobody who waits, and not oneself", () => {
    const person = (id: string, seat: number | null, state: Participant["state"]): Participant => ({
      id, seat, state, role: "patient", display_name: id, microphone: true, camera: true, screen: false, connected: true, media: "connected", consent: { record: null, transcribe: null }, line: null, view: "auto", rung: null, receives: null,
    });
    const people = [person("me", null, "admitted"), person("b", 1, "admitted"), person("a", 0, "admitted"), person("w", null, "waiting")];
    expect(seated(people, "me").map((one) => one.id)).toEqual(["a", "b"]);
  });
});

describe("the transcript", () => {
  it("never replaces finished words by pending ones, and leaves out empty utterances", () => {
    const live: LiveUtterance[] = [utterance("a", 1, { state: "pending", text: "" }), utterance("b", 0), utterance("c", 3, { state: "empty" })];
    expect(mergeUtterances([utterance("a", 1)], live).map((one) => [one.id, one.text])).toEqual([["b", "words"], ["a", "words"]]);
  });

  it("finds the recording that holds an utterance, open or closed", () => {
    expect(segmentFor(utterance("a", 12), [segment("one", 0, 10), segment("two", 10, 20)])?.segment_id).toBe("two");
    expect(segmentFor(utterance("a", 12), [segment("open", 0, 11, false)])?.segment_id).toBe("open");
    expect(segmentFor(utterance("a", 12), [segment("one", 0, 10)])).toBeNull();
    expect(segmentFor(utterance("a", 12, { participant_id: "other" }), [segment("one", 0, 20)])).toBeNull();
  });

  it("never asks for a clip before its recording began", () => {
    expect(clipPlace(utterance("a", 10), segment("one", 10, 20))).toEqual({ segmentId: "one", from: 10, to: 12.3 });
  });
});

describe("the microphone meter", () => {
  it("is empty in silence and full near the limit", () => {
    expect(loudness(new Float32Array(64))).toBe(0);
    expect(loudness(new Float32Array(64).fill(0.5))).toBe(1);
  });
});

import { describe, expect, it } from "vitest";

import type { LiveUtterance } from "../src/api/types";
import { Spoken } from "../src/socket/spoken";
import { CaptionFeed } from "../src/ui/caption-feed";
import { nextChange, noted, shownLines, type Captioned } from "../src/ui/captions";
import { mergeUtterances } from "../src/ui/utterances";
import { utteranceOf, word } from "./utterance";

const open = (text: string, firm: number, id = "a", start = 1) =>
  utteranceOf(id, start, { state: "open", revision: 0, source: null, text, firm, words: text.split(" ").map((one) => word(one)) });
const pending = utteranceOf("a", 1, { state: "pending", revision: 0, source: null });
const final = utteranceOf("a", 1, { text: "I have a headache." });

describe("what is being said", () => {
  it("grows, closes and is written down under one id", () => {
    const spoken = new Spoken();
    spoken.take(open("I have", 1), 0);
    spoken.take(open("I have a head", 2), 900);
    expect(spoken.take(pending, 1_500)).toMatchObject([{ id: "a", state: "pending", text: "I have a head", firm: 2 }]);
    expect(spoken.take(final, 2_000)).toEqual([final]);
  });

  it("is not led back by what comes late", () => {
    const spoken = new Spoken();
    spoken.take({ ...final, revision: 2, text: "I have no headache." }, 0);
    spoken.take(open("I have", 1), 10);
    spoken.take(pending, 20);
    expect(spoken.take(final, 30).map((one) => one.text)).toEqual(["I have no headache."]);
  });

  it("forgets a line that never closes, and no other", () => {
    const spoken = new Spoken();
    spoken.take(open("I have", 1), 0);
    spoken.take(open("And you", 1, "b", 3), 9_000);
    const before = spoken.said;
    expect(spoken.tidy(10_000)).toBe(before);
    expect(spoken.tidy(13_000).map((one) => one.id)).toEqual(["b"]);
  });

  it("forgets at once what a withdrawn consent emptied", () => {
    const emptied = utteranceOf("a", 1, { state: "empty", revision: 0, source: null });
    expect(mergeUtterances([{ ...final, revision: 3 }], [emptied])).toEqual([]);
  });

  it("shows a correction of another tab over the live words, and keeps a struck-out line for whoever may bring it back", () => {
    expect(mergeUtterances([{ ...final, revision: 2, text: "corrected" }], [final]).map((one) => one.text)).toEqual(["corrected"]);
    expect(mergeUtterances([], [{ ...final, state: "empty", source: "correction", text: "" }])).toHaveLength(1);
    const back = { ...final, revision: 3, source: "correction" as const };
    expect(mergeUtterances([back], [{ ...final, revision: 2, state: "empty", source: "correction" }])).toEqual([back]);
  });
});

describe("captions", () => {
  const see = (...told: [readonly LiveUtterance[], number][]) => told.reduce<Captioned>((seen, [list, now]) => noted(seen, list, now), new Map());

  it("shows the two newest lines and lets them go", () => {
    const said = [0, 3, 6].map((start) => utteranceOf(`u${start}`, start, { text: `line ${start}` }));
    const seen = see([said.slice(0, 1), 0], [said.slice(0, 2), 3_000], [said, 6_000]);
    expect(shownLines(seen, 6_000).map((one) => one.id)).toEqual(["u3", "u6"]);
    expect(nextChange(seen, 6_000)).toBe(1_000);
    expect(shownLines(seen, 10_500).map((one) => one.id)).toEqual(["u6"]);
    expect(shownLines(seen, 13_001)).toEqual([]);
    expect(nextChange(seen, 13_001)).toBeNull();
  });

  it("stays while a line grows, and shows nothing without words", () => {
    const seen = see([[open("I", 0)], 0], [[open("I have", 1)], 6_000]);
    expect(shownLines(seen, 12_000).map((one) => one.text)).toEqual(["I have"]);
    expect(shownLines(see([[pending], 0]), 10)).toEqual([]);
  });

  it("brings nothing back that is heard again, corrected or written down late", () => {
    const later = utteranceOf("b", 60, { text: "Goodbye." });
    const seen = see([[final], 0], [[final, later], 60_000], [[{ ...final, source: "final", revision: 2 }, later], 61_000]);
    expect(shownLines(seen, 61_000).map((one) => one.id)).toEqual(["b"]);
    expect(shownLines(see([[later], 60_000], [[later, final], 61_000]), 61_000).map((one) => one.id)).toEqual(["b"]);
  });

  it("begins with what is said after they were switched on", () => {
    const listeners = new Set<() => void>();
    let utterances: readonly LiveUtterance[] = [final];
    const feed = new CaptionFeed({ view: () => ({ utterances }), subscribe: (listener) => { listeners.add(listener); return () => listeners.delete(listener); } });
    let told = 0;
    const leave = feed.subscribe(() => told++);
    expect(feed.lines()).toEqual([]);
    utterances = [final, utteranceOf("b", 4, { text: "Since when?" })];
    for (const listener of listeners) listener();
    expect([feed.lines().map((one) => one.id), told]).toEqual([["b"], 1]);
    leave();
    expect(listeners.size).toBe(0);
  });
});

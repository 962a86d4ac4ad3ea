import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";

import type { Transcript as TranscriptOf, Utterance } from "../src/api/types";
import { problemWords, sourceWords, warningWords } from "../src/ui/transcript/tell";
import { Transcript } from "../src/ui/transcript/Transcript";
import { isSettled, TranscriptStatus } from "../src/ui/transcript/TranscriptStatus";
import type { Corrections } from "../src/ui/transcript/use-corrections";
import { heardAt, pieces, shownText, withTerm } from "../src/ui/transcript/words";
import { utteranceOf, word } from "./utterance";

const pressure = utteranceOf("bp", 10, {
  text: "It was one twenty over eighty, I think.",
  words: ["It", "was", "one", "twenty", "over", "eighty,", "I", "think."].map((text, at) => word(text, { start: 10 + at / 4, end: 10.2 + at / 4 })),
  written: [{ first: 2, last: 5, text: "120/80 mmHg" }],
});

const misheard = utteranceOf("drug", 20, {
  text: "Met foreman, twice a day.", words: [word("Met", { confidence: 0.3, start: 20, end: 20.4 }), word("foreman,", { confidence: 0.2 }), word("twice"), word("a"), word("day.")],
  suggestions: [{ first: 0, last: 1, term: "metformin", kind: "medicine" }],
});

describe("the words of a line", () => {
  it("writes numbers as clinicians do and keeps the spoken words and the sentence's comma", () => {
    expect(shownText(pressure)).toBe("It was 120/80 mmHg, I think.");
    const number = pieces(pressure)[2];
    expect(number).toMatchObject({ first: 2, last: 5, spoken: "one twenty over eighty,", start: 10.5, end: 11.45, unsure: false });
  });

  it("marks what the engine was not sure of, what changed, and what a term is offered for", () => {
    const found = pieces({ ...misheard, changed: [2] });
    expect(found.map(({ unsure, changed, offered }) => [unsure, changed, offered])).toEqual([
      [true, false, true], [true, false, true], [false, true, false], [false, false, false], [false, false, false],
    ]);
  });

  it("leaves a doctor's own words unmarked", () => {
    expect(pieces(utteranceOf("c", 0, { text: "Metformin", words: [word("Metformin", { confidence: null })] }))[0]?.unsure).toBe(false);
  });

  it("splits the text of an older database, and skips a span that points outside of it", () => {
    const old = utteranceOf("old", 0, { text: "I am fine.", written: [{ first: 2, last: 7, text: "?" }] });
    expect(pieces(old).map(({ text }) => text)).toEqual(["I", "am", "fine."]);
  });

  it("tells agreed words of an open line from those that may change, and doubts none of them yet", () => {
    const open = utteranceOf("o", 0, { state: "open", text: "I have had a", firm: 2, words: ["I", "have", "had", "a"].map((text) => word(text, { confidence: 0.1 })) });
    expect(pieces(open).map(({ firm, unsure }) => [firm, unsure])).toEqual([[true, false], [true, false], [false, false], [false, false]]);
  });
});

describe("an offered term", () => {
  it("takes the place of the heard words, with their punctuation and the sentence's capital", () => {
    const [offer] = misheard.suggestions;
    if (offer === undefined) throw new Error("no offer");
    expect(heardAt(misheard, offer)).toBe("Met foreman");
    expect(withTerm(misheard, offer)).toBe("Metformin, twice a day.");
    const inside = utteranceOf("i", 0, { text: "I take (met foreman) now" });
    expect(withTerm(inside, { first: 2, last: 3, term: "metformin", kind: "medicine" })).toBe("I take (metformin) now");
  });
});

describe("what is told beside a line", () => {
  it("uses plain words, each once, and some for codes that it does not know", () => {
    expect(warningWords({ warnings: ["other_language"], language: "de" })).toEqual(["This sounds like German, which is not the clinic's language."]);
    expect(warningWords({ warnings: ["new_one", "newer_one"], language: null })).toHaveLength(1);
    expect(problemWords("speech_out_of_memory")).toContain("memory");
    expect(problemWords("never_heard_of")).toBe("The speech engine could not do it.");
  });

  it("says where the words are from only where that is news", () => {
    expect([sourceWords({ source: "live", changed: [] }), sourceWords({ source: "final", changed: [] }), sourceWords({ source: "final", changed: [1, 2] }), sourceWords({ source: "correction", changed: [1] })])
      .toEqual([null, null, "Second hearing: 2 words", "Corrected"]);
  });
});

const corrections: Corrections = { visitId: "v", correct: () => Promise.resolve("saved"), retry: () => Promise.resolve() };

function drawn(element: ReactElement): string {
  return renderToStaticMarkup(<QueryClientProvider client={new QueryClient()}><MantineProvider>{element}</MantineProvider></QueryClientProvider>);
}

function lines(utterances: readonly Utterance[], desk: Corrections | null): string {
  return drawn(<Transcript utterances={utterances} names={new Map()} marked={new Set()} empty="" corrections={desk} {...(desk === null ? {} : { pick: () => undefined, hear: () => undefined })} />);
}

const textOf = (html: string) => html.replace(/<style[^>]*>.*?<\/style>/gsu, "").replace(/<[^>]+>/gu, "");

describe("the transcript", () => {
  const troubled = utteranceOf("p", 30, { state: "pending", problem: "speech_out_of_memory", revision: 0, source: null });

  it("gives the doctor doubts, terms, numbers, warnings and another try", () => {
    const html = lines([pressure, { ...misheard, warnings: ["low_confidence"] }, troubled], corrections);
    for (const hook of ["word", "offers", "offer-accept", "offer-keep", "utterance-edit", "warnings", "utterance-problem", "transcript-retry"]) expect(html).toContain(`data-testid="${hook}"`);
    expect(html).toContain('aria-label="120/80 mmHg, said: one twenty over eighty"');
    expect(html).toContain('aria-label="Write metformin instead of Met foreman"');
    expect(textOf(html)).toContain("The machine had too little memory for it. The sound is kept.");
  });

  it("keeps telling words within their sentence, and makes them targets of their own where there is none", () => {
    // A list that scrolls cuts sentences at its edge: what is in elements of its own is not seen as text there any more.
    expect(lines([misheard], corrections)).toMatch(/<\/button> twice a day\.<\/p>/u);
    const alone = utteranceOf("a", 0, { text: "No a.", words: [word("No", { confidence: 0.1 }), word("a.", { confidence: 0.1 })] });
    expect(lines([misheard], corrections)).not.toContain('data-wide="true"');
    expect(lines([alone], corrections).match(/data-wide="true"/gu)).toHaveLength(2);
  });

  it("gives the patient the words and nothing else", () => {
    const struck = utteranceOf("s", 40, { state: "empty", source: "correction" });
    const html = lines([pressure, { ...misheard, warnings: ["low_confidence"], changed: [2], source: "final" }, troubled, struck], null);
    expect(html).not.toContain("<button");
    expect(html).not.toContain("warnings");
    expect(textOf(html)).toContain("It was 120/80 mmHg, I think.");
    expect(textOf(html)).not.toContain("struck out");
  });

  it("keeps an open line quiet for screen readers and shows its soft end", () => {
    const html = lines([utteranceOf("o", 0, { state: "open", text: "I have had", words: ["I", "have", "had"].map((one) => word(one)), firm: 2 })], null);
    expect(html).toContain('data-state="open"');
    expect(html).toMatch(/aria-live="off"/u);
    expect(html).toMatch(/data-testid="soft-words">had</u);
  });

  it("lets a struck-out line be brought back", () => {
    const html = lines([utteranceOf("s", 0, { state: "empty", source: "correction", revision: 2 })], corrections);
    expect(html).toContain("struck out");
    expect(html).toContain('data-testid="utterance-edit"');
    expect(html).toContain('data-testid="utterance-history"');
  });
});

describe("how far the transcript has come", () => {
  const of = (more: Partial<TranscriptOf>): TranscriptOf => ({ visit_id: "v", status: "complete", notice: null, utterances: [], final_pass: null, ...more });

  it("asks again until the second hearing is through", () => {
    expect([isSettled(undefined), isSettled(of({ status: "completing" })), isSettled(of({ final_pass: { done: 3, total: 9, problem: null } })), isSettled(of({ final_pass: { done: 9, total: 9, problem: null } })), isSettled(of({}))])
      .toEqual([false, false, false, true, true]);
  });

  it("shows its progress in words and as a bar", () => {
    const html = drawn(<TranscriptStatus corrections={corrections} transcript={of({ final_pass: { done: 3, total: 9, problem: null } })} />);
    expect(textOf(html)).toContain("3 of 9 lines");
    expect(html).toContain('<progress max="9"');
    const stopped = of({ final_pass: { done: 3, total: 9, problem: "model_missing" } });
    expect(isSettled(stopped)).toBe(true);
    expect(textOf(drawn(<TranscriptStatus corrections={corrections} transcript={stopped} />))).toMatch(/stopped after 3 of 9 lines.*not on the clinic.*Try again/u);
    expect(textOf(drawn(<TranscriptStatus corrections={corrections} transcript={of({})} />))).toBe("");
  });
});

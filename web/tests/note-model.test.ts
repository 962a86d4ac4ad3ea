import { describe, expect, it } from "vitest";

import { changesBetween, wordsBetween } from "../src/pages/note/model/compare";
import { contentOf, lineOf, looksLeft, newLine, saysTheSame, sendable, toEdits, type Content } from "../src/pages/note/model/content";
import { closed, committed, historyOf, mapped, redone, undone } from "../src/pages/note/model/history";
import * as steps from "../src/pages/note/model/operations";
import { rebase, resolved, type LineConflict } from "../src/pages/note/model/rebase";
import { layoutOf } from "../src/ui/sections";
import { noteLine, noteOf } from "./note-lines";

const HPI = "subjective.hpi";
const cough = noteLine("cough", "subjective.chief_complaint", "“Cough”.");
const fever = noteLine("fever", HPI, "Denies fever", { heard: [1] });
const chills = noteLine("chills", HPI, "Denies chills.", { heard: [2], codes: ["HP:1"] });
const rest = noteLine("rest", "plan", "Rest.");
const start = contentOf(noteOf([cough, fever, chills, rest]));
const texts = (content: Content) => content.lines.map((line) => line.text);
const ids = (content: Content) => content.lines.map((line) => line.id);
const lineIn = (content: Content, id: string) => content.lines.find((line) => line.id === id);

describe("what a clinician does to a line", () => {
  it("accepts, and one line less needs a look", () => {
    expect(looksLeft(start)).toBe(4);
    expect(looksLeft(steps.accept(["fever", "rest"])(start))).toBe(2);
  });

  it("takes a line out so that it is neither suggested again nor lost", () => {
    const out = steps.reject("fever")(start);
    expect(ids(out)).toEqual(["cough", "chills", "rest"]);
    expect(toEdits(out)).toMatchObject({ dismissed_keys: [`${HPI}:fever`], dismissed_reasons: {} });
    expect(toEdits(steps.reject("fever", "not_said")(start)).dismissed_reasons).toEqual({ [`${HPI}:fever`]: "not_said" });
    const back = steps.putBack("fever")(out);
    expect(toEdits(back).dismissed_keys).toEqual([]);
    expect(ids(steps.move("fever", -1)(back))).toContain("fever");
  });

  it("makes changed words the clinician's own and looked at, and keeps the evidence", () => {
    expect(lineIn(steps.setText("fever", "No fever.")(start), "fever")).toMatchObject({ origin: "clinician", reviewed: true, evidence: ["u-fever"] });
    expect(steps.setText("fever", "Denies fever")(start).lines[1]).toBe(start.lines[1]);
  });

  it("lets go of what the machine's words were marked with", () => {
    const denied = contentOf(noteOf([noteLine("fever", HPI, "Denies fever.", { state: "absent", confidence: 0.4 })]));
    expect(lineIn(steps.setText("fever", "Fever since Monday.")(denied), "fever")).toMatchObject({ state: "present", confidence: null });
    expect(steps.split("fever", 7, "n")(denied).lines.map(({ state }) => state)).toEqual(["present", "present"]);
  });

  it("moves within a section and over its edge into the next", () => {
    expect(ids(steps.move("chills", -1)(start))).toEqual(["cough", "chills", "fever", "rest"]);
    const up = steps.move("fever", -1)(start);
    expect(lineIn(up, "fever")?.section).toBe("subjective.chief_complaint");
    expect(steps.inOrder(up.lines).map((line) => line.id)).toEqual(["cough", "fever", "chills", "rest"]);
    const down = steps.move("chills", 1)(start);
    expect(lineIn(down, "chills")?.section).toBe("plan");
    expect(steps.inOrder(down.lines).map((line) => line.id)).toEqual(["cough", "fever", "chills", "rest"]);
    expect(steps.move("cough", -1)(start)).toBe(start);
    expect(steps.move("rest", 1)(start)).toBe(start);
  });

  it("moves in the order that the template shows", () => {
    const layout = layoutOf([{ section: HPI, title: "History", hint: "" }, { section: "subjective.chief_complaint", title: "Complaint", hint: "" }]);
    expect(steps.inOrder(start.lines, layout).map((line) => line.id)).toEqual(["fever", "chills", "cough", "rest"]);
    expect(lineIn(steps.move("chills", 1, layout)(start), "chills")?.section).toBe("subjective.chief_complaint");
  });

  it("merges into the line above: both sentences, both evidences, both keys", () => {
    const merged = steps.mergeUp("chills")(start);
    expect(lineIn(merged, "fever")).toMatchObject({
      text: "Denies fever. Denies chills.", evidence: ["u-fever", "u-chills"], heard: [1, 2], codes: ["HP:1"], mergedKeys: [`${HPI}:chills`], reviewed: true,
    });
    expect(ids(merged)).toEqual(["cough", "fever", "rest"]);
    expect(steps.mergeUp("cough")(start)).toBe(start);
  });

  it("splits a line in two that rest on the same words", () => {
    const two = steps.split("chills", 6, "new")(start);
    expect(texts(two).slice(2, 4)).toEqual(["Denies", "chills."]);
    expect(lineIn(two, "new")).toMatchObject({ evidence: ["u-chills"], key: null });
    expect(steps.split("chills", 0, "new")(start)).toBe(start);
  });

  it("takes newer words into a line, or waves them away", () => {
    const offer = { ...lineOf(chills), id: "offer", text: "Denies chills at night.", evidence: ["u9"], heard: [4], basis: "later" };
    expect(lineIn(steps.takeInto("chills", offer)(start), "chills")).toMatchObject({
      text: "Denies chills at night.", evidence: ["u-chills", "u9"], heard: [2, 4], basis: "later", reviewed: true,
    });
    expect(lineIn(steps.waveAway("chills", offer)(start), "chills")).toMatchObject({ text: "Denies chills.", evidence: ["u-chills"], basis: "later" });
  });

  it("sends no new line without words, and leaves a line that is being emptied as it was", () => {
    const empty = steps.setText("rest", " ")(steps.add(newLine("n", "plan"))(start));
    expect(texts(sendable(empty, start))).toEqual(texts(start));
    expect(saysTheSame(sendable(empty, start), start)).toBe(true);
  });
});

describe("undo", () => {
  it("goes back and forth; typing in one line is one step", () => {
    let history = historyOf("a");
    for (const text of ["ab", "abc"]) history = committed(history, text, "text:1");
    history = committed(closed(history), "abcd", "text:1");
    expect(undone(history).present).toBe("abc");
    expect(undone(undone(history)).present).toBe("a");
    expect(redone(undone(history)).present).toBe("abcd");
    expect(undone(historyOf("a")).present).toBe("a");
  });

  it("never takes back what another person saved meanwhile", () => {
    const mine = committed(historyOf(start), steps.setText("fever", "No fever.")(start));
    const theirs = steps.setText("rest", "Rest for a week.")(start);
    const moved = mapped(mine, (content) => rebase(start, content, theirs).content);
    expect(texts(undone(moved).present)).toEqual(["“Cough”.", "Denies fever", "Denies chills.", "Rest for a week."]);
  });
});

describe("a newer version of the note", () => {
  it("joins changes of different lines and of different fields of one line", () => {
    const yours = steps.setText("fever", "No fever.")(start);
    const theirs = steps.place("fever", "plan", null)(steps.setText("rest", "Bed rest.")(start));
    const { content, conflicts } = rebase(start, yours, theirs);
    expect(conflicts).toEqual([]);
    expect(lineIn(content, "fever")).toMatchObject({ text: "No fever.", section: "plan" });
    expect(lineIn(content, "rest")?.text).toBe("Bed rest.");
  });

  it("keeps one's own order and puts what is new behind its neighbour", () => {
    const yours = steps.move("chills", -1)(start);
    const theirs = steps.add(newLine("theirs", "plan", { text: "Fluids." }), "rest")(start);
    expect(ids(rebase(start, yours, theirs).content)).toEqual(["cough", "chills", "fever", "rest", "theirs"]);
    const added = steps.add(newLine("mine", HPI, { text: "Since Monday." }), "fever")(start);
    expect(ids(rebase(start, added, theirs).content)).toEqual(["cough", "fever", "mine", "chills", "rest", "theirs"]);
  });

  it("tells where both changed the same words, or one changed what the other took out", () => {
    const yours = steps.reject("rest")(steps.setText("fever", "No fever.")(start));
    const theirs = steps.setText("rest", "Bed rest.")(steps.setText("fever", "Afebrile.")(start));
    const { content, conflicts } = rebase(start, yours, theirs);
    expect(conflicts.map((one) => [one.id, one.yours?.text, one.theirs?.text])).toEqual([["fever", "No fever.", "Afebrile."], ["rest", undefined, "Bed rest."]]);
    expect(lineIn(content, "fever")?.text).toBe("No fever.");
    const [first, second] = conflicts as [LineConflict, LineConflict];
    expect(texts(resolved(content, first, "theirs", "n"))).toContain("Afebrile.");
    expect(texts(resolved(content, first, "both", "n")).slice(1, 3)).toEqual(["Afebrile.", "No fever."]);
    expect(resolved(content, first, "yours", "n")).toBe(content);
    expect(texts(resolved(content, second, "theirs", "n"))).toContain("Bed rest.");
  });

  it("is no conflict where both say the same, and what both took out is gone", () => {
    const both = steps.reject("rest")(steps.setText("fever", "Afebrile.")(start));
    expect(rebase(start, both, both)).toMatchObject({ conflicts: [], content: { lines: both.lines } });
  });

  it("does not take words as read that were corrected after they were accepted", () => {
    const yours = steps.accept(["fever"])(start);
    const theirs: Content = { ...start, lines: start.lines.map((line) => (line.id === "fever" ? { ...line, heard: [2] } : line)) };
    expect(lineIn(rebase(start, yours, theirs).content, "fever")).toMatchObject({ reviewed: true, heard: [1] });
    expect(lineIn(rebase(start, start, theirs).content, "fever")?.heard).toEqual([2]);
  });

  it("keeps the template that was chosen here, and takes the one that was chosen elsewhere", () => {
    const chosen = steps.setTemplate("cardiology")(start);
    expect(rebase(start, chosen, start).content.template).toBe("cardiology");
    expect(rebase(start, start, chosen).content.template).toBe("cardiology");
    expect(toEdits(chosen).template).toBe("cardiology");
    expect(saysTheSame(chosen, start)).toBe(false);
  });

  it("joins what was waved away and what became of orders", () => {
    const yours = steps.setOrder("o1", "accepted")(steps.dismiss(["a"])(start));
    const theirs = steps.setOrder("o2", "dismissed")(steps.dismiss(["b"], "wrong")(start));
    const { content } = rebase(start, yours, theirs);
    expect(content.dismissed).toEqual({ a: null, b: "wrong" });
    expect(content.orders).toEqual({ o1: "accepted", o2: "dismissed" });
  });
});

describe("the difference between two versions", () => {
  it("names what was added, changed, moved and taken out, in place", () => {
    const after = steps.place("rest", HPI, null)(steps.setText("fever", "Denies any fever")(steps.reject("chills")(start)));
    const changes = changesBetween(start.lines, steps.add(newLine("n", "plan", { text: "Fluids." }))(after).lines);
    expect(changes.map((one) => [one.id, one.kind])).toEqual([
      ["cough", "same"], ["fever", "changed"], ["chills", "removed"], ["rest", "moved"], ["n", "added"],
    ]);
  });

  it("goes down to the words", () => {
    expect(wordsBetween("Denies fever.", "Denies any fever.")).toEqual([
      { text: "Denies ", kind: "same" }, { text: "any ", kind: "added" }, { text: "fever.", kind: "same" },
    ]);
  });
});

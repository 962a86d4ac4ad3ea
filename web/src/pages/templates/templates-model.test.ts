import { describe, expect, it } from "vitest";

import type { ClinicTemplates, NoteTemplate } from "../../api/types";
import { editedOf, freshId, isDirty, missing, moved, problemOf, withChanged, withCopy, without } from "./templates-model";

const section = (name: string) => ({ section: name, title: name, expected: true, hint: "" });
const soap: NoteTemplate = { id: "soap", name: "SOAP", sections: [section("subjective.hpi"), section("assessment"), section("plan")] };
const saved: ClinicTemplates = { version: 3, default: "soap", built_in: [soap], own: [] };

describe("note templates", () => {
  it("copies one under a name and an id of its own", () => {
    const twice = withCopy(withCopy(editedOf(saved), soap), soap);
    expect(twice.own.map((one) => one.id)).toEqual(["soap-ours", "soap-ours-2"]);
    expect(isDirty(twice)).toBe(true);
    expect(isDirty(editedOf(saved))).toBe(false);
  });

  it.each([["Dr Kim's Brief", "dr-kim-s-brief"], ["x", "x-note"], ["42", "template"], ["", "template"], ["Ärzte", "a-rzte"]])("makes an id of %s", (name, id) => {
    expect(freshId(name, new Set())).toBe(id);
  });

  it("falls back to SOAP where the default is removed", () => {
    const own = { ...withCopy(editedOf(saved), soap), default: "soap-ours" };
    expect(without(own, "soap-ours")).toMatchObject({ own: [], default: "soap" });
  });

  it("moves a heading and stays at the ends", () => {
    expect(moved(soap.sections, 0, 1).map((part) => part.section)).toEqual(["assessment", "subjective.hpi", "plan"]);
    expect(moved(soap.sections, 0, -1)).toEqual(soap.sections);
  });

  it("tells what is left out and what keeps it from being saved", () => {
    const short = { ...soap, id: "short", sections: [section("plan")] };
    expect(missing(short, soap).map((part) => part.section)).toEqual(["subjective.hpi", "assessment"]);
    expect(problemOf(short)).toBeNull();
    expect(problemOf({ ...short, sections: [] })).toMatch(/heading/);
    expect(problemOf({ ...short, name: " " })).toMatch(/name/);
    const edited = withCopy(editedOf(saved), { ...short, name: "Short" });
    expect(withChanged(edited, { ...short, id: "short-ours", name: "New" }).own.map((one) => one.name)).toEqual(["New"]);
  });
});

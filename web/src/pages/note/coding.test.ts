import { describe, expect, it } from "vitest";

import { codeOffers, codesOn } from "./coding";
import { newLine } from "./model/content";

const suggested = (code: string, statement: string) => ({ code, title: code, statement, evidence: ["u"], score: 0.9 });
const headache = newLine("1", "assessment", { key: "assessment:headache", text: "Headache." });

describe("suggested codes", () => {
  it("are offered for lines that stand, once a line", () => {
    const found = codeOffers([suggested("R51.9", "assessment:headache"), suggested("R51.9", "assessment:headache"), suggested("I10", "assessment:gone")], [headache]);
    expect(found.map(({ line, offers }) => [line.id, offers.map(({ coding, taken }) => [coding.code, taken])])).toEqual([["1", [["R51.9", false]]]]);
  });

  it("follow a line into the one it was merged with, and tell what was taken", () => {
    const merged = { ...headache, key: "assessment:migraine", mergedKeys: ["assessment:headache"], codes: ["icd10cm:R51.9"] };
    expect(codeOffers([suggested("R51.9", "assessment:headache")], [merged]).flatMap(({ offers }) => offers.map(({ taken }) => taken))).toEqual([true]);
  });

  it("are shown without those of other terminologies", () => {
    expect(codesOn(["snomed:25064002", "icd10cm:R51.9"])).toEqual(["R51.9"]);
  });
});

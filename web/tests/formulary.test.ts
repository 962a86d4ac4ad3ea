import { describe, expect, it } from "vitest";

import { namesIn, sameList, withNames, without } from "../src/pages/speech/formulary";

describe("the formulary", () => {
  it("takes a pasted list apart", () => {
    expect(namesIn("apixaban, co-codamol;\n  insulin   glargine \n\n,")).toEqual(["apixaban", "co-codamol", "insulin glargine"]);
  });

  it("keeps each name once, in alphabetical order, whatever its capitals", () => {
    expect(withNames(["Metformin"], "apixaban, metformin", 10)).toEqual({ names: ["apixaban", "Metformin"], refused: ["metformin is on the list already."] });
  });

  it("refuses what the server would refuse, and says why", () => {
    const { names, refused } = withNames([], "500 mg, x, <b>, vitamin B12 (oral), ångström’s", 10);
    expect(names).toEqual(["ångström’s", "vitamin B12 (oral)"]);
    expect(refused).toHaveLength(3);
    expect(withNames([], "a".repeat(61), 10).refused[0]).toContain("longer than 60");
  });

  it("is never longer than the engine can use", () => {
    const { names, refused } = withNames(["a1", "b2"], "c3, d4", 3);
    expect([names, refused.length]).toEqual([["a1", "b2", "c3"], 1]);
  });

  it("is the same in any order", () => {
    expect([sameList(["a", "b"], ["b", "a"]), sameList(["a"], ["a", "b"]), without(["a", "b"], "a")]).toEqual([true, false, ["b"]]);
  });
});

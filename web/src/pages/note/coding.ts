/** ICD-10-CM codes that lines of the note support: which of them can be decided on here. */
import type { SuggestedCoding } from "../../api/types";
import { keysOf, type Line } from "./model/content";

export interface CodeOffer {
  coding: SuggestedCoding;
  line: Line;
  /** As lines hold it. */
  code: string;
  taken: boolean;
}

/** Suggestions whose line still stands, in their order, each code once a line. */
export function codeOffers(coding: readonly SuggestedCoding[], lines: readonly Line[]): CodeOffer[] {
  const seen = new Set<string>();
  return coding.flatMap((one) => {
    const line = lines.find((held) => keysOf(held).includes(one.statement));
    const code = `icd10cm:${one.code}`;
    if (line === undefined || seen.has(`${line.id} ${code}`)) return [];
    seen.add(`${line.id} ${code}`);
    return [{ coding: one, line, code, taken: line.codes.includes(code) }];
  });
}

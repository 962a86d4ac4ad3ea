/** ICD-10-CM codes that lines of the note support: which of them can be decided on here. */
import type { SuggestedCoding } from "../../api/types";
import { keysOf, type Line } from "./model/content";

const ICD = "icd10cm:";

export interface CodeOffer {
  coding: SuggestedCoding;
  /** As lines hold it. */
  code: string;
  taken: boolean;
}

/** The codes offered for one line. */
export interface LineCodes {
  line: Line;
  offers: CodeOffer[];
}

export const isIcd = (code: string): boolean => code.startsWith(ICD);

/** "icd10cm:R51.9" of a line as "R51.9". */
export const codesOn = (codes: readonly string[]): string[] => codes.filter(isIcd).map((code) => code.slice(ICD.length));

/** Suggestions by the line they are for, where it still stands; in their order, each code once a line. */
export function codeOffers(coding: readonly SuggestedCoding[], lines: readonly Line[]): LineCodes[] {
  const found = new Map<string, LineCodes>();
  for (const one of coding) {
    const line = lines.find((held) => keysOf(held).includes(one.statement));
    const code = ICD + one.code;
    if (line === undefined) continue;
    const group = found.get(line.id) ?? { line, offers: [] };
    found.set(line.id, group);
    if (!group.offers.some((offer) => offer.code === code)) group.offers.push({ coding: one, code, taken: line.codes.includes(code) });
  }
  return [...found.values()];
}

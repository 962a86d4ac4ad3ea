/** What was heard of an order, in words. */
import type { OrderLine } from "../../api/types";

const UNITS: Record<string, string> = { D: "day", W: "week", M: "month", Y: "year" };

/** "P5D" (ISO 8601) as "5 days"; anything else as it is. */
function inWords(value: string): string {
  const [, count = "", unit = ""] = /^P(\d+)([DWMY])$/u.exec(value) ?? [];
  const word = UNITS[unit];
  return word === undefined ? value : `${count} ${word}${count === "1" ? "" : "s"}`;
}

/** Name and value; the words as they were spoken stand in the description already. */
export function detailsOf({ details }: Pick<OrderLine, "details">): { name: string; value: string }[] {
  return Object.entries(details).filter(([name]) => name !== "said").map(([name, value]) => ({ name: name.replaceAll("_", " "), value: inWords(value) }));
}

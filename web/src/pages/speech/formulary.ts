/** The names a clinic's speech engine should expect, while the list is being edited. Pure. */

/** The server's own rule: a letter first, then letters, figures, spaces and - / ' ( ) . */
const NAME = /^\p{L}[\p{L}\p{N}_\-/'’(). ]*$/u;
const LEAST_LETTERS = 2;
const MOST_LETTERS = 60;

const tidied = (name: string) => name.trim().replace(/\s+/gu, " ");
const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** One name a line, or apart by commas or semicolons, as a list is pasted. */
export function namesIn(text: string): string[] {
  return text.split(/[\n,;]+/u).map(tidied).filter(Boolean);
}

export interface Added {
  names: string[];
  /** Those that were not taken, with why, in words. */
  refused: string[];
}

function refusal(name: string, names: readonly string[], most: number): string {
  if (names.some((one) => same(one, name))) return `${name} is on the list already.`;
  if (name.length < LEAST_LETTERS) return `“${name}” is too short.`;
  if (name.length > MOST_LETTERS) return `“${name.slice(0, 20)}…” is longer than ${MOST_LETTERS} letters.`;
  if (!NAME.test(name)) return `“${name}” is no name that can be spoken: begin with a letter, without doses or signs.`;
  return names.length >= most ? `The list is full: ${most} names. ${name} was not added.` : "";
}

/** Added in alphabetical order, each once whatever its capitals. */
export function withNames(names: readonly string[], text: string, most: number): Added {
  const added: Added = { names: [...names], refused: [] };
  for (const name of namesIn(text)) {
    const why = refusal(name, added.names, most);
    if (why === "") added.names.push(name);
    else added.refused.push(why);
  }
  added.names.sort((a, b) => a.localeCompare(b, "en", { sensitivity: "base" }));
  return added;
}

export const without = (names: readonly string[], name: string): string[] => names.filter((one) => one !== name);

export const sameList = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((name) => other.includes(name));

/** What is said in the room as it arrives: open lines grow, close, and are written down under one id. */
import type { LiveUtterance } from "../api/types";

/** How far an utterance has come; what is behind never replaces what is ahead. */
const RANK = { open: 0, pending: 1, final: 2, empty: 2 } as const;

/** An open line that nothing was heard of for so long is no longer being said. */
const STALE_MS = 12_000;

type Told = Pick<LiveUtterance, "state" | "revision" | "source">;

/** Whether `one` says more than, or the same as, what is known. What a withdrawn consent emptied stays empty. */
export function supersedes(one: Told, known: Told): boolean {
  if (one.state === "empty" && one.source === null) return true;
  if (RANK[one.state] !== RANK[known.state]) return RANK[one.state] > RANK[known.state];
  return one.revision >= known.revision;
}

/** A line that closed keeps the words it was last seen with until it is written down. */
function after(known: LiveUtterance | undefined, one: LiveUtterance): LiveUtterance {
  if (known?.state !== "open" || one.state !== "pending" || one.text !== "") return one;
  return { ...one, text: known.text, words: known.words, firm: known.firm };
}

export class Spoken {
  #said: readonly LiveUtterance[] = [];
  /** When each open line was last heard of. */
  readonly #open = new Map<string, number>();

  get said(): readonly LiveUtterance[] {
    return this.#said;
  }

  /** `now` in milliseconds of any steady clock. */
  take(one: LiveUtterance, now: number): readonly LiveUtterance[] {
    const at = this.#said.findIndex((known) => known.id === one.id);
    const known = this.#said[at];
    if (known !== undefined && !supersedes(one, known)) return this.#said;
    if (one.state === "open") this.#open.set(one.id, now);
    else this.#open.delete(one.id);
    this.#said = known === undefined ? [...this.#said, one] : this.#said.with(at, after(known, one));
    return this.#said;
  }

  /** Without the lines that were never closed. */
  tidy(now: number): readonly LiveUtterance[] {
    const stale = [...this.#open].filter(([, heard]) => now - heard > STALE_MS).map(([id]) => id);
    if (stale.length === 0) return this.#said;
    for (const id of stale) this.#open.delete(id);
    this.#said = this.#said.filter((one) => !stale.includes(one.id));
    return this.#said;
  }
}

/**
 * Whether a connection has fallen silent. Browsers call a dead line "disconnected" after some five seconds; a line
 * that carried sound fifty times a second and then carries nothing at all is dead after one and a half.
 */
const SHORTEST_MS = 1_500;
const LONGEST_MS = 6_000;
/** So many usual pauses in a row are no accident any more. */
const PAUSES = 3;
const REMEMBERED = 5;

export class Silence {
  #mark: string | null = null;
  #heardAt = 0;
  #pauses: number[] = [];

  /** `mark`: anything that differs once something more has arrived. `now`: milliseconds of any steady clock. */
  note(mark: string, now: number): void {
    if (mark === this.#mark) return;
    if (this.#mark !== null) this.#pauses = [...this.#pauses, now - this.#heardAt].slice(-REMEMBERED);
    this.#mark = mark;
    this.#heardAt = now;
  }

  lost(now: number): boolean {
    return this.#mark !== null && now - this.#heardAt >= this.#patience();
  }

  /** A line nobody sends on carries a report each second and a check every few: it is waited for longer. */
  #patience(): number {
    const usual = [...this.#pauses].sort((a, b) => a - b)[Math.floor(this.#pauses.length / 2)];
    return usual === undefined ? LONGEST_MS : Math.min(LONGEST_MS, Math.max(SHORTEST_MS, PAUSES * usual));
  }
}

/** Of everything that arrives on a connection: media, reports, and the answers to its own checks. */
export function arrivedMark(report: RTCStatsReport): string {
  const counts: number[] = [];
  for (const stat of report.values() as Iterable<Record<string, unknown>>) {
    if (stat["type"] !== "transport" && stat["type"] !== "candidate-pair") continue;
    for (const name of ["bytesReceived", "packetsReceived", "responsesReceived", "requestsReceived"]) {
      if (typeof stat[name] === "number") counts.push(stat[name]);
    }
  }
  return counts.join();
}

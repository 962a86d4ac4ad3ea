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

  /** Something has been arriving again and again. */
  get regular(): boolean {
    return this.#pauses.length === REMEMBERED;
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

/** What has arrived on a connection: media and reports, and with them the answers to its own checks. */
export interface Arrived {
  media: string;
  anything: string;
}

export function arrived(report: RTCStatsReport): Arrived {
  const counts = { media: [] as number[], checks: [] as number[] };
  for (const stat of report.values() as Iterable<Record<string, unknown>>) {
    if (stat["type"] !== "candidate-pair") continue;
    const number = (name: string) => (typeof stat[name] === "number" ? stat[name] : 0);
    counts.media.push(number("bytesReceived"));
    counts.checks.push(number("responsesReceived"), number("requestsReceived"));
  }
  return { media: counts.media.join(), anything: [...counts.media, ...counts.checks].join() };
}

/**
 * Whether a line is lost. That its checks are answered is not enough where media has been flowing: the way of the media
 * may be another one. Where none flows (nobody sends anything) the checks are all there is to go by.
 */
export class LineSilence {
  readonly #media = new Silence();
  readonly #anything = new Silence();

  note(now: Arrived, at: number): void {
    this.#media.note(now.media, at);
    this.#anything.note(now.anything, at);
  }

  lost(at: number): boolean {
    return (this.#media.regular && this.#media.lost(at)) || this.#anything.lost(at);
  }
}

/** The captions of a room as they stand now: tells when a line comes, changes or goes. */
import type { LiveUtterance } from "../api/types";
import { nextChange, noted, shownLines, type Captioned } from "./captions";

export interface SpokenSource {
  subscribe: (listener: () => void) => () => void;
  view: () => { utterances: readonly LiveUtterance[] };
}

export class CaptionFeed {
  readonly #source: SpokenSource;
  #told: readonly LiveUtterance[] = [];
  #seen: Captioned = new Map();
  #lines: readonly LiveUtterance[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** What was said before somebody switched the captions on is in the transcript. */
  constructor(source: SpokenSource) {
    this.#source = source;
    this.#told = source.view().utterances;
    this.#seen = noted(this.#seen, this.#told, -Infinity);
  }

  readonly lines = (): readonly LiveUtterance[] => this.#lines;

  readonly subscribe = (listener: () => void): (() => void) => {
    const renew = () => {
      const now = performance.now();
      const { utterances } = this.#source.view();
      if (utterances !== this.#told) {
        this.#told = utterances;
        this.#seen = noted(this.#seen, utterances, now);
      }
      clearTimeout(this.#timer);
      const wait = nextChange(this.#seen, now);
      if (wait !== null) this.#timer = setTimeout(renew, wait + 20);
      const lines = shownLines(this.#seen, now);
      if (lines.length === this.#lines.length && lines.every((one, at) => one === this.#lines[at])) return;
      this.#lines = lines;
      listener();
    };
    const leave = this.#source.subscribe(renew);
    renew();
    return () => {
      clearTimeout(this.#timer);
      leave();
    };
  };
}

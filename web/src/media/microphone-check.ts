/** What the meter's levels say about a microphone: whether a voice came, and how loud the room is without one. */
import type { LineCheck } from "./line-check";

/** Levels of `loudness`: 0 is -60 dBFS and less, 1 is -12 dBFS and more. */
export const HEARD = 0.35;
/** The quietest quarter of the time: louder than this (-43 dBFS), and a voice has to compete with the room. */
const NOISY = 0.35;
/** About twenty levels come in a second; a few seconds are kept. */
const KEPT = 200;
const ENOUGH = 40;

export type MicrophoneVerdict = LineCheck["microphone"];

export class MicrophoneCheck {
  #levels: number[] = [];
  #peak = 0;
  #alive = false;

  /** `alive`: the device delivers something, if only the noise of a quiet room. */
  add(level: number, alive: boolean): void {
    this.#alive ||= alive;
    this.#levels.push(level);
    if (this.#levels.length > KEPT) this.#levels.shift();
    this.#peak = Math.max(this.#peak, level);
  }

  get heard(): boolean {
    return this.#peak > HEARD;
  }

  /** "quiet": it works, but no voice has come yet. "silent": it delivers zeros. */
  get verdict(): MicrophoneVerdict {
    if (this.#levels.length >= ENOUGH && this.#floor > NOISY) return "noisy";
    if (this.heard) return "good";
    return this.#alive || this.#levels.length < ENOUGH ? "quiet" : "silent";
  }

  get #floor(): number {
    const sorted = this.#levels.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 4)] ?? 0;
  }
}

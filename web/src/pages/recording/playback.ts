/** One clock for everybody: it runs, the videos follow it. Positions in seconds since the visit's media began. */
import { afterOff, pieceAt, type Lane, type Recorded } from "./lanes";

const TICK_MS = 50;
/** Drift that is corrected by playing a little faster or slower; above `JUMP_S` by a jump. */
const DRIFT_S = 0.025;
const JUMP_S = 0.3;
const STILL_S = 0.05;
const CORRECTION = 0.06;
/** A video that does not come for so long holds the others up no more. */
const PATIENCE_MS = 8_000;

export interface PlaybackState {
  position: number;
  playing: boolean;
  /** Playing is wanted, and some video is still loading. */
  loading: boolean;
  rate: number;
}

const mediaPath = (segmentId: string) => `/api/recordings/${encodeURIComponent(segmentId)}/media`;

/** One video element that shows a lane. */
class Follower {
  readonly #lane: Lane;
  readonly #video: HTMLVideoElement;
  #segment = "";
  #since = 0;

  constructor(lane: Lane, video: HTMLVideoElement) {
    this.#lane = lane;
    this.#video = video;
  }

  /** Go to `position`; false while the video is not there yet. */
  follow(position: number, playing: boolean, rate: number): boolean {
    const piece = pieceAt(this.#lane, position);
    if (piece === null) {
      this.#video.pause();
      return true;
    }
    if (piece.segmentId !== this.#segment) this.#load(piece.segmentId);
    const there = this.#video.error !== null || this.#keepUp(position - piece.start, playing, rate);
    if (there) this.#since = performance.now();
    return there || performance.now() - this.#since > PATIENCE_MS;
  }

  #load(segmentId: string): void {
    this.#segment = segmentId;
    this.#since = performance.now();
    this.#video.src = mediaPath(segmentId);
  }

  #keepUp(target: number, playing: boolean, rate: number): boolean {
    const video = this.#video;
    if (video.readyState < HTMLMediaElement.HAVE_METADATA || video.seeking) return false;
    if (target >= video.duration - STILL_S) return true;
    const drift = video.currentTime - target;
    if (Math.abs(drift) > (playing ? JUMP_S : STILL_S)) {
      video.currentTime = target;
      return false;
    }
    if (!playing) video.pause();
    if (video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) return false;
    if (!playing) return true;
    video.playbackRate = Math.abs(drift) > DRIFT_S ? rate * (1 - Math.sign(drift) * CORRECTION) : rate;
    if (video.paused) void video.play().catch(() => undefined);
    return true;
  }

  stop(): void {
    this.#video.pause();
    this.#video.removeAttribute("src");
    this.#video.load();
  }
}

export class Playback {
  readonly #of: Recorded;
  readonly #followers = new Set<Follower>();
  readonly #listeners = new Set<() => void>();
  #state: PlaybackState;
  #last = performance.now();
  #timer = 0;

  constructor(of: Recorded) {
    this.#of = of;
    this.#state = { position: of.start, playing: false, loading: false, rate: 1 };
  }

  readonly state = (): PlaybackState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#timer === 0) this.#timer = window.setInterval(this.#tick, TICK_MS);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      window.clearInterval(this.#timer);
      this.#timer = 0;
    };
  };

  /** Have `video` show the lane until the returned function is called. */
  show(lane: Lane, video: HTMLVideoElement): () => void {
    const follower = new Follower(lane, video);
    this.#followers.add(follower);
    return () => {
      this.#followers.delete(follower);
      follower.stop();
    };
  }

  toggle(): void {
    const { playing, position } = this.#state;
    const atEnd = position >= this.#of.end - STILL_S;
    this.#set({ playing: !playing, ...(!playing && atEnd ? { position: this.#of.start } : {}) });
    this.#tick(); // inside the click, so that the browser lets the sound begin
  }

  seek(position: number): void {
    this.#set({ position: Math.min(Math.max(position, this.#of.start), this.#of.end) });
    this.#tick();
  }

  skip(seconds: number): void {
    this.seek(this.#state.position + seconds);
  }

  setRate(rate: number): void {
    this.#set({ rate });
  }

  readonly #tick = (): void => {
    const now = performance.now();
    const passed = (now - this.#last) / 1000;
    this.#last = now;
    const { playing, loading, rate } = this.#state;
    let { position } = this.#state;
    if (playing && !loading) position = afterOff(this.#of, position + passed * rate);
    const ended = position >= this.#of.end;
    if (ended) position = this.#of.end;
    const plays = playing && !ended;
    // Who is ready stands still until the last one is: nobody runs ahead of the clock.
    let there = this.#follow(position, plays && !loading, rate);
    if (plays && there === loading) there = this.#follow(position, there, rate);
    this.#set({ position, playing: plays, loading: plays && !there });
  };

  /** Whether everybody is where they belong. */
  #follow(position: number, playing: boolean, rate: number): boolean {
    return [...this.#followers].map((one) => one.follow(position, playing, rate)).every(Boolean);
  }

  #set(change: Partial<PlaybackState>): void {
    const next = { ...this.#state, ...change };
    const same = (Object.keys(next) as (keyof PlaybackState)[]).every((key) => next[key] === this.#state[key]);
    if (same) return;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }
}

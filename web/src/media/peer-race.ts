/**
 * Make before break: the connection that carries the call stays until another one is connected. While it is silent
 * new ones are tried, three at most at a time: the network may come back between any two.
 */
import type { Peer } from "./peer";

const MOST = 3;
const SPACING_MS = [1_500, 1_500, 1_500, 1_500, 2_000, 3_000, 5_000, 7_000] as const;
/** Addresses have met and the keys are being agreed: another try would only be slower. */
const NEARLY_MS = 4_000;
/** Tries that failed in a row before it is told instead of going on in silence. */
const TELL_AFTER = 3;

interface Try {
  peer: Peer;
  began: number;
}

export interface RaceEvents {
  /** Another connection carries the call. */
  won: () => void;
  /** A try failed, or the connection that carried the call did. */
  failed: (error: unknown) => void;
}

export class PeerRace {
  #current: Peer | null = null;
  #tries: Try[] = [];
  #count = 0;
  #last = -Infinity;
  readonly #events: RaceEvents;

  constructor(events: RaceEvents) {
    this.#events = events;
  }

  /** What carries the call, maybe silently; null before the first connection. */
  get current(): Peer | null {
    return this.#current;
  }

  /** Whether the browser itself has given up on what carries the call. */
  get broken(): boolean {
    const state = this.#current?.connection.connectionState;
    return state === "failed" || state === "closed" || state === "disconnected";
  }

  get peers(): readonly Peer[] {
    return [...(this.#current === null ? [] : [this.#current]), ...this.#tries.map(({ peer }) => peer)];
  }

  get trying(): boolean {
    return this.#tries.length > 0;
  }

  /** Many tries and no connection: no accident any more. */
  get hopeless(): boolean {
    return this.#count > TELL_AFTER;
  }

  /** Whether it is time for one more try. `now`: milliseconds. */
  due(now: number): boolean {
    const nearly = this.#tries.some(({ peer, began }) => {
      const ice = peer.connection.iceConnectionState;
      return (ice === "connected" || ice === "completed") && now - began < NEARLY_MS;
    });
    const spacing = SPACING_MS[Math.min(Math.max(0, this.#count - 1), SPACING_MS.length - 1)] ?? 7_000;
    return !nearly && now - this.#last >= spacing;
  }

  /** The next try may begin at once: the network is another one, or the room has been found again. */
  hurry(): void {
    this.#last = -Infinity;
    this.#count = Math.min(this.#count, 1);
  }

  /** One more try; the oldest gives way where there are too many. */
  async start(peer: Peer, now: number, negotiate: () => Promise<void>): Promise<void> {
    this.#last = now;
    this.#count++;
    this.#tries.push({ peer, began: now });
    while (this.#tries.length > MOST) this.#tries.shift()?.peer.close();
    try {
      await negotiate();
    } catch (error) {
      if (this.#drop(peer)) this.#events.failed(error);
    }
  }

  /** All is well: tries that have not come to anything are given up. */
  tidy(now: number): void {
    for (const { peer } of this.#tries.filter(({ began }) => now - began > NEARLY_MS)) this.#drop(peer);
  }

  /** To be called with every change of a peer's connection state. */
  changed(peer: Peer, state: RTCPeerConnectionState): void {
    if (state === "connected" && this.#tries.some((one) => one.peer === peer)) {
      this.#take(peer);
    } else if (state === "failed" && (this.#drop(peer) || this.#current === peer)) {
      this.#events.failed(null);
    }
  }

  #take(peer: Peer): void {
    this.#current?.close();
    const at = this.#tries.findIndex((one) => one.peer === peer);
    for (const earlier of this.#tries.slice(0, at)) earlier.peer.close();
    this.#current = peer;
    // Later ones go on: the room, too, takes the newest that is connected, and two that meet in the same moment must
    // not leave each side with another one.
    this.#tries = this.#tries.slice(at + 1);
    this.#count = 0;
    this.#last = -Infinity;
    this.#events.won();
  }

  #drop(peer: Peer): boolean {
    const left = this.#tries.filter((one) => one.peer !== peer);
    const dropped = left.length < this.#tries.length;
    this.#tries = left;
    if (dropped) peer.close();
    return dropped;
  }

  close(): void {
    for (const peer of this.peers) peer.close();
    this.#current = null;
    this.#tries = [];
    this.#count = 0;
    this.#last = -Infinity;
  }
}

/**
 * Into the room, as fast as the network allows: a ticket and a socket, tried again and again, side by side while it is
 * unknown whether there is a network at all. A socket on an address that is gone would hang for minutes.
 */
import { roomTicket } from "../api/commands";
import { asProblem } from "../api/http";
import type { Problem, RoomTicket } from "../api/types";
import { isProblem, LOST, roomSocket, type RoomSocket } from "./room-socket";

/** Between the beginnings of two tries. The first minute is a person standing in a lift; then it is a broken network. */
const SPACING_MS = [
  { until: 1, ms: 400 }, { until: 12, ms: 700 }, { until: 50, ms: 1_200 }, { until: Infinity, ms: 4_000 },
] as const;
const MOST = 3;
/** A server that has answered gets so long to let us in before another try begins beside it. */
const REACHED_MS = 8_000;
const TICKET_MS = 5_000;
/** A ticket opens the room for a minute; by this browser's clock, which may be a little off. */
const KEPT_MS = 52_000;
const DETOURS = 6;
/** Tries at a node of its own without an answer. */
const ASK_AGAIN_AFTER = 2;

export interface Entered {
  socket: RoomSocket;
  ticket: RoomTicket;
}

interface Try {
  socket: RoomSocket;
  reachedAt: number | null;
}

/** Refusals that a new try with a new ticket cannot change. */
export function isFinal(problem: Problem): boolean {
  if (problem.code.startsWith("ticket_") || problem.code === "room_elsewhere") return false;
  return problem.status >= 400 && problem.status < 500 && problem.status !== 429 && problem.status !== 408;
}

function nodeOf(problem: Problem): string | null {
  const { node_url: url } = problem as Problem & { node_url?: unknown };
  return typeof url === "string" ? url : null;
}

export class Entry {
  #node = "";
  #kept: { ticket: RoomTicket; at: number } | null = null;
  #asked: Promise<RoomTicket> | null = null;
  #tries: Try[] = [];
  #count = 0;
  #detours = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #settle: { entered: (entered: Entered) => void; refused: (problem: Problem) => void } | null = null;
  readonly #visitId: string;
  readonly #trouble: (problem: Problem) => void;

  /** `trouble` is told why a try failed that will be repeated. */
  constructor(visitId: string, trouble: (problem: Problem) => void) {
    this.#visitId = visitId;
    this.#trouble = trouble;
  }

  /** Keeps a ticket for coming back. */
  keep(ticket: RoomTicket): void {
    this.#kept = { ticket, at: Date.now() };
    this.#node = ticket.node_url;
  }

  /** The room is at another node from now on. */
  moved(node: string): void {
    this.#node = node;
  }

  /**
   * Tries until one is in; `entered` is called in the same turn as the connection, so that no event is missed.
   * `refused`: it makes no sense to go on.
   */
  begin(entered: (entered: Entered) => void, refused: (problem: Problem) => void): void {
    this.stop();
    this.#settle = { entered, refused };
    this.#count = 0;
    this.#detours = 0;
    this.#launch();
  }

  get busy(): boolean {
    return this.#settle !== null;
  }

  /** The network may be back: one more try now. */
  hurry(): void {
    if (this.#settle === null) return;
    this.#count = 0;
    this.#launch();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#settle = null;
    for (const { socket } of this.#tries) socket.disconnect();
    this.#tries = [];
  }

  #launch(): void {
    clearTimeout(this.#timer);
    if (this.#settle === null) return;
    if (!this.#mayArrive()) this.#try();
    const spacing = SPACING_MS.find(({ until }) => this.#count < until)?.ms ?? 4_000;
    this.#count++;
    // Many browsers lose the same server at the same moment; they shall not all come back in the same one.
    this.#timer = setTimeout(() => this.#launch(), spacing * (0.85 + 0.3 * Math.random()));
  }

  #mayArrive(): boolean {
    const now = performance.now();
    return this.#tries.some(({ reachedAt }) => reachedAt !== null && now - reachedAt < REACHED_MS);
  }

  #try(): void {
    while (this.#tries.length >= MOST) this.#tries.shift()?.socket.disconnect();
    const [node, ticket] = [this.#node, this.#ticket()];
    const socket = roomSocket(node, this.#visitId, ticket);
    const one: Try = { socket, reachedAt: null };
    this.#tries.push(one);
    socket.io.once("open", () => {
      one.reachedAt = performance.now();
    });
    socket.once("connect", () => void ticket.then((used) => this.#entered(one, used)));
    socket.once("connect_error", (error: Error & { data?: unknown }) => this.#failed(one, error.data));
    ticket.then((found) => {
      if (found.node_url !== node) this.#elsewhere(one, found.node_url);
    }, (error: unknown) => this.#failed(one, asProblem(error)));
    socket.connect();
  }

  /**
   * The kept one, good for one entry; the server says when it is not. Else a new one, asked for once for all tries.
   * Where there are several nodes, one that does not answer may be dead: then a new ticket says who holds the room.
   */
  #ticket(): Promise<RoomTicket> {
    if (this.#node !== "" && this.#count > ASK_AGAIN_AFTER) this.#kept = null;
    if (this.#kept !== null && Date.now() - this.#kept.at < KEPT_MS) return Promise.resolve(this.#kept.ticket);
    this.#asked ??= roomTicket(this.#visitId, AbortSignal.timeout(TICKET_MS))
      .then((ticket) => {
        this.keep(ticket);
        return ticket;
      })
      .finally(() => {
        this.#asked = null;
      });
    return this.#asked;
  }

  #entered(one: Try, ticket: RoomTicket): void {
    if (this.#settle === null || !this.#tries.includes(one)) {
      one.socket.disconnect();
      return;
    }
    const { entered } = this.#settle;
    this.#tries = this.#tries.filter((other) => other !== one);
    this.#kept = null; // spent
    this.stop();
    entered({ socket: one.socket, ticket });
  }

  #failed(one: Try, reason: unknown): void {
    if (!this.#forget(one) || this.#settle === null) return;
    const problem = isProblem(reason) ? reason : null;
    const node = problem?.code === "room_elsewhere" ? nodeOf(problem) : null;
    if (problem === null) {
      // No answer at all. The next try comes by itself; whoever has waited for some shall know why.
      if (this.#count > 3) this.#trouble(LOST);
      return;
    }
    if (isFinal(problem)) {
      const { refused } = this.#settle;
      this.stop();
      refused(problem);
      return;
    }
    if (node !== null) this.#node = node;
    else if (problem.code.startsWith("ticket_")) this.#kept = null;
    else this.#trouble(problem);
    if (node !== null || problem.code.startsWith("ticket_")) this.#detour();
  }

  #elsewhere(one: Try, node: string): void {
    if (!this.#forget(one)) return;
    one.socket.disconnect();
    this.#node = node;
    this.#detour();
  }

  /** Straight on, without waiting; but two nodes that send us to one another are not asked for ever. */
  #detour(): void {
    if (this.#settle !== null && this.#detours++ < DETOURS) this.#try();
  }

  #forget(one: Try): boolean {
    const known = this.#tries.includes(one);
    this.#tries = this.#tries.filter((other) => other !== one);
    return known;
  }
}

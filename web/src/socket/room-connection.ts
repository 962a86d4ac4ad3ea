/**
 * The room as this browser lives it: a ticket, a socket, a peer connection, and all three again whenever one breaks.
 * The pages see one immutable view and never notice which connection it came from.
 */
import { roomTicket } from "../api/commands";
import { asProblem, ServiceProblem } from "../api/http";
import type { ChatMessage, LiveUtterance, Problem, RoomTicket } from "../api/types";
import type { LocalMedia } from "../media/local-media";
import { Peer } from "../media/peer";
import { lineQuality, readingOf, type LineQuality, type Reading } from "../media/quality";
import { seated } from "../media/seats";
import type { AnswerOf, AskOf, CallName, Participant, RoomState } from "./events";
import { call, opened, roomSocket, type RoomSocket } from "./room-socket";

export type Link = "connecting" | "open" | "reconnecting" | "refused" | "removed" | "ended" | "left";

export interface RoomView {
  link: Link;
  /** How the media connection stands; "none" before admission. */
  media: "none" | "connecting" | "connected" | "failed";
  room: RoomState | null;
  streams: ReadonlyMap<string, MediaStream>;
  chat: readonly ChatMessage[];
  utterances: readonly LiveUtterance[];
  noteRevision: number;
  /** Raised with every new socket: what was said meanwhile must be fetched. */
  connections: number;
  problem: Problem | null;
  line: LineQuality | null;
}

const START: RoomView = {
  link: "connecting", media: "none", room: null, streams: new Map(), chat: [], utterances: [],
  noteRevision: 0, connections: 0, problem: null, line: null,
};

const RETRY_MS = [300, 1_000, 2_000, 4_000, 7_000] as const;
const DISCONNECTED_MS = 4_000;
const QUALITY_MS = 4_000;
/** Media that fails this often in a row is reported instead of tried in silence. */
const TELL_AFTER = 2;

function retryDelay(attempt: number): number {
  return RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] ?? 7_000;
}

/** Refusals that a new attempt with a new ticket cannot change. */
function isFinal(problem: Problem): boolean {
  if (problem.code.startsWith("ticket_")) return false;
  return problem.status >= 400 && problem.status < 500 && problem.status !== 429 && problem.status !== 408;
}

/** The room's reasons in words. */
function removal(reason: string): Problem {
  switch (reason) {
    case "replaced":
      return { title: "This visit is open in another window", status: 0, code: reason, next_step: "Go on there, or take the visit back to this window." };
    case "session_ended":
      return { title: "You have been signed out", status: 0, code: reason, next_step: "Sign in again, then join again." };
    default:
      return { title: "You are no longer in this room", status: 0, code: reason, next_step: "Ask the clinic if you do not know why." };
  }
}

function withOne<T extends { id: string }>(list: readonly T[], one: T): readonly T[] {
  const at = list.findIndex((known) => known.id === one.id);
  return at < 0 ? [...list, one] : list.with(at, one);
}

export class RoomConnection {
  #view: RoomView = START;
  readonly #listeners = new Set<() => void>();
  #socket: RoomSocket | null = null;
  #peer: Peer | null = null;
  #ticket: RoomTicket | null = null;
  /** Every start, stop and final end raises this; work begun under an older number gives up. */
  #run = 0;
  #mediaAttempts = 0;
  #asked = false;
  #sentState = "";
  #wake: () => void = () => undefined;
  readonly #visitId: string;
  readonly #local: LocalMedia;

  constructor(visitId: string, local: LocalMedia) {
    this.#visitId = visitId;
    this.#local = local;
  }

  readonly view = (): RoomView => this.#view;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #change(next: Partial<RoomView>): void {
    this.#view = { ...this.#view, ...next };
    for (const listener of this.#listeners) listener();
  }

  /** Connects and stays connected until `stop`. Returns what stops it. */
  start(): () => void {
    const run = ++this.#run;
    this.#change({ link: this.#view.room === null ? "connecting" : "reconnecting", problem: null });
    const unsubscribe = this.#local.subscribe(() => void this.#sendLocal());
    const watch = setInterval(() => void this.#measure(), QUALITY_MS);
    const online = () => this.#wake();
    window.addEventListener("online", online);
    void this.#stayConnected(run);
    return () => {
      unsubscribe();
      clearInterval(watch);
      window.removeEventListener("online", online);
      if (this.#run === run) this.#finish("left");
    };
  }

  async #stayConnected(run: number): Promise<void> {
    for (let attempt = 0; this.#run === run; attempt++) {
      try {
        this.#ticket = await roomTicket(this.#visitId);
        if (this.#run !== run) return;
        const socket = roomSocket(this.#visitId, this.#ticket.ticket);
        const closed = this.#attach(socket, run);
        await opened(socket);
        attempt = 0;
        this.#change({ link: "open", problem: null, connections: this.#view.connections + 1 });
        await closed;
      } catch (error) {
        if (this.#run !== run) return;
        const problem = asProblem(error);
        if (isFinal(problem)) {
          this.#change({ problem });
          this.#finish("refused");
          return;
        }
        this.#change({ problem });
      }
      if (this.#run !== run) return;
      this.#closePeer();
      this.#change({ link: this.#view.room === null ? "connecting" : "reconnecting", media: "none" });
      await this.#pause(retryDelay(attempt));
    }
  }

  /** Ends early when the browser is online again. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Resolves when this socket is gone. */
  #attach(socket: RoomSocket, run: number): Promise<void> {
    this.#socket?.disconnect();
    this.#socket = socket;
    this.#asked = false;
    socket.on("room.state", (room) => this.#arrived(room));
    socket.on("chat.message", (message) => this.#change({ chat: withOne(this.#view.chat, message) }));
    socket.on("transcript.utterance", (one) => this.#change({ utterances: withOne(this.#view.utterances, one) }));
    socket.on("note.changed", ({ revision }) => this.#change({ noteRevision: revision }));
    socket.on("room.ended", () => {
      if (this.#run === run) this.#finish("ended");
    });
    socket.on("room.removed", ({ reason }) => {
      this.#change({ problem: removal(reason) });
      if (this.#run === run) this.#finish("removed");
    });
    return new Promise((resolve) => {
      socket.on("disconnect", () => resolve());
    });
  }

  #finish(link: Link): void {
    this.#run++;
    this.#wake();
    this.#closePeer();
    this.#socket?.disconnect();
    this.#socket = null;
    this.#change({ link, media: "none", streams: new Map() });
  }

  #arrived(room: RoomState): void {
    this.#change({ room });
    const me = room.participants.find((one) => one.id === room.me);
    if (room.status === "ended") {
      this.#finish("ended");
    } else if (me?.state === "admitted") {
      if (this.#peer === null) void this.#openPeer();
      else this.#seat(room.participants);
    } else if (me !== undefined && me.state !== "waiting" && !this.#asked) {
      this.#asked = true;
      void this.#wait();
    }
  }

  /** Tells the room that this person is ready and waits to be let in. */
  async #wait(): Promise<void> {
    const { microphone, camera } = this.#local.state();
    try {
      await this.call("lobby.ready", { microphone: microphone !== null, camera: camera !== null, speaker: true });
    } catch (error) {
      this.#asked = false;
      this.#change({ problem: asProblem(error) });
    }
  }

  async #openPeer(): Promise<void> {
    const ticket = this.#ticket;
    if (ticket === null) return;
    const peer = new Peer(ticket.ice_servers, ticket.seats, { state: (state) => this.#mediaState(peer, state) });
    this.#peer = peer;
    this.#sentState = "";
    this.#change({ media: "connecting" });
    try {
      const { microphone, camera } = this.#local.state();
      await peer.send(microphone, camera);
      await peer.negotiate({
        offer: async (sdp) => (await this.call("media.offer", { sdp })).sdp,
        candidate: (candidate, sdp_mid) => void this.call("media.candidate", { candidate, sdp_mid }).catch(() => undefined),
      });
      await this.#sendLocal();
    } catch (error) {
      if (this.#peer === peer) void this.#mediaFailed(asProblem(error));
      return;
    }
    this.#seat(this.#view.room?.participants ?? []);
  }

  #mediaState(peer: Peer, state: RTCPeerConnectionState): void {
    if (this.#peer !== peer) return;
    if (state === "connected") {
      this.#mediaAttempts = 0;
      this.#change({ media: "connected", problem: null });
    } else if (state === "failed") {
      void this.#mediaFailed(null);
    } else if (state === "disconnected") {
      setTimeout(() => {
        if (this.#peer === peer && peer.connection.connectionState === "disconnected") void this.#mediaFailed(null);
      }, DISCONNECTED_MS);
    }
  }

  /** A new ticket (fresh relay credentials) and a new peer connection; the socket and the page stay. */
  async #mediaFailed(problem: Problem | null): Promise<void> {
    const run = this.#run;
    const attempt = this.#mediaAttempts++;
    this.#closePeer();
    this.#change({ media: "failed", problem: attempt < TELL_AFTER ? this.#view.problem : problem });
    await this.#pause(retryDelay(attempt));
    if (this.#run !== run || this.#peer !== null || this.#socket?.connected !== true) return;
    try {
      this.#ticket = await roomTicket(this.#visitId);
    } catch (error) {
      if (this.#run === run) void this.#mediaFailed(asProblem(error));
      return;
    }
    if (this.#run === run && this.#me()?.state === "admitted") void this.#openPeer();
  }

  #closePeer(): void {
    this.#peer?.close();
    this.#peer = null;
    this.#change({ line: null });
    this.#reading = null;
  }

  /** Binds each participant to the stream of their seat. */
  #seat(participants: readonly Participant[]): void {
    const peer = this.#peer;
    const me = this.#view.room?.me ?? "";
    if (peer === null) return;
    const streams = new Map<string, MediaStream>();
    for (const one of seated(participants, me)) {
      const stream = peer.cameraStreamOf(one.seat);
      if (stream !== null) streams.set(one.id, stream);
    }
    this.#change({ streams });
  }

  async #sendLocal(): Promise<void> {
    const { microphone, camera, microphoneOn } = this.#local.state();
    const peer = this.#peer;
    if (peer === null) return;
    await peer.send(microphone, camera);
    const state = { microphone: microphone !== null && microphoneOn, camera: camera !== null };
    const words = JSON.stringify(state);
    if (words === this.#sentState || this.#socket?.connected !== true) return;
    this.#sentState = words;
    await this.call("media.state", state).catch(() => {
      this.#sentState = "";
    });
  }

  #reading: Reading | null = null;

  async #measure(): Promise<void> {
    const peer = this.#peer;
    if (peer?.connection.connectionState !== "connected") return;
    const now = readingOf(await peer.connection.getStats());
    if (this.#reading !== null) this.#change({ line: lineQuality(this.#reading, now) });
    this.#reading = now;
  }

  #me(): Participant | undefined {
    return this.#view.room?.participants.find((one) => one.id === this.#view.room?.me);
  }

  /** Asks the room. Throws `ServiceProblem` in the server's words. */
  async call<N extends CallName>(name: N, ask: AskOf<N>): Promise<AnswerOf<N>> {
    if (this.#socket === null) {
      throw new ServiceProblem({ title: "You are not connected to the room", status: 0, code: "not_connected", next_step: "Wait until the connection is back." });
    }
    return await call(this.#socket, name, ask);
  }

  async sendChat(text: string): Promise<void> {
    const { message } = await this.call("chat.send", { text });
    this.#change({ chat: withOne(this.#view.chat, message) });
  }

  /** Leaves for good; the visit goes on for the others. */
  async leave(): Promise<void> {
    // Without a connection there is nobody to tell, and leaving must work all the same.
    await this.call("room.leave", {}).catch(() => undefined);
    this.#finish("left");
  }

  async end(): Promise<void> {
    await this.call("room.end", {});
    this.#finish("ended");
  }
}

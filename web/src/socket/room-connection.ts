/**
 * The room as this browser lives it: a ticket, a socket, a peer connection, and all three again whenever one breaks.
 * The pages see one immutable view and never notice which connection it came from.
 */
import { asProblem, ServiceProblem } from "../api/http";
import type { ChatMessage, LiveUtterance, Problem, RoomTicket } from "../api/types";
import type { Still, ViewMode } from "../media/adaptation";
import { LineReporter } from "../media/line-report";
import type { LocalMedia } from "../media/local-media";
import { Peer } from "../media/peer";
import { PeerRace } from "../media/peer-race";
import type { LineQuality } from "../media/quality";
import { seated } from "../media/seats";
import { arrived, LineSilence } from "../media/silence";
import { Entry } from "./entry";
import type { AnswerOf, AskOf, CallName, Participant, RoomState } from "./events";
import { watchNetwork } from "./network";
import { Receiving } from "./receiving";
import { removal } from "./removal";
import { call, type RoomSocket } from "./room-socket";
import { Spoken } from "./spoken";

export type Link = "connecting" | "open" | "reconnecting" | "refused" | "removed" | "ended" | "left";

export interface RoomView {
  link: Link;
  /** How the media connection stands; "none" before admission. */
  media: "none" | "connecting" | "connected" | "reconnecting" | "failed";
  room: RoomState | null;
  streams: ReadonlyMap<string, MediaStream>;
  /** The screens of those who share theirs, by participant. */
  screens: ReadonlyMap<string, MediaStream>;
  chat: readonly ChatMessage[];
  utterances: readonly LiveUtterance[];
  noteRevision: number;
  /** Raised with every new socket: what was said meanwhile must be fetched. */
  connections: number;
  problem: Problem | null;
  /** How everybody's line is, by participant; nobody in the first seconds. */
  lines: ReadonlyMap<string, LineQuality>;
  /** The newest picture of each participant whose moving one does not come through. */
  stills: ReadonlyMap<string, Still>;
}

const START: RoomView = {
  link: "connecting", media: "none", room: null, streams: new Map(), screens: new Map(), chat: [], utterances: [],
  noteRevision: 0, connections: 0, problem: null, lines: new Map(), stills: new Map(),
};

const TICK_MS = 500;
const REPORT_MS = 5_000;
/** A silent line: the server is asked at once, and a socket that does not answer in time is replaced. */
const PROBE_MS = 1_000;
/** Nothing from the server for so long although nothing else is wrong: asked with more patience. */
const IDLE_MS = 5_000;
const IDLE_PROBE_MS = 3_000;
/** A timer this late means that the device slept. */
const SLEPT_MS = 4_000;
/** A ticket for coming back is good for a minute. */
const KEEP_MS = 40_000;

function withOne<T extends { id: string }>(list: readonly T[], one: T): readonly T[] {
  const at = list.findIndex((known) => known.id === one.id);
  return at < 0 ? [...list, one] : list.with(at, one);
}

function sameStreams(a: ReadonlyMap<string, MediaStream>, b: ReadonlyMap<string, MediaStream>): boolean {
  return a.size === b.size && [...a].every(([id, stream]) => b.get(id) === stream);
}

export class RoomConnection {
  #view: RoomView = START;
  readonly #listeners = new Set<() => void>();
  readonly #entry: Entry;
  readonly #race: PeerRace;
  #socket: RoomSocket | null = null;
  /** A socket that no longer answers, kept until another one is in: its end would make the room say that we are away. */
  #former: RoomSocket | null = null;
  readonly #awaited: ((socket: RoomSocket | null) => void)[] = [];
  #ticket: RoomTicket | null = null;
  /** Every start, stop and final end raises this; work begun under an older number gives up. */
  #run = 0;
  #asked = false;
  #sentState = "";
  /** The screen that the room knows of. */
  #shown: MediaStreamTrack | null = null;
  #silence = new LineSilence();
  #ticked = 0;
  #heard = 0;
  #kept = 0;
  #probing = false;
  readonly #local: LocalMedia;
  readonly #receiving: Receiving;
  readonly #spoken = new Spoken();

  constructor(visitId: string, local: LocalMedia) {
    this.#local = local;
    this.#receiving = new Receiving(visitId, {
      wish: (mode) => this.call("media.view", { mode }), shown: (number) => this.call("media.still_shown", { number }),
    }, (stills) => this.#change({ stills }));
    this.#entry = new Entry(visitId, (problem) => this.#change({ problem }));
    this.#race = new PeerRace({ won: () => this.#mediaBack(), failed: (error) => this.#mediaFailed(error) });
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
    const watch = setInterval(() => void this.#report(), REPORT_MS);
    const tick = setInterval(() => void this.#tick(), TICK_MS);
    const forget = watchNetwork(() => this.#hurry(), () => void this.#tick());
    this.#ticked = performance.now();
    this.#enter();
    return () => {
      unsubscribe();
      clearInterval(watch);
      clearInterval(tick);
      forget();
      if (this.#run === run) this.#finish("left");
    };
  }

  #enter(): void {
    this.#entry.begin(
      ({ socket, ticket }) => this.#entered(socket, ticket),
      (problem) => {
        this.#change({ problem });
        this.#finish("refused");
      },
    );
  }

  /** Another network: what was connected over the old one is doubtful, and waiting makes no sense any more. */
  #hurry(): void {
    this.#entry.hurry();
    this.#race.hurry();
    if (this.#admitted && this.#race.current !== null) this.#openPeer();
    void this.#probe(PROBE_MS);
  }

  #entered(socket: RoomSocket, ticket: RoomTicket): void {
    const before = [this.#socket, this.#former];
    this.#socket = socket;
    this.#former = null;
    this.#ticket = ticket;
    this.#asked = false;
    this.#sentState = "";
    this.#heard = performance.now();
    this.#kept = -Infinity;
    this.#attach(socket);
    this.#tellAwaited(socket);
    for (const one of before) one?.disconnect();
    this.#race.hurry();
    this.#change({ link: "open", problem: null, connections: this.#view.connections + 1 });
  }

  /** What this socket says counts only while it is the one. */
  #attach(socket: RoomSocket): void {
    const mine = <A extends unknown[]>(act: (...given: A) => void) => (...given: A) => {
      if (this.#socket === socket) act(...given);
    };
    socket.onAny(mine(() => {
      this.#heard = performance.now();
    }));
    socket.on("room.state", mine((room) => this.#arrived(room)));
    socket.on("chat.message", mine((message) => this.#change({ chat: withOne(this.#view.chat, message) })));
    socket.on("transcript.utterance", mine((one) => this.#change({ utterances: this.#spoken.take(one, performance.now()) })));
    socket.on("note.changed", mine(({ revision }) => this.#change({ noteRevision: revision })));
    socket.on("quality.changed", mine(({ participants }) => {
      this.#change({ lines: new Map(participants.map((one) => [one.participant_id, one])) });
    }));
    socket.on("media.still", mine((piece) => this.#receiving.take(piece)));
    socket.on("room.ended", mine(() => this.#finish("ended")));
    socket.on("room.moved", mine(({ node_url: node }) => {
      this.#entry.moved(node);
      this.#abandon(socket);
    }));
    socket.on("room.removed", mine(({ reason }) => {
      this.#change({ problem: removal(reason) });
      this.#finish("removed");
    }));
    socket.on("disconnect", mine(() => this.#abandon(socket)));
  }

  /** Looks for another socket. Picture and sound are left alone: they may well go on. */
  #abandon(socket: RoomSocket): void {
    if (this.#socket !== socket) return;
    this.#former = socket;
    this.#socket = null;
    this.#change({ link: this.#view.room === null ? "connecting" : "reconnecting" });
    this.#enter();
  }

  /** Twice a second: is the line alive, and what is to be done if not? */
  async #tick(): Promise<void> {
    const now = performance.now();
    const slept = now - this.#ticked > SLEPT_MS;
    this.#ticked = now;
    const utterances = this.#spoken.tidy(now);
    if (utterances !== this.#view.utterances) this.#change({ utterances });
    const peer = this.#race.current;
    if (peer !== null) {
      this.#silence.note(arrived(await peer.connection.getStats()), now);
      if (peer !== this.#race.current) return;
    }
    this.#mediaIs(now);
    if (peer !== null && !this.#mediaLost(now)) this.#race.tidy(now);
    if (this.#mediaLost(now) || slept) void this.#probe(PROBE_MS);
    else if (now - this.#heard > IDLE_MS) void this.#probe(IDLE_PROBE_MS);
    this.#mediate(now);
    void this.#keepTicket(now);
  }

  #mediaLost(now: number): boolean {
    return this.#race.current !== null && (this.#race.broken || this.#silence.lost(now));
  }

  #mediaIs(now: number): void {
    if (this.#race.current === null) return;
    const media = !this.#mediaLost(now) ? "connected" : this.#race.hopeless ? "failed" : "reconnecting";
    if (media !== this.#view.media) this.#change({ media });
  }

  /** Begins a connection where there should be one: none yet, a silent one, or one that the room knows nothing of. */
  #mediate(now: number): void {
    if (!this.#admitted || this.#socket?.connected !== true) return;
    const forgotten = this.#race.current !== null && !this.#race.trying && this.#me()?.media === "gone";
    const needed = this.#race.current === null || this.#mediaLost(now) || forgotten;
    if (needed && this.#race.due(now)) this.#openPeer();
  }

  /** Is the socket alive? After a change of network TCP would find out minutes later. */
  async #probe(withinMs: number): Promise<void> {
    const socket = this.#socket;
    if (socket === null || this.#probing) return;
    this.#probing = true;
    try {
      await call(socket, "room.ping", {}, withinMs);
      if (this.#socket === socket) this.#heard = performance.now();
    } catch (error) {
      // A refusal is an answer, too.
      if (asProblem(error).status === 0) this.#abandon(socket);
    } finally {
      this.#probing = false;
    }
  }

  /** Whoever has a ticket in hand when the network changes saves a request, and with it a connection that may hang. */
  async #keepTicket(now: number): Promise<void> {
    const socket = this.#socket;
    if (socket === null || this.#view.room === null || now - this.#kept < KEEP_MS) return;
    this.#kept = now;
    try {
      const ticket = await call(socket, "room.ticket", {});
      if (this.#socket !== socket) return;
      this.#entry.keep(ticket);
      this.#ticket = ticket;
    } catch {
      // Without one the way back takes a request more.
    }
  }

  #finish(link: Link): void {
    this.#run++;
    this.#entry.stop();
    this.#race.close();
    const sockets = [this.#socket, this.#former];
    this.#socket = this.#former = null;
    this.#tellAwaited(null);
    for (const socket of sockets) socket?.disconnect();
    this.#change({ link, media: "none", streams: new Map(), screens: new Map(), lines: new Map(), stills: new Map() });
  }

  #arrived(room: RoomState): void {
    this.#change({ room });
    const me = room.participants.find((one) => one.id === room.me);
    if (room.status === "ended") {
      this.#finish("ended");
    } else if (me?.state === "admitted") {
      this.#mediate(performance.now());
      this.#seat(room.participants);
      void this.#sendLocal();
      this.#receiving.remind(me, this.#socket);
      this.#race.current?.setSending(room.send).catch(() => undefined);
    } else if (me !== undefined && me.state !== "waiting" && !this.#asked) {
      this.#asked = true;
      void this.#wait();
    }
  }

  /** Tells the room that this person is ready and waits to be let in. */
  async #wait(): Promise<void> {
    const { microphone, camera } = this.#local.state();
    try {
      const line = this.#local.lineCheck;
      const speaker = line === null || line.speaker !== "not_heard";
      await this.call("lobby.ready", { microphone: microphone !== null, camera: camera !== null, speaker, line });
    } catch (error) {
      this.#asked = false;
      this.#change({ problem: asProblem(error) });
    }
  }

  get #admitted(): boolean {
    return this.#me()?.state === "admitted";
  }

  #openPeer(): void {
    const [ticket, socket] = [this.#ticket, this.#socket];
    if (ticket === null || socket?.connected !== true) return;
    const peer = new Peer(ticket.ice_servers, ticket.seats, { state: (state) => this.#race.changed(peer, state) });
    if (this.#race.current === null) this.#change({ media: this.#race.hopeless ? "failed" : "connecting" });
    void this.#race.start(peer, performance.now(), async () => {
      await this.#feed(peer);
      await peer.negotiate({
        offer: async (sdp) => (await call(socket, "media.offer", { sdp })).sdp,
        candidate: (candidate, sdp_mid) => void call(socket, "media.candidate", { candidate, sdp_mid }).catch(() => undefined),
      });
    });
  }

  /** What this person sends, on one more connection. */
  async #feed(peer: Peer): Promise<void> {
    const { microphone, camera } = this.#local.state();
    await peer.send(microphone, camera);
    await peer.setScreen(this.#shown);
  }

  #mediaBack(): void {
    this.#silence = new LineSilence();
    this.#reporter = new LineReporter();
    this.#sentState = ""; // the room forgets a screen whose connection is gone
    this.#change({ media: "connected", problem: null });
    this.#seat(this.#view.room?.participants ?? []);
    void this.#sendLocal();
  }

  /** Failures are repeated in silence; only when there have been many is it told why. */
  #mediaFailed(error: unknown): void {
    if (!this.#race.hopeless || this.#socket === null) return;
    this.#change({ media: "failed", problem: error === null ? this.#view.problem : asProblem(error) });
  }

  /** Binds each participant to the stream of their seat. */
  #seat(participants: readonly Participant[]): void {
    const peer = this.#race.current;
    const me = this.#view.room?.me ?? "";
    if (peer === null) return;
    const streams = new Map<string, MediaStream>();
    const screens = new Map<string, MediaStream>();
    for (const one of seated(participants, me)) {
      const stream = peer.cameraStreamOf(one.seat);
      if (stream !== null) streams.set(one.id, stream);
      const screen = one.screen ? peer.screenStreamOf(one.seat) : null;
      if (screen !== null) screens.set(one.id, screen);
    }
    if (!sameStreams(streams, this.#view.streams)) this.#change({ streams });
    if (!sameStreams(screens, this.#view.screens)) this.#change({ screens });
  }

  async #sendLocal(): Promise<void> {
    const { microphone, camera, microphoneOn, screen } = this.#local.state();
    if (this.#race.peers.length === 0) return;
    if (screen !== this.#shown) this.#shown = null;
    await this.#feedAll();
    const state = { microphone: microphone !== null && microphoneOn, camera: camera !== null, screen: screen !== null };
    const words = JSON.stringify(state);
    if (words === this.#sentState || this.#socket?.connected !== true) return;
    this.#sentState = words;
    try {
      await this.call("media.state", state);
      if (screen !== null) await this.#show(screen);
    } catch (error) {
      this.#sentState = "";
      const problem = asProblem(error);
      if (screen !== null && problem.status >= 400 && problem.status < 500 && problem.status !== 429) this.#local.refuseScreen(screen, problem);
    }
  }

  /** The room has taken the screen: now it is sent. Somebody else's, shared a moment earlier, is not talked over. */
  async #show(screen: MediaStreamTrack): Promise<void> {
    if (this.#local.state().screen !== screen) return;
    this.#shown = screen;
    await this.#feedAll();
  }

  async #feedAll(): Promise<void> {
    for (const peer of this.#race.peers) await this.#feed(peer);
  }

  #reporter = new LineReporter();

  /** Tells the room what only this browser sees of its own line. */
  async #report(): Promise<void> {
    const peer = this.#race.current;
    if (peer?.connection.connectionState !== "connected") return;
    try {
      const report = await this.#reporter.next(peer.connection, this.#local.state());
      if (report !== null) await this.call("media.report", report);
    } catch {
      // The next report is five seconds away.
    }
  }

  #me(): Participant | undefined {
    return this.#view.room?.participants.find((one) => one.id === this.#view.room?.me);
  }

  /** Asks the room. Throws `ServiceProblem` in the server's words. */
  async call<N extends CallName>(name: N, ask: AskOf<N>): Promise<AnswerOf<N>> {
    // A choice about consent is not lost with the line: it is the first thing said when there is one again.
    const socket = this.#socket ?? (name === "consent.set" ? await this.#back() : null);
    if (socket === null) {
      throw new ServiceProblem({ title: "You are not connected to the room", status: 0, code: "not_connected", next_step: "Wait until the connection is back." });
    }
    return await call(socket, name, ask);
  }

  /** The next socket; null when there will be none. */
  #back(): Promise<RoomSocket | null> {
    if (!this.#entry.busy) return Promise.resolve(null);
    return new Promise((resolve) => this.#awaited.push(resolve));
  }

  #tellAwaited(socket: RoomSocket | null): void {
    for (const resolve of this.#awaited.splice(0)) resolve(socket);
  }

  /** What to be sent of the others from now on, also after a reload of this tab. */
  choose(mode: ViewMode): Promise<void> {
    return this.#receiving.choose(mode);
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

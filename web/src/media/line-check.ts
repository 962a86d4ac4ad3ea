/**
 * The check before the call: a load of random pictures to the clinic's media server and back, over the same way the
 * call will take (through the clinic's relay where it has one), more of it in each step until the line has enough.
 * Nobody's picture is sent. Both directions are read from this browser's own counters.
 */
import type { IceServer, LineView } from "../api/types";
import { Peer } from "./peer";

export type LineCheck = Omit<LineView, "verdict" | "checked_at">;
export type LineFigures = Pick<LineCheck, "path" | "up_kbps" | "down_kbps" | "loss" | "rtt_ms">;

export const UNTESTED: LineFigures = { path: "untested", up_kbps: null, down_kbps: null, loss: null, rtt_ms: null };
export const BLOCKED: LineFigures = { ...UNTESTED, path: "blocked" };

/** As the server judges it (clinical_store/quality_model.py). */
export function verdictOf({ path, up_kbps, down_kbps, loss, rtt_ms }: LineFigures): LineView["verdict"] {
  if (path === "blocked") return "weak";
  const rates = [up_kbps, down_kbps].filter((rate) => rate !== null);
  if (path === "untested" || rates.length === 0) return "unknown";
  const least = Math.min(...rates);
  if (least < 100 || (loss ?? 0) >= 0.05 || (rtt_ms ?? 0) >= 600) return "weak";
  if (least < 400 || (loss ?? 0) >= 0.02 || (rtt_ms ?? 0) >= 300) return "fair";
  return "good";
}

export interface LineCheckWire {
  start: () => Promise<{ ice_servers: IceServer[]; relay: boolean }>;
  offer: (sdp: string) => Promise<string>;
}

/** What one step found. `lossUp` and `lossDown` are shares, `rttMs` null where no report came in time. */
export interface Step {
  askedKbps: number;
  sentKbps: number;
  receivedKbps: number;
  lossUp: number;
  lossDown: number;
  rttMs: number | null;
}

export const STEPS_KBPS = [120, 350, 900, 2_000] as const;
const STEP_MS = 1_500;
/** At the start of a step the encoder is still finding its rate. */
const SETTLE_MS = 400;
const CONNECT_MS = 8_000;
/** More than this in a step, or so much more round trip than in the first, and the line is full. */
const FULL_LOSS = 0.08;
const FULL_EXTRA_MS = 250;

const WIDTH = 320;
const HEIGHT = 240;
const PICTURES_PER_SECOND = 20;

/** Random blocks on a part of the picture: as hard to compress as the step needs. */
class Noise {
  readonly track: MediaStreamTrack;
  readonly #canvas = document.createElement("canvas");
  readonly #timer: ReturnType<typeof setInterval>;
  share = 0.1;

  constructor() {
    this.#canvas.width = WIDTH;
    this.#canvas.height = HEIGHT;
    this.#draw();
    const [track] = this.#canvas.captureStream(PICTURES_PER_SECOND).getVideoTracks();
    if (track === undefined) throw new Error("no track of a canvas");
    this.track = track;
    this.#timer = setInterval(() => this.#draw(), 1000 / PICTURES_PER_SECOND);
  }

  #draw(): void {
    const context = this.#canvas.getContext("2d");
    if (context === null) return;
    const picture = context.createImageData(WIDTH, Math.max(8, Math.round(HEIGHT * this.share)));
    const words = new Uint32Array(picture.data.buffer);
    for (let at = 0; at < words.length; at++) words[at] = (Math.random() * 0x1000000) | 0xff000000;
    context.putImageData(picture, 0, 0);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.track.stop();
  }
}

interface Counted {
  at: number;
  sent: number;
  received: number;
  packetsReceived: number;
  packetsLost: number;
  lossUp: number;
  rttMs: number | null;
}

type Stat = Record<string, unknown>;

export function countedOf(report: RTCStatsReport | ReadonlyMap<string, unknown>, at: number): Counted {
  const counted: Counted = { at, sent: 0, received: 0, packetsReceived: 0, packetsLost: 0, lossUp: 0, rttMs: null };
  const number = (stat: Stat, key: string) => (typeof stat[key] === "number" ? stat[key] : 0);
  for (const stat of (report as ReadonlyMap<string, Stat>).values()) {
    if (stat["kind"] !== "video") continue;
    if (stat["type"] === "outbound-rtp") counted.sent += number(stat, "bytesSent") + number(stat, "headerBytesSent");
    if (stat["type"] === "inbound-rtp") {
      counted.received += number(stat, "bytesReceived") + number(stat, "headerBytesReceived");
      counted.packetsReceived += number(stat, "packetsReceived");
      counted.packetsLost += number(stat, "packetsLost");
    }
    if (stat["type"] === "remote-inbound-rtp") {
      counted.lossUp = Math.max(counted.lossUp, number(stat, "fractionLost"));
      if (typeof stat["roundTripTime"] === "number") counted.rttMs = Math.round(stat["roundTripTime"] * 1000);
    }
  }
  return counted;
}

export function stepOf(askedKbps: number, before: Counted, now: Counted): Step {
  const milliseconds = Math.max(1, now.at - before.at);
  const kbps = (bytes: number) => Math.max(0, Math.round((bytes * 8) / milliseconds));
  const lost = Math.max(0, now.packetsLost - before.packetsLost);
  const came = Math.max(0, now.packetsReceived - before.packetsReceived);
  return {
    askedKbps,
    sentKbps: kbps(now.sent - before.sent),
    receivedKbps: kbps(now.received - before.received),
    lossUp: now.lossUp,
    // A hole made on the way up is passed on: it is not the way down that lost it.
    lossDown: lost + came === 0 ? 0 : Math.max(0, lost / (lost + came) - now.lossUp),
    rttMs: now.rttMs,
  };
}

/** Whether the line had enough in this step. */
export function isFull(step: Step, first: Step): boolean {
  const extra = (step.rttMs ?? 0) - (first.rttMs ?? step.rttMs ?? 0);
  const arrived = step.receivedKbps < 0.5 * step.sentKbps;
  return step.lossUp > FULL_LOSS || step.lossDown > FULL_LOSS || extra > FULL_EXTRA_MS || arrived;
}

/** The sum of the steps, the last of which may have been too much. */
export function figuresOf(path: LineFigures["path"], steps: readonly Step[]): LineFigures {
  const [first] = steps;
  if (first === undefined) return UNTESTED;
  const held = steps.filter((step) => !isFull(step, first));
  const judged = held.length > 0 ? held : [first];
  const trips = judged.map((step) => step.rttMs).filter((rtt) => rtt !== null).sort((a, b) => a - b);
  return {
    path,
    up_kbps: Math.max(...steps.map((step) => Math.round(step.sentKbps * (1 - step.lossUp)))),
    down_kbps: Math.max(...steps.map((step) => step.receivedKbps)),
    loss: Math.max(...judged.map((step) => Math.max(step.lossUp, step.lossDown))),
    rtt_ms: trips[Math.floor((trips.length - 1) / 2)] ?? null,
  };
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function connected(connection: RTCPeerConnection): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), CONNECT_MS);
    const look = () => {
      const state = connection.connectionState;
      if (state !== "connected" && state !== "failed" && state !== "closed") return;
      clearTimeout(timer);
      resolve(state === "connected");
    };
    connection.addEventListener("connectionstatechange", look);
    look();
  });
}

async function measured(peer: Peer, noise: Noise, asked: number, stopped: () => boolean): Promise<Step | null> {
  noise.share = Math.min(1, asked / 1_000);
  await peer.limitCamera(asked * 1000);
  await pause(SETTLE_MS);
  const before = countedOf(await peer.connection.getStats(), performance.now());
  await pause(STEP_MS - SETTLE_MS);
  if (stopped() || peer.connection.connectionState !== "connected") return null;
  return stepOf(asked, before, countedOf(await peer.connection.getStats(), performance.now()));
}

/** Null where this way leads nowhere. */
async function along(
  wire: LineCheckWire, servers: IceServer[], relay: boolean, tell: (progress: number) => void, stopped: () => boolean,
): Promise<LineFigures | null> {
  const peer = new Peer(servers, 1, { state: () => undefined }, relay ? "relay" : "all");
  const noise = new Noise();
  try {
    await peer.send(null, noise.track);
    await peer.negotiate({ offer: wire.offer, candidate: () => undefined }, CONNECT_MS / 2);
    if (!(await connected(peer.connection))) return null;
    const steps: Step[] = [];
    for (const asked of STEPS_KBPS) {
      tell((steps.length + 1) / (STEPS_KBPS.length + 1));
      const step = await measured(peer, noise, asked, stopped);
      if (step === null) break;
      steps.push(step);
      if (isFull(step, steps[0] ?? step)) break;
    }
    return figuresOf(relay ? "relay" : "direct", steps);
  } finally {
    noise.stop();
    peer.close();
  }
}

/**
 * Tries the relay where the clinic has one, the straight way where it has none or the relay does not answer. `tell`
 * hears how far it is, 0 to 1. Throws `ServiceProblem` when the server refuses the check.
 */
export async function checkLine(
  wire: LineCheckWire, tell: (progress: number) => void, stopped: () => boolean,
): Promise<{ figures: LineFigures; relay: boolean }> {
  tell(0.02);
  const { ice_servers, relay } = await wire.start();
  for (const way of relay ? [true, false] : [false]) {
    if (stopped()) break;
    const found = await along(wire, ice_servers, way, tell, stopped);
    if (found !== null) return { figures: found, relay };
  }
  return { figures: stopped() ? UNTESTED : BLOCKED, relay };
}

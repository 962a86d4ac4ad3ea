/**
 * What this browser sees of itself and tells the room every few seconds (media.report): its processor, its microphone
 * and camera, the route. Figures only; no sound, no picture. The room uses them for this person's own causes.
 */
import { lookAt, type Look } from "./camera-look";

export type Route = "direct" | "relay" | "unknown";

export interface MediaReport {
  cpu_limited: number;
  bandwidth_limited: number;
  microphone_level: number | null;
  camera_light: number | null;
  camera_detail: number | null;
  camera_fps: number | null;
  frozen: number;
  concealed: number;
  route: Route;
}

/** Counters of the connection since it began, and what has no counter. */
export interface Snapshot {
  at: number;
  cpu: number;
  bandwidth: number;
  /** Sum over the microphone's sound of level squared times seconds, and those seconds (W3C webrtc-stats 8.9). */
  energy: number | null;
  heard: number;
  freezes: number;
  samples: number;
  concealed: number;
  cameraFps: number | null;
  route: Route;
}

type Stat = Record<string, unknown>;

function number(stat: Stat, key: string): number {
  const value = stat[key];
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

function limitations(stat: Stat): { cpu: number; bandwidth: number } {
  const durations = (stat["qualityLimitationDurations"] ?? {}) as Stat;
  return { cpu: number(durations, "cpu"), bandwidth: number(durations, "bandwidth") };
}

function routeOf(stats: ReadonlyMap<string, Stat>): Route {
  const all = [...stats.values()];
  const selected = all.find((stat) => stat["type"] === "transport")?.["selectedCandidatePairId"];
  const pair = stats.get(String(selected)) ?? all.find((stat) => stat["type"] === "candidate-pair" && stat["nominated"] === true);
  const local = stats.get(String(pair?.["localCandidateId"]));
  if (local === undefined) return "unknown";
  return local["candidateType"] === "relay" ? "relay" : "direct";
}

export function snapshotOf(report: RTCStatsReport | ReadonlyMap<string, unknown>, at: number): Snapshot {
  const stats = report as ReadonlyMap<string, Stat>;
  const shot: Snapshot = {
    at, cpu: 0, bandwidth: 0, energy: null, heard: 0, freezes: 0, samples: 0, concealed: 0, cameraFps: null, route: routeOf(stats),
  };
  for (const stat of stats.values()) {
    if (stat["type"] === "outbound-rtp" && stat["kind"] === "video") {
      const { cpu, bandwidth } = limitations(stat);
      shot.cpu = Math.max(shot.cpu, cpu);
      shot.bandwidth = Math.max(shot.bandwidth, bandwidth);
    } else if (stat["type"] === "media-source" && stat["kind"] === "audio" && "totalAudioEnergy" in stat) {
      shot.energy = number(stat, "totalAudioEnergy");
      shot.heard = number(stat, "totalSamplesDuration");
    } else if (stat["type"] === "media-source" && stat["kind"] === "video" && "framesPerSecond" in stat) {
      shot.cameraFps = Math.max(shot.cameraFps ?? 0, number(stat, "framesPerSecond"));
    } else if (stat["type"] === "inbound-rtp") {
      shot.freezes += number(stat, "totalFreezesDuration");
      shot.samples += number(stat, "totalSamplesReceived");
      shot.concealed += number(stat, "concealedSamples") - number(stat, "silentConcealedSamples");
    }
  }
  return shot;
}

const share = (value: number) => Math.min(1, Math.max(0, Number.isFinite(value) ? value : 0));

/** Between two snapshots of one connection. `microphone`, `camera`: switched on. */
export function reportOf(before: Snapshot, now: Snapshot, on: { microphone: boolean; camera: boolean }, look: Look | null): MediaReport {
  const seconds = Math.max(0.1, (now.at - before.at) / 1000);
  const heard = now.heard - before.heard;
  const level = now.energy === null || before.energy === null || heard <= 0 ? null : Math.sqrt(share((now.energy - before.energy) / heard));
  return {
    cpu_limited: share((now.cpu - before.cpu) / seconds),
    bandwidth_limited: share((now.bandwidth - before.bandwidth) / seconds),
    microphone_level: on.microphone ? level : null,
    camera_light: on.camera ? (look?.light ?? null) : null,
    camera_detail: on.camera ? (look?.detail ?? null) : null,
    camera_fps: on.camera ? (now.cameraFps === null ? null : Math.min(240, now.cameraFps)) : null,
    frozen: share((now.freezes - before.freezes) / seconds),
    concealed: share((now.concealed - before.concealed) / Math.max(1, now.samples - before.samples)),
    route: now.route,
  };
}

export interface Own {
  microphone: MediaStreamTrack | null;
  camera: MediaStreamTrack | null;
  microphoneOn: boolean;
}

/** One per peer connection; `next` gives null the first time, when there is nothing to compare with. */
export class LineReporter {
  #before: Snapshot | null = null;

  async next(connection: RTCPeerConnection, own: Own): Promise<MediaReport | null> {
    const { camera } = own;
    const on = { microphone: own.microphone !== null && own.microphoneOn, camera: camera !== null };
    const [stats, look] = await Promise.all([connection.getStats(), camera === null ? null : lookAt(camera)]);
    const now = snapshotOf(stats, performance.now());
    const before = this.#before;
    this.#before = now;
    if (before === null) return null;
    const report = reportOf(before, now, on, look);
    // A track whose device delivers nothing is muted by the browser; it may then count no pictures at all.
    return camera?.muted === true ? { ...report, camera_fps: 0 } : report;
  }
}

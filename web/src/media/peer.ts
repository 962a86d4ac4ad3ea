/**
 * One peer connection to the room. The browser always offers; every section the call will ever need is in the first
 * offer, so nobody renegotiates when people come and go.
 */
import type { IceServer } from "../api/types";
import { limit, withPacketTime, type Sending } from "./lean";
import { SCREEN_FRAMES_PER_SECOND } from "./screen";
import { sectionsOf } from "./seats";

const MAX_CAMERA_BITS_PER_SECOND = 600_000;
const MAX_SCREEN_BITS_PER_SECOND = 1_200_000;
/** After this the offer goes out with the candidates found so far; the rest is trickled. */
const GATHERING_MS = 500;

/** The one H.264 every browser has: constrained baseline, slices in pieces. Six people's offer stays under 48 KiB. */
const ROOM_H264 = /^(?=.*packetization-mode=1)(?=.*profile-level-id=42(?:e0|00)1f)/i;

export interface PeerWire {
  /** Sends the offer, returns the answer's SDP. */
  offer: (sdp: string) => Promise<string>;
  candidate: (candidate: string, sdpMid: string) => void;
}

export interface PeerEvents {
  state: (state: RTCPeerConnectionState) => void;
}

function codecsFor(kind: "audio" | "video"): RTCRtpCodec[] {
  const wanted = kind === "audio" ? ["audio/opus"] : ["video/vp8", "video/h264", "video/rtx"];
  return (RTCRtpReceiver.getCapabilities(kind)?.codecs ?? []).filter(({ mimeType, sdpFmtpLine = "" }) =>
    wanted.includes(mimeType.toLowerCase()) && (!/h264/i.test(mimeType) || ROOM_H264.test(sdpFmtpLine)));
}

/** The room forwards Opus, VP8 and H.264 only; offering nothing else keeps the description small. */
function preferRoomCodecs(transceiver: RTCRtpTransceiver, kind: "audio" | "video"): void {
  const codecs = codecsFor(kind);
  if (codecs.length > 0) transceiver.setCodecPreferences(codecs);
}

function iceServers(servers: readonly IceServer[]): RTCIceServer[] {
  return servers.map(({ urls, username, credential }) => ({
    urls, ...(username ? { username } : {}), ...(credential ? { credential } : {}),
  }));
}

/** Browsers ask for lost sound again when both sides say so, but do not offer it by themselves. */
export function withSoundRepaired(sdp: string): string {
  return sdp.replace(/^a=rtpmap:(\d+) opus\/48000\/2\r\n(?!a=rtcp-fb:\1 nack\r\n)/gm, "$&a=rtcp-fb:$1 nack\r\n");
}

function gathered(connection: RTCPeerConnection, patienceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      if (connection.iceGatheringState === "complete") resolve();
    };
    connection.addEventListener("icegatheringstatechange", done);
    setTimeout(resolve, patienceMs);
    done();
  });
}

export class Peer {
  readonly connection: RTCPeerConnection;
  readonly #microphone: RTCRtpSender;
  readonly #camera: RTCRtpSender;
  readonly #screen: RTCRtpSender;
  readonly #streams = new Map<string, MediaStream>();
  #answer = "";
  #sending: Sending = "full";

  constructor(servers: readonly IceServer[], seats: number, events: PeerEvents, iceTransportPolicy: RTCIceTransportPolicy = "all") {
    this.connection = new RTCPeerConnection({ iceServers: iceServers(servers), bundlePolicy: "max-bundle", iceTransportPolicy });
    this.#microphone = this.#section("audio", { direction: "sendonly" });
    this.#camera = this.#section("video", {
      direction: "sendonly", sendEncodings: [{ maxBitrate: MAX_CAMERA_BITS_PER_SECOND }],
    });
    this.#screen = this.#section("video", {
      direction: "sendonly", sendEncodings: [{ maxBitrate: MAX_SCREEN_BITS_PER_SECOND }],
    });
    for (let seat = 0; seat < seats; seat++) {
      for (const kind of ["audio", "video", "video"] as const) this.#section(kind, { direction: "recvonly" });
    }
    this.connection.addEventListener("connectionstatechange", () => events.state(this.connection.connectionState));
  }

  #section(kind: "audio" | "video", init: RTCRtpTransceiverInit): RTCRtpSender {
    const transceiver = this.connection.addTransceiver(kind, init);
    preferRoomCodecs(transceiver, kind);
    return transceiver.sender;
  }

  /** Gives the sections what they send. Works at any time without a new offer. */
  async send(microphone: MediaStreamTrack | null, camera: MediaStreamTrack | null): Promise<void> {
    if (this.connection.signalingState === "closed") return;
    if (this.#microphone.track !== microphone) await this.#microphone.replaceTrack(microphone);
    if (this.#camera.track !== camera) await this.#camera.replaceTrack(camera);
  }

  /** Shares a screen, or stops sharing (null). Works at any time without a new offer. */
  async setScreen(screen: MediaStreamTrack | null): Promise<void> {
    if (this.connection.signalingState === "closed") return;
    if (this.#screen.track === screen) return;
    await this.#screen.replaceTrack(screen);
    if (screen !== null) await this.#keepSharp();
  }

  /** On a weak line a shared screen loses pictures, never sharpness. */
  async #keepSharp(): Promise<void> {
    const parameters = this.#screen.getParameters();
    parameters.degradationPreference = "maintain-resolution";
    for (const encoding of parameters.encodings) encoding.maxFramerate = SCREEN_FRAMES_PER_SECOND;
    await this.#screen.setParameters(parameters);
  }

  /** How many bits per second the camera may take at most, from now on. */
  async limitCamera(maxBitrate: number): Promise<void> {
    const parameters = this.#camera.getParameters();
    for (const encoding of parameters.encodings) encoding.maxBitrate = maxBitrate;
    await this.#camera.setParameters(parameters);
  }

  /** The offer goes out once all candidates are found, or after `patienceMs`. */
  async negotiate(wire: PeerWire, patienceMs = GATHERING_MS): Promise<void> {
    const offer = await this.connection.createOffer();
    await this.connection.setLocalDescription({ type: "offer", sdp: withSoundRepaired(offer.sdp ?? "") });
    await gathered(this.connection, patienceMs);
    const sdp = this.connection.localDescription?.sdp ?? "";
    this.#trickle(wire, sdp);
    const answer = await wire.offer(sdp);
    if (this.connection.signalingState === "closed") return;
    await this.connection.setRemoteDescription({ type: "answer", sdp: answer });
    this.#answer = answer;
  }

  /** Less, or everything again. The longer packets are agreed with the answer we have: the room need not be asked. */
  async setSending(sending: Sending): Promise<void> {
    const { connection } = this;
    if (this.#sending === sending || this.#answer === "" || connection.signalingState !== "stable") return;
    const repack = (this.#sending === "full") !== (sending === "full");
    this.#sending = sending;
    await limit(this.#microphone, this.#camera, sending, MAX_CAMERA_BITS_PER_SECOND);
    if (!repack) return;
    const offer = await connection.createOffer();
    await connection.setLocalDescription({ type: "offer", sdp: withSoundRepaired(offer.sdp ?? "") });
    await connection.setRemoteDescription({ type: "answer", sdp: withPacketTime(this.#answer, sending) });
  }

  /** Candidates that came too late for the offer. */
  #trickle(wire: PeerWire, sent: string): void {
    this.connection.addEventListener("icecandidate", ({ candidate }) => {
      if (candidate === null || candidate.candidate === "" || sent.includes(candidate.candidate)) return;
      wire.candidate(candidate.candidate, candidate.sdpMid ?? "0");
    });
  }

  /** Voice and face of the person in this seat; the same stream object for as long as this connection lives. */
  cameraStreamOf(seat: number): MediaStream | null {
    const { audio, camera } = sectionsOf(seat);
    return this.#streamOf([audio, camera]);
  }

  /** What the person in this seat shares; without packets while they share nothing (its track is muted). */
  screenStreamOf(seat: number): MediaStream | null {
    return this.#streamOf([sectionsOf(seat).screen]);
  }

  #streamOf(sections: readonly number[]): MediaStream | null {
    const key = sections.join();
    const known = this.#streams.get(key);
    if (known !== undefined) return known;
    const transceivers = this.connection.getTransceivers();
    const tracks = sections.map((section) => transceivers[section]?.receiver.track);
    if (tracks.includes(undefined)) return null;
    const stream = new MediaStream(tracks.filter((track) => track !== undefined));
    this.#streams.set(key, stream);
    return stream;
  }

  close(): void {
    this.connection.close();
  }
}

/** What travels on the room's socket, as the server's contract names it. */
import type { ChatMessage, LineView, LiveUtterance, Problem, RoomTicket } from "../api/types";
import type { Rung, StillPiece, ViewMode } from "../media/adaptation";
import type { Sending } from "../media/lean";
import type { LineCheck } from "../media/line-check";
import type { MediaReport } from "../media/line-report";
import type { LineQuality } from "../media/quality";

export type Purpose = "record" | "transcribe";
export type ParticipantState = "invited" | "waiting" | "admitted" | "left";

export interface Participant {
  id: string;
  role: string;
  display_name: string;
  state: ParticipantState;
  microphone: boolean;
  camera: boolean;
  screen: boolean;
  connected: boolean;
  /** Picture and sound: "reconnecting" was lost a moment ago and its place is held, "gone" is not there. */
  media: "connected" | "connecting" | "reconnecting" | "gone";
  consent: Record<Purpose, boolean | null>;
  /** What their device check measured, for those who let people in. */
  line: LineView | null;
  /** What they wish to be sent; how they arrive here; how this person arrives there (null: not at all). */
  view: ViewMode;
  rung: Rung | null;
  receives: Rung | null;
  /** Which pair of this client's receiving media sections carries this participant; null for nobody's. */
  seat: number | null;
}

export interface RoomState {
  visit_id: string;
  status: string;
  /** This client's participant id. */
  me: string;
  /** Zero of all media times, null before media began. */
  epoch: string | null;
  recording: boolean;
  transcribing: boolean;
  /** The clinic's number (null: none given), and since when this visit goes on by phone under which reference. */
  phone: { number: string | null; since: string | null; reference: string | null };
  /** What this client's line upward carries, as the room sees it. */
  send: Sending;
  participants: Participant[];
}

export interface ServerEvents {
  "room.state": (state: RoomState) => void;
  "chat.message": (message: ChatMessage) => void;
  "transcript.utterance": (utterance: LiveUtterance) => void;
  "quality.changed": (change: { participants: LineQuality[] }) => void;
  "media.still": (piece: StillPiece) => void;
  "note.changed": (change: { visit_id: string; revision: number; version: number; editor: string }) => void;
  "room.ended": (end: Record<string, never>) => void;
  "room.moved": (move: { node_url: string }) => void;
  "room.removed": (removal: { reason: string }) => void;
}

export type Refusal = { ok: false; error: Problem };
/** An acknowledgement that says nothing more. */
export type Done = object;
export type Ack<T = Done> = ({ ok: true } & T) | Refusal;

interface Calls {
  "lobby.ready": { ask: { camera: boolean; microphone: boolean; speaker: boolean; line: LineCheck | null }; answer: Done };
  "lobby.admit": { ask: { participant_id: string }; answer: Done };
  "media.offer": { ask: { sdp: string }; answer: { sdp: string; seats: Record<string, number> } };
  "media.candidate": { ask: { candidate: string; sdp_mid: string }; answer: Done };
  "media.state": { ask: { microphone: boolean; camera: boolean; screen: boolean }; answer: Done };
  "media.report": { ask: MediaReport; answer: Done };
  "media.view": { ask: { mode: ViewMode }; answer: Done };
  "media.still_shown": { ask: { number: number }; answer: Done };
  "consent.set": { ask: { purpose: Purpose; granted: boolean; text_version: string }; answer: Done };
  "chat.send": { ask: { text: string }; answer: { message: ChatMessage } };
  "room.ping": { ask: Record<string, never>; answer: Done };
  "room.ticket": { ask: Record<string, never>; answer: RoomTicket };
  "room.leave": { ask: Record<string, never>; answer: Done };
  "room.end": { ask: Record<string, never>; answer: Done };
  "visit.phone": { ask: Record<string, never>; answer: { number: string; reference: string } };
  "visit.phone_end": { ask: Record<string, never>; answer: Done };
}

export type CallName = keyof Calls;
export type AskOf<N extends CallName> = Calls[N]["ask"];
export type AnswerOf<N extends CallName> = Calls[N]["answer"];

export type ClientEvents = { [N in CallName]: (ask: AskOf<N>, ack: (answer: Ack<AnswerOf<N>>) => void) => void };

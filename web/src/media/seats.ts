/**
 * Which media sections of the peer connection carry whom. The order is fixed by the room's protocol:
 * own microphone, own camera, own screen, then the same three for each seat k, which only receive.
 */
import type { Participant } from "../socket/events";

const PER_PERSON = 3;

export interface SeatSections {
  audio: number;
  camera: number;
  screen: number;
}

/** Indexes into `RTCPeerConnection.getTransceivers()`. */
export function sectionsOf(seat: number): SeatSections {
  const audio = PER_PERSON * (seat + 1);
  return { audio, camera: audio + 1, screen: audio + 2 };
}

/** The others who are in the room and have a seat, in the order of their seats. */
export function seated(participants: readonly Participant[], me: string): (Participant & { seat: number })[] {
  return participants
    .filter((one): one is Participant & { seat: number } => one.id !== me && one.seat !== null && one.state === "admitted")
    .sort((a, b) => a.seat - b.seat);
}

/**
 * Which media sections of the peer connection carry whom. The order is fixed by the room's protocol:
 * own audio, own video, then for each seat k one audio and one video section that only receive.
 */
import type { Participant } from "../socket/events";

const OWN_SECTIONS = 2;
const PER_SEAT = 2;

export interface SeatSections {
  audio: number;
  video: number;
}

/** Indexes into `RTCPeerConnection.getTransceivers()`. */
export function sectionsOf(seat: number): SeatSections {
  const audio = OWN_SECTIONS + PER_SEAT * seat;
  return { audio, video: audio + 1 };
}

/** The others who are in the room and have a seat, in the order of their seats. */
export function seated(participants: readonly Participant[], me: string): (Participant & { seat: number })[] {
  return participants
    .filter((one): one is Participant & { seat: number } => one.id !== me && one.seat !== null && one.state === "admitted")
    .sort((a, b) => a.seat - b.seat);
}

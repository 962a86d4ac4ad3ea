import type { Role, Utterance } from "../api/types";

export const ROLE_NAMES: Record<Role, string> = {
  patient: "Patient",
  doctor: "Doctor",
  nurse: "Nurse",
  scheduler: "Scheduler",
  pharmacist: "Pharmacist",
  lab_technician: "Lab technician",
  administrator: "Administrator",
  guest: "Guest",
};

/** What people in a room are to one another; guests are named by why they were invited. */
export const ROOM_ROLES: Readonly<Record<string, string>> = { ...ROLE_NAMES, interpreter: "Interpreter", family: "Family" };

/** Shown beside the name of somebody who is there for patient or doctor; "" for those two themselves. */
export function companionWords(role: string): string {
  return role === "interpreter" || role === "family" ? (ROOM_ROLES[role] ?? "") : "";
}

/** The speaker labels of transcripts; anybody else is named by their own name. */
export const SPEAKER_NAMES: Record<Utterance["speaker"], string> = { doctor: "Doctor", patient: "Patient", companion: "Companion" };

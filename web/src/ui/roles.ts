import type { Role, Utterance } from "../api/types";

export const ROLE_NAMES: Record<Role, string> = {
  patient: "Patient",
  doctor: "Doctor",
  nurse: "Nurse",
  scheduler: "Scheduler",
  pharmacist: "Pharmacist",
  lab_technician: "Lab technician",
  administrator: "Administrator",
};

/** The speaker labels of transcripts; anybody else is named by their own name. */
export const SPEAKER_NAMES: Record<Utterance["speaker"], string> = { doctor: "Doctor", patient: "Patient", companion: "Companion" };

/**
 * Shapes of the REST interface. Written from the server's contract; `npm run api` generates
 * `openapi.d.ts` from a file `openapi.json`, against which these are compared by hand.
 */

export type Role = "patient" | "doctor" | "nurse" | "scheduler" | "pharmacist" | "lab_technician" | "administrator";

/** RFC 9457 problem document, as every refused request carries it. */
export interface Problem {
  type?: string;
  title: string;
  status: number;
  detail?: string;
  code: string;
  next_step?: string;
  errors?: { pointer: string; detail: string }[];
  alternatives?: Slot[];
  retry_after?: number;
}

export interface Session {
  account_id: string;
  role: Role;
  display_name: string;
  permissions: string[];
}

export interface DemoAccount {
  email: string;
  role: Role;
  display_name: string;
  password: string;
}

export type VisitStatus = "scheduled" | "waiting" | "in_progress" | "ended";

/** Times are ISO 8601 in UTC. */
export interface Visit {
  id: string;
  status: VisitStatus;
  starts_at: string;
  ends_at: string;
  patient_name: string;
  doctor_name: string;
  doctor_id: string;
  join_path: string;
  waiting_since: string | null;
  /** null for whom the note is not. */
  note_status: "none" | "draft" | "signed" | null;
  reason: string | null;
}

export interface Doctor {
  id: string;
  display_name: string;
}

export interface Slot {
  id: string;
  doctor_id: string;
  doctor_name: string;
  starts_at: string;
  ends_at: string;
  /** IANA zone of the clinic, for example "Europe/Berlin". */
  time_zone: string;
  status: string;
}

export interface Appointment {
  id: string;
  slot_id: string;
  visit_id: string;
  join_path: string;
  starts_at: string;
  ends_at: string;
  doctor_id: string;
  doctor_name: string;
}

/** FHIR DaysOfWeek codes. */
export type Weekday = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";

export interface Availability {
  doctor_id: string;
  from_date: string;
  to_date: string;
  weekdays: Weekday[];
  start: string;
  end: string;
  slot_minutes: number;
  time_zone: string;
}

export interface Published {
  published: number;
  skipped: number;
}

export interface RoomTicket {
  ticket: string;
  expires_at: string;
  participant_id: string;
  ice_servers: IceServer[];
  seats: number;
}

export interface IceServer {
  urls: string | string[];
  username?: string | null;
  credential?: string | null;
}

export type UtteranceState = "pending" | "final" | "empty";

/** `start` and `end` are seconds since the visit's media began. */
export interface Utterance {
  id: string;
  participant_id: string;
  speaker: string;
  speaker_name?: string;
  start: number;
  end: number;
  text: string;
  confidence: number | null;
  state: UtteranceState;
}

export interface Transcript {
  visit_id: string;
  status: string;
  notice: string | null;
  utterances: Utterance[];
}

export interface RecordingSegment {
  segment_id: string;
  participant_id: string;
  speaker: string;
  start: number;
  /** null while the segment is still being written. */
  end: number | null;
  closed: boolean;
}

export interface Statement {
  id?: string | null;
  key?: string | null;
  section: string;
  text: string;
  state: string;
  confidence: number | null;
  codes: string[];
  /** Ids of the utterances this statement rests on. */
  evidence: string[];
  origin: "draft" | "clinician";
}

/** Something said that did not become a line of the note. */
export interface ReviewItem {
  text: string;
  reason: string;
  evidence: string[];
  section: string;
  key: string;
}

export interface OrderLine {
  kind: "medication" | "lab" | "imaging" | "referral" | "followup";
  description: string;
  reason: string;
  evidence: string[];
}

export interface Addendum {
  id: string;
  author_name: string;
  added_at: string;
  text: string;
}

export interface EncounterNote {
  visit_id: string;
  version: number;
  status: "draft" | "signed";
  statements: Statement[];
  suggestions: Statement[];
  review: ReviewItem[];
  orders: OrderLine[];
  signed_by: string | null;
  signed_at: string | null;
  addenda: Addendum[];
  draft_revision: number;
}

export interface NoteEdits {
  statements: Statement[];
  dismissed_keys: string[];
}

/** A line of the list of versions: `statements` counts them. */
export interface NoteVersion {
  version: number;
  author_name: string;
  saved_at: string;
  statements: number;
  signed: boolean;
}

export interface NoteVersionContent {
  version: number;
  author_name: string;
  saved_at: string;
  statements: Statement[];
  signed: boolean;
}

export interface VisitSummary {
  visit_id: string;
  doctor_name: string;
  patient_name: string;
  date: string;
  signed_at: string;
  signed_by: string;
  sections: { section: string; title: string; lines: string[] }[];
  addenda: Addendum[];
}

export interface ChatMessage {
  id: string;
  participant_id: string;
  display_name: string;
  text: string;
  sent_at: string;
}

/** Everything the pages ask the server to do. Each throws `ServiceProblem` when refused. */
import { request, requestVersioned } from "./http";
import type {
  Addendum, Appointment, Availability, ClinicSpeech, ClinicSpeechEdits, ClinicTemplates, ClinicTemplatesEdits, Composition, EncounterNote, GuestRole, GuestVisit, Invited, LineCheckStart,
  NewInvitation, NoteEdits, Published, RoomTicket, Session, Utterance,
} from "./types";

const visitPath = (visitId: string) => `/api/visits/${encodeURIComponent(visitId)}`;

export const signIn = (email: string, password: string) =>
  request<Session>("/api/session", { method: "POST", body: { email, password } });

export const signOut = () => request<undefined>("/api/session", { method: "DELETE" });

/** `key` makes a repeated click or a retry after a lost answer book once only. */
export const bookSlot = (slotId: string, reason: string, key: string) =>
  request<Appointment>(`/api/slots/${encodeURIComponent(slotId)}/booking`, {
    method: "POST",
    body: reason === "" ? {} : { reason },
    idempotencyKey: key,
  });

export const publishAvailability = (availability: Availability) =>
  request<Published>("/api/availability", { method: "POST", body: availability });

export const roomTicket = (visitId: string, signal: AbortSignal) =>
  request<RoomTicket>(`${visitPath(visitId)}/ticket`, { method: "POST", body: {}, signal });

export const invite = (visitId: string, role: GuestRole, name: string, hours: number) =>
  request<NewInvitation>(`${visitPath(visitId)}/invitations`, {
    method: "POST",
    body: { role, hours_after_end: hours, ...(name === "" ? {} : { display_name: name }) },
  });

export const withdrawInvitation = (visitId: string, invitationId: string) =>
  request<undefined>(`${visitPath(visitId)}/invitations/${encodeURIComponent(invitationId)}`, { method: "DELETE" });

export const lookAtInvitation = (token: string) =>
  request<Invited>("/api/invitation", { method: "POST", body: { token } });

/** A session for the one visit, in this browser. */
export const enterAsGuest = (token: string, name: string) =>
  request<GuestVisit>("/api/guest", { method: "POST", body: { token, display_name: name } });

export const startLineCheck = (visitId: string) =>
  request<LineCheckStart>(`${visitPath(visitId)}/line-check`, { method: "POST", body: {} });

/** The answer to the offer of a line check. */
export const offerLineCheck = async (visitId: string, sdp: string): Promise<string> =>
  (await request<{ sdp: string }>(`${visitPath(visitId)}/line-check/offer`, { method: "POST", body: { sdp } })).sdp;

export const startDemoConsult = () =>
  request<{ visit_id: string }>("/api/demo/consult", { method: "POST", body: {} });

async function versionedNote(path: string, method: "PUT" | "POST", version: number, body: unknown): Promise<EncounterNote> {
  const answer = await requestVersioned<EncounterNote>(path, { method, body, ifMatch: version });
  return { ...answer.body, version: answer.version ?? answer.body.version };
}

export const saveNote = (visitId: string, version: number, edits: NoteEdits) =>
  versionedNote(`${visitPath(visitId)}/note`, "PUT", version, edits);

/** `allRead`: somebody says so although not every line is marked as reviewed. Refused with `note_unreviewed` otherwise. */
export const signNote = (visitId: string, version: number, allRead: boolean) =>
  versionedNote(`${visitPath(visitId)}/note/signature`, "POST", version, allRead ? { all_read: true } : {});

/** By a supervising doctor, of a note that a trainee signed. */
export const countersignNote = (visitId: string, version: number) =>
  versionedNote(`${visitPath(visitId)}/note/countersignature`, "POST", version, {});

export const addAddendum = (visitId: string, text: string) =>
  request<Addendum>(`${visitPath(visitId)}/note/addenda`, { method: "POST", body: { text } });

const utterancePath = (visitId: string, utteranceId: string) => `${visitPath(visitId)}/utterances/${encodeURIComponent(utteranceId)}`;

/** `basedOn`: the revision that was on the page. Refused with `utterance_changed` where the line reads otherwise by now. */
export const correctUtterance = (visitId: string, utteranceId: string, text: string, basedOn: number) =>
  request<Utterance>(`${utterancePath(visitId, utteranceId)}/corrections`, { method: "POST", body: { text, based_on: basedOn } });

/** What could not be written down is tried once more. */
export const retryTranscript = (visitId: string) =>
  request<undefined>(`${visitPath(visitId)}/transcript/retry`, { method: "POST", body: {} });

export const requestComposition = (visitId: string) =>
  request<Composition>(`${visitPath(visitId)}/composition`, { method: "POST", body: {} });

export const removeComposition = (visitId: string) =>
  request<undefined>(`${visitPath(visitId)}/composition`, { method: "DELETE" });

/** `version`: what is replaced. Refused with `clinic_speech_changed` where somebody saved another one meanwhile. */
export const saveClinicSpeech = (version: number, edits: ClinicSpeechEdits) =>
  request<ClinicSpeech>("/api/clinic/speech", { method: "PUT", body: edits, ifMatch: version });

/** Refused with `note_templates_changed` where somebody saved others meanwhile. */
export const saveClinicTemplates = (version: number, edits: ClinicTemplatesEdits) =>
  request<ClinicTemplates>("/api/clinic/note-templates", { method: "PUT", body: edits, ifMatch: version });

export const retryJob = (jobId: number) => request<undefined>(`/api/clinic/jobs/${jobId}/retry`, { method: "POST", body: {} });

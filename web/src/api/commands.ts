/** Everything the pages ask the server to do. Each throws `ServiceProblem` when refused. */
import { request, requestVersioned } from "./http";
import type {
  Addendum, Appointment, Availability, Composition, EncounterNote, NoteEdits, Published, RoomTicket, Session,
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

export const startDemoConsult = () =>
  request<{ visit_id: string }>("/api/demo/consult", { method: "POST", body: {} });

async function versionedNote(path: string, method: "PUT" | "POST", version: number, body: unknown): Promise<EncounterNote> {
  const answer = await requestVersioned<EncounterNote>(path, { method, body, ifMatch: version });
  return { ...answer.body, version: answer.version ?? answer.body.version };
}

export const saveNote = (visitId: string, version: number, edits: NoteEdits) =>
  versionedNote(`${visitPath(visitId)}/note`, "PUT", version, edits);

export const signNote = (visitId: string, version: number) =>
  versionedNote(`${visitPath(visitId)}/note/signature`, "POST", version, {});

export const addAddendum = (visitId: string, text: string) =>
  request<Addendum>(`${visitPath(visitId)}/note/addenda`, { method: "POST", body: { text } });

export const requestComposition = (visitId: string) =>
  request<Composition>(`${visitPath(visitId)}/composition`, { method: "POST", body: {} });

export const removeComposition = (visitId: string) =>
  request<undefined>(`${visitPath(visitId)}/composition`, { method: "DELETE" });

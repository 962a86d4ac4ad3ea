/** Every question the pages ask the server, with the key its answer is kept under. */
import { QueryClient, queryOptions } from "@tanstack/react-query";

import { request, requestVersioned, ServiceProblem } from "./http";
import type {
  AwaitingNote, ChatMessage, ClinicJob, ClinicSpeech, ClinicTemplates, Composition, DemoAccount, Doctor, EncounterNote, GuestVisit, Invitation, NoteDiff, NoteVersion, NoteVersionContent,
  RecordingSegment, Session, Slot, Transcript, UtteranceVersion, Visit, VisitFile, VisitQuality, VisitSummary,
} from "./types";

/** A refusal will be refused again; only lost connections and busy servers are worth another try. */
function worthRetrying(failures: number, error: Error): boolean {
  const refused = error instanceof ServiceProblem && error.status >= 400 && error.status < 500;
  return !refused && failures < 2;
}

export const queryClient = new QueryClient({
  defaultOptions: { queries: { staleTime: 10_000, retry: worthRetrying, refetchOnWindowFocus: false } },
});

/** The server's own limit of one answer. */
const MOST_SLOTS = "500";

const visitPath = (visitId: string) => `/api/visits/${encodeURIComponent(visitId)}`;

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async (): Promise<Session | null> => {
    try {
      return await request<Session>("/api/session");
    } catch (error) {
      if (error instanceof ServiceProblem && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

/** Another person (or nobody) uses this browser now: nothing the last one saw stays in memory. */
export function become(client: QueryClient, session: Session | null): void {
  const kept = new Set<unknown>(["session", "demo"]);
  // An answer to "who am I" that is still under way is about the last person.
  void client.cancelQueries({ queryKey: sessionQuery.queryKey });
  client.removeQueries({ predicate: (query) => !kept.has(query.queryKey[0]) });
  client.setQueryData(sessionQuery.queryKey, session);
}

/** The demo clinic's accounts, or null where this server is no demo. */
export const demoQuery = queryOptions({
  queryKey: ["demo"],
  queryFn: async (): Promise<DemoAccount[] | null> => {
    try {
      return (await request<{ accounts: DemoAccount[] }>("/api/demo")).accounts;
    } catch {
      return null;
    }
  },
  staleTime: Infinity,
});

export const visitsQuery = (from: string, to: string) =>
  queryOptions({
    queryKey: ["visits", from, to],
    queryFn: () => request<Visit[]>(`/api/visits?${new URLSearchParams({ from, to }).toString()}`),
  });

export const visitQuery = (visitId: string) =>
  queryOptions({ queryKey: ["visit", visitId], queryFn: () => request<Visit>(visitPath(visitId)) });

export const doctorsQuery = queryOptions({
  queryKey: ["doctors"],
  queryFn: () => request<Doctor[]>("/api/doctors"),
  staleTime: 300_000,
});

export const slotsQuery = (doctorId: string, from: string, to: string, status: "free" | "any") =>
  queryOptions({
    queryKey: ["slots", doctorId, from, to, status],
    queryFn: () =>
      request<Slot[]>(`/api/slots?${new URLSearchParams({ doctor_id: doctorId, from, to, status, limit: MOST_SLOTS }).toString()}`),
    enabled: doctorId !== "",
  });

export const transcriptQuery = (visitId: string) =>
  queryOptions({
    queryKey: ["transcript", visitId],
    queryFn: () => request<Transcript>(`${visitPath(visitId)}/transcript`),
  });

/** Every version of one line, oldest first. */
export const utteranceVersionsQuery = (visitId: string, utteranceId: string) =>
  queryOptions({
    queryKey: ["utterance-versions", visitId, utteranceId],
    queryFn: () => request<UtteranceVersion[]>(`${visitPath(visitId)}/utterances/${encodeURIComponent(utteranceId)}/versions`),
    staleTime: 0,
  });

export const recordingsQuery = (visitId: string) =>
  queryOptions({
    queryKey: ["recordings", visitId],
    queryFn: () => request<RecordingSegment[]>(`${visitPath(visitId)}/recordings`),
    staleTime: 2_000,
  });

/** The video file of a visit, null where none was asked for. */
export const compositionQuery = (visitId: string) =>
  queryOptions({
    queryKey: ["composition", visitId],
    queryFn: async (): Promise<Composition | null> => {
      try {
        return await request<Composition>(`${visitPath(visitId)}/composition`);
      } catch (error) {
        if (error instanceof ServiceProblem && error.code === "composition_not_found") return null;
        throw error;
      }
    },
  });

export const qualityQuery = (visitId: string) =>
  queryOptions({
    queryKey: ["quality", visitId],
    queryFn: () => request<VisitQuality>(`${visitPath(visitId)}/quality`),
  });

export const noteQuery = (visitId: string) =>
  queryOptions({
    queryKey: ["note", visitId],
    queryFn: async (): Promise<EncounterNote> => {
      const { body, version } = await requestVersioned<EncounterNote>(`${visitPath(visitId)}/note`);
      return { ...body, version: version ?? body.version };
    },
  });

export const noteVersionsQuery = (visitId: string) =>
  queryOptions({
    queryKey: ["note-versions", visitId],
    queryFn: () => request<NoteVersion[]>(`${visitPath(visitId)}/note/versions`),
  });

export const noteVersionQuery = (visitId: string, version: number) =>
  queryOptions({
    queryKey: ["note-versions", visitId, version],
    queryFn: () => request<NoteVersionContent>(`${visitPath(visitId)}/note/versions/${version}`),
    staleTime: Infinity,
  });

/** What was saved as `version`, against the machine's draft as it stands. */
export const draftDiffQuery = (visitId: string, version: number) =>
  queryOptions({
    queryKey: ["note-versions", visitId, "draft", version],
    queryFn: () => request<NoteDiff>(`${visitPath(visitId)}/note/diff?${new URLSearchParams({ from: "0", to: String(version) }).toString()}`),
    staleTime: 0,
  });

export const awaitingNotesQuery = queryOptions({
  queryKey: ["notes-awaiting"],
  queryFn: () => request<AwaitingNote[]>("/api/notes/awaiting-countersignature"),
});

export const summaryQuery = (visitId: string) =>
  queryOptions({
    queryKey: ["summary", visitId],
    queryFn: () => request<VisitSummary>(`${visitPath(visitId)}/summary`),
  });

export const notePdfPath = (visitId: string) => `${visitPath(visitId)}/note.pdf`;
export const summaryPdfPath = (visitId: string) => `${visitPath(visitId)}/summary.pdf`;

export const chatQuery = (visitId: string) =>
  queryOptions({
    queryKey: ["chat", visitId],
    queryFn: () => request<ChatMessage[]>(`${visitPath(visitId)}/chat`),
  });

/** Files that were sent in the visit's chat. */
export const filesQuery = (visitId: string) =>
  queryOptions({
    queryKey: ["files", visitId],
    queryFn: () => request<VisitFile[]>(`${visitPath(visitId)}/files`),
  });

export const filePath = (visitId: string, fileId: string) => `${visitPath(visitId)}/files/${encodeURIComponent(fileId)}`;

export const invitationsQuery = (visitId: string) =>
  queryOptions({
    queryKey: ["invitations", visitId],
    queryFn: () => request<Invitation[]>(`${visitPath(visitId)}/invitations`),
    staleTime: 2_000,
  });

/** The visit this browser is a guest of, null where it is none. */
export const guestQuery = queryOptions({
  queryKey: ["guest"],
  queryFn: async (): Promise<GuestVisit | null> => {
    try {
      return await request<GuestVisit>("/api/guest");
    } catch (error) {
      if (error instanceof ServiceProblem && error.status >= 400 && error.status < 500) return null;
      throw error;
    }
  },
});

export const clinicSpeechQuery = queryOptions({
  queryKey: ["clinic-speech"],
  queryFn: () => request<ClinicSpeech>("/api/clinic/speech"),
});

export const clinicTemplatesQuery = queryOptions({
  queryKey: ["clinic-templates"],
  queryFn: () => request<ClinicTemplates>("/api/clinic/note-templates"),
});

export const clinicJobsQuery = queryOptions({
  queryKey: ["clinic-jobs"],
  queryFn: () => request<ClinicJob[]>("/api/clinic/jobs"),
});

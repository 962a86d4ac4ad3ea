/** Short names for the shapes that `npm run api` generates from the server's OpenAPI document. */
import type { components } from "./openapi";

type Schemas = components["schemas"];

export type Role = Schemas["Role"];
export type Session = Schemas["SessionView"];
export type DemoAccount = Omit<Schemas["DemoAccount"], "role"> & { role: Role };

/** RFC 9457 problem document. The browser adds its own kinds, with status 0. */
export type Problem = Pick<Schemas["Problem"], "title" | "status" | "code"> &
  Partial<Schemas["Problem"]> & { alternatives?: Slot[] };

export type Visit = Schemas["VisitView"];
export type LineView = Schemas["LineView"];
export type LineCheckStart = Schemas["CheckStart"];
export type VisitQuality = Schemas["VisitQuality"];
export type ParticipantQuality = Schemas["ParticipantQuality"];
export type QualityPoint = Schemas["QualityPoint"];
export type Doctor = Schemas["DoctorView"];
export type Slot = Schemas["SlotView"];
export type Appointment = Schemas["AppointmentView"];
export type Weekday = Schemas["Weekday"];
export type Availability = Schemas["AvailabilityBody"];
export type Published = Schemas["PublishedView"];
export type RoomTicket = Schemas["TicketView"];
export type IceServer = Schemas["IceServerView"];
export type ChatMessage = Schemas["ChatMessage"];
/** A file of a visit; `size` in bytes. */
export type VisitFile = Schemas["VisitFile"];
export type ChatFile = Schemas["ChatFile"];

export type Invitation = Schemas["InvitationView"];
export type GuestRole = Invitation["role"];
/** Its `path` is the link, told once. */
export type NewInvitation = Schemas["NewInvitationView"];
/** What a link is for, before it is used. */
export type Invited = Schemas["InvitedView"];
export type GuestVisit = Schemas["GuestView"];

/** `start` and `end` are seconds since the visit's media began. */
export type Utterance = Schemas["UtteranceView"];
export type Word = Schemas["WordView"];
export type WrittenSpan = Schemas["WrittenSpan"];
export type Suggestion = Schemas["SuggestionView"];
export type UtteranceVersion = Schemas["UtteranceVersion"];
/** As the socket tells it: the room already knows the names. */
export type LiveUtterance = Omit<Utterance, "speaker_name">;
export type Transcript = Schemas["Transcript"];
export type RecordingSegment = Schemas["RecordingView"];
export type Composition = Schemas["CompositionView"];

export type Statement = Schemas["Statement"];
export type NoteLine = Schemas["NoteLine"];
export type ReviewItem = Schemas["ReviewItem"];
export type OrderLine = Schemas["OrderFound"];
export type SuggestedCoding = Schemas["SuggestedCoding"];
export type Addendum = Schemas["Addendum"];
export type EncounterNote = Schemas["EncounterNote"];
export type NoteSuggestion = NoteLine;
export type StatementEdit = Schemas["StatementEdit"];
export type NoteEdits = Schemas["NoteEdits"];
export type OrderStatus = OrderLine["status"];
export type DismissReason = NonNullable<EncounterNote["dismissed"][string]>;
export type NoteVersion = Schemas["NoteVersionView"];
export type NoteVersionContent = Schemas["NoteVersionContent"];
export type NoteDiff = Schemas["NoteDiff"];
/** A trainee's signed note that the reader may countersign. */
export type AwaitingNote = Schemas["AwaitingNote"];
export type VisitSummary = Schemas["VisitSummary"];
export type SummaryAddendum = Schemas["SummaryAddendum"];

/** Its version comes from the ETag. */
export type ClinicSpeech = Schemas["ClinicSpeechView"];
export type ClinicSpeechEdits = Schemas["ClinicSpeechEdits"];
export type ClinicTemplates = Schemas["ClinicTemplates"];
export type ClinicTemplatesEdits = Schemas["ClinicTemplatesEdits"];
export type NoteTemplate = Schemas["NoteTemplate"];
export type TemplateSection = Schemas["TemplateSection"];
export type ClinicJob = Schemas["ClinicJob"];

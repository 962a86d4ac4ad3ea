"""What can go wrong with a record. No text here names a person or repeats what was said."""

from core.errors import Conflict, Forbidden, InvalidInput, NotFound, PreconditionFailed, ServiceError


class PatientNotFound(NotFound):
    code = "patient_not_found"
    title = "There is no such patient"
    next_step = "Check the link you followed."


class VisitNotFound(NotFound):
    code = "visit_not_found"
    title = "There is no such visit"
    next_step = "Open the visit from your list of visits."


class ParticipantNotFound(NotFound):
    code = "participant_not_found"
    title = "This person is not in the visit"
    next_step = "Join the visit first."


class UtteranceNotFound(NotFound):
    code = "utterance_not_found"
    title = "There is no such utterance"
    next_step = "Reload the transcript."


class UtteranceChanged(Conflict):
    """Other words are shown than those that were corrected; extra: current_revision."""

    code = "utterance_changed"
    title = "This line was changed since you opened it"
    next_step = "Read the line as it stands now, then correct it again if it is still wrong."


class UtterancePending(Conflict):
    code = "utterance_pending"
    title = "This line has not been written down yet"
    next_step = "Wait until its words are there, then correct them."


class CorrectionTooLong(InvalidInput):
    """extra: limit, in characters."""

    code = "correction_too_long"
    title = "The corrected line is too long"
    next_step = "Write only what was said in this line."


class SegmentNotFound(NotFound):
    code = "recording_not_found"
    title = "There is no such recording"
    next_step = "Reload the visit."


class NoteVersionNotFound(NotFound):
    code = "note_version_not_found"
    title = "The note has no such version"
    next_step = "Choose a version from the list."


class SummaryNotReady(NotFound):
    code = "summary_not_ready"
    title = "The visit summary is not ready yet"
    next_step = "It appears here once the doctor has signed the note."


class VisitEnded(Conflict):
    code = "visit_ended"
    title = "This visit has ended"
    next_step = "Book a new visit to talk again."


class VisitStatusRefused(Conflict):
    code = "visit_status_refused"
    title = "The visit cannot go from its present state to that one"
    next_step = "Reload the visit and try again."


class VisitRunning(Conflict):
    """More may be said: a signature names what is known when everything was."""

    code = "visit_running"
    title = "The visit is still going on"
    next_step = "End the visit first, then sign the note."


class NoteChanged(PreconditionFailed):
    """The note has another version than the one that was read and is to be signed, or none of that number; extra:
    current_version."""

    code = "note_changed"
    title = "The note was changed in another window"
    next_step = "Load the current note, then add your changes again."


class NoteConflict(Conflict):
    """Two people changed one line differently. extra: conflicts (id, base, theirs, yours of each line),
    order_conflicts (key, base, theirs, yours), current_version."""

    code = "note_conflict"
    title = "Somebody else changed the same line in another way"
    next_step = "Choose for each line which words stay, then save again."


class NoteUnreviewed(Conflict):
    """extra: unreviewed, how many lines."""

    code = "note_unreviewed"
    title = "Some lines of the note have not been reviewed yet"
    next_step = "Accept or change each of them, or confirm that you have read them all."


class OrderUnknown(InvalidInput):
    code = "order_unknown"
    title = "The note holds no such order"
    next_step = "Reload the note and decide again."


class CountersignatureNotNeeded(Conflict):
    code = "countersignature_not_needed"
    title = "The note does not wait for a countersignature"
    next_step = "Reload the note; it is unsigned, or already countersigned, or one signature is enough."


class OwnNote(Forbidden):
    code = "own_note"
    title = "Nobody countersigns their own note"
    next_step = "Ask the supervising doctor to countersign it."


class NoteSigned(Conflict):
    code = "note_signed"
    title = "The note is signed and locked"
    next_step = "Write an addendum instead."


class NoteNotSigned(Conflict):
    code = "note_not_signed"
    title = "The note is not signed yet"
    next_step = "Edit the note itself; addenda come after the signature."


class NoteNotSaved(Conflict):
    """Signing names one exact saved version; a draft that still grows is not one."""

    code = "note_not_saved"
    title = "The note has not been saved yet"
    next_step = "Read and save the note, then sign it."


class NoteEmpty(InvalidInput):
    code = "note_empty"
    title = "The note holds no statement"
    next_step = "Write at least one statement before signing."


class EvidenceUnknown(InvalidInput):
    code = "evidence_unknown"
    title = "A statement rests on something that was not said in this visit"
    next_step = "Reload the note and save again."


class AddendumEmpty(InvalidInput):
    code = "addendum_empty"
    title = "The addendum is empty"
    next_step = "Write the addendum's text."


class ChatEmpty(InvalidInput):
    code = "chat_empty"
    title = "The message is empty"
    next_step = "Write a message of at most 4,000 characters."


class PeriodInvalid(InvalidInput):
    code = "period_invalid"
    title = "The period is not one that can be listed"
    next_step = "Ask for a period of at most two years, its start before its end."


class NotYourConsent(Forbidden):
    code = "not_your_consent"
    title = "Only the person concerned can give or withdraw consent"
    next_step = "Ask the person to set it in their own window."


class NotYourVisit(Forbidden):
    """Colleagues who treat the patient read the note; it stays the words of the visit's own doctor."""

    code = "not_your_visit"
    title = "Only the doctor of this visit can write or sign its note"
    next_step = "Ask the doctor of the visit; once it is signed you can write an addendum."


class NotAdmitted(Forbidden):
    code = "not_admitted"
    title = "You have not been admitted to the visit yet"
    next_step = "Wait until the doctor lets you in."


class RecordUnreadable(ServiceError):
    """Ciphertext that does not open, or a signed note whose hash no longer fits: tampered or moved."""

    code = "record_unreadable"
    status = 500
    title = "A part of this record could not be verified"
    next_step = "Tell the administrator; nothing is shown that cannot be proved unchanged."


class StatementRepeated(InvalidInput):
    code = "statement_repeated"
    title = "Two lines of the note carry the same key"
    next_step = "Send a copied line without its id and key; it then becomes a line of its own."


class CompositionNotFound(NotFound):
    code = "composition_not_found"
    title = "There is no video file of this visit"
    next_step = "Make one from the recording's page."


class NothingRecorded(Conflict):
    code = "nothing_recorded"
    title = "Nothing of this visit was recorded"
    next_step = "A visit is recorded while everybody in it agrees."


class RecordingUnfinished(Conflict):
    """The recorder still writes the last pieces."""

    code = "recording_unfinished"
    title = "The recording is still being written"
    next_step = "Try again in a few seconds."

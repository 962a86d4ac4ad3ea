"""The record: patients, visits, consent, transcripts, recordings, notes and chat, encrypted and versioned.

Only this package decrypts. What a person reads goes through a method that takes the `Actor`, asks
`access` for permission and care relationship, and leaves an audit row in the same transaction; methods
marked "System use" serve workers and the room server and are never reachable from a request. Every value
that names a person or holds their words is sealed with that patient's own key and bound to its row.
"""

from clinical_store.background import Background
from clinical_store.composition_http import CompositionHttp
from clinical_store.compositions import Composition, CompositionState
from clinical_store.file_http import FileHttp
from clinical_store.file_shelf import FileShelf
from clinical_store.files import CHAT_ADDED, VisitFile
from clinical_store.http import ClinicalStoreHttp
from clinical_store.model import (
    PURPOSES,
    ChatMessage,
    Gap,
    GapKind,
    Participant,
    ParticipantState,
    Patient,
    Purpose,
    Segment,
    SegmentKind,
    Speaker,
    Visit,
    VisitStatus,
    VisitView,
    join_path,
    speaker_of,
)
from clinical_store.note import (
    ICD10CM,
    DraftStatement,
    EncounterNote,
    NoteEdits,
    OrderFound,
    ReviewItem,
    Statement,
    StatementEdit,
    SuggestedCoding,
)
from clinical_store.note_http import NoteHttp
from clinical_store.ports import NoteForm
from clinical_store.quality_model import LineCheck, LineView, QualitySample, VisitQuality
from clinical_store.store import ClinicalStore
from clinical_store.summary import VisitSummary
from clinical_store.transcript_model import (
    FinalPassView,
    HeardText,
    HeardWord,
    SuggestionView,
    TextSource,
    Transcript,
    TranscriptTurn,
    Utterance,
    UtteranceState,
    UtteranceVersion,
    UtteranceView,
    WordView,
    WrittenSpan,
)

__all__ = [
    "CHAT_ADDED",
    "ICD10CM",
    "PURPOSES",
    "Background",
    "ChatMessage",
    "ClinicalStore",
    "ClinicalStoreHttp",
    "Composition",
    "CompositionHttp",
    "CompositionState",
    "DraftStatement",
    "EncounterNote",
    "FileHttp",
    "FileShelf",
    "FinalPassView",
    "Gap",
    "GapKind",
    "HeardText",
    "HeardWord",
    "LineCheck",
    "LineView",
    "NoteEdits",
    "NoteForm",
    "NoteHttp",
    "OrderFound",
    "Participant",
    "ParticipantState",
    "Patient",
    "Purpose",
    "QualitySample",
    "ReviewItem",
    "Segment",
    "SegmentKind",
    "Speaker",
    "Statement",
    "StatementEdit",
    "SuggestedCoding",
    "SuggestionView",
    "TextSource",
    "Transcript",
    "TranscriptTurn",
    "Utterance",
    "UtteranceState",
    "UtteranceVersion",
    "UtteranceView",
    "Visit",
    "VisitFile",
    "VisitQuality",
    "VisitStatus",
    "VisitSummary",
    "VisitView",
    "WordView",
    "WrittenSpan",
    "join_path",
    "speaker_of",
]

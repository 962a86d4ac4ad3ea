"""Shapes of the REST answers that are not already a value of the model."""

from datetime import datetime
from uuid import UUID

from clinical_store.model import Gap, Participant, Segment, SegmentKind, Speaker
from clinical_store.note import Frozen, NoteVersion, Signature, Statement


class RecordingView(Frozen):
    """One piece of a participant's recording. `end` is null until something is on disk.

    `gaps`: where sound or picture was lost on the way to the recorder.
    """

    segment_id: UUID
    participant_id: UUID
    speaker: Speaker
    speaker_name: str
    kind: SegmentKind
    start: float
    end: float | None
    closed: bool
    gaps: tuple[Gap, ...]


class NoteVersionView(Frozen):
    """A line of the list of versions."""

    version: int
    author_name: str
    saved_at: datetime
    statements: int
    signed: bool


class NoteVersionContent(Frozen):
    """One saved version in full."""

    version: int
    author_name: str
    saved_at: datetime
    statements: tuple[Statement, ...]
    signed: bool


def recording_view(segment: Segment, person: Participant) -> RecordingView:
    return RecordingView(
        segment_id=segment.id,
        participant_id=segment.participant_id,
        speaker=person.speaker,
        speaker_name=person.display_name,
        kind=segment.kind,
        start=segment.start,
        end=segment.end,
        closed=segment.closed_cleanly is not None,
        gaps=segment.gaps,
    )


def version_view(version: NoteVersion, signature: Signature | None) -> NoteVersionView:
    return NoteVersionView(
        version=version.version,
        author_name=version.author_name,
        saved_at=version.saved_at,
        statements=len(version.statements),
        signed=_is_signed(version, signature),
    )


def version_content(version: NoteVersion, signature: Signature | None) -> NoteVersionContent:
    return NoteVersionContent(
        version=version.version,
        author_name=version.author_name,
        saved_at=version.saved_at,
        statements=version.statements,
        signed=_is_signed(version, signature),
    )


def _is_signed(version: NoteVersion, signature: Signature | None) -> bool:
    return signature is not None and signature.version == version.version

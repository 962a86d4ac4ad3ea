"""The tables. Every column that holds what a person said, typed or is called is sealed bytes.

Ids, times, states and account ids are plain: they carry no word. Times of speech and recordings are
whole milliseconds from the visit's media epoch.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base

_Moment = DateTime(timezone=True)


def _one_of(column: str, *values: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def _participant_of_visit() -> ForeignKeyConstraint:
    """A participant's words belong to the visit that the participant is in."""
    return ForeignKeyConstraint(
        ["participant_id", "visit_id"], ["visit_participant.id", "visit_participant.visit_id"]
    )


class PatientRow(Base):
    """`wrapped_key`: the patient's data key under the key-encryption key. Destroying it erases the record."""

    __tablename__ = "patient"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    name: Mapped[bytes] = mapped_column(LargeBinary)
    date_of_birth: Mapped[bytes | None] = mapped_column(LargeBinary)
    sex: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(_Moment)


class VisitRow(Base):
    __tablename__ = "visit"
    __table_args__ = (
        _one_of("status", "scheduled", "waiting", "in_progress", "ended"),
        CheckConstraint("starts_at < ends_at", name="period"),
        CheckConstraint("phone_since IS NULL OR phone_reference IS NOT NULL", name="phone"),
        Index(
            "uq_visit_phone_reference",
            "phone_reference",
            unique=True,
            postgresql_where=text("status <> 'ended'"),
        ),
        Index(None, "doctor_account_id", "starts_at"),
        Index(None, "patient_id", "starts_at"),
        Index(None, "starts_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    doctor_account_id: Mapped[UUID]
    starts_at: Mapped[datetime] = mapped_column(_Moment)
    ends_at: Mapped[datetime] = mapped_column(_Moment)
    status: Mapped[str] = mapped_column(Text)
    media_epoch: Mapped[datetime | None] = mapped_column(_Moment)
    waiting_since: Mapped[datetime | None] = mapped_column(_Moment)
    ended_at: Mapped[datetime | None] = mapped_column(_Moment)
    transcript_completed_at: Mapped[datetime | None] = mapped_column(_Moment)
    reason: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_since: Mapped[datetime | None] = mapped_column(_Moment)
    phone_reference: Mapped[str | None] = mapped_column(Text)


class ParticipantRow(Base):
    __tablename__ = "visit_participant"
    __table_args__ = (
        UniqueConstraint("visit_id", "account_id"),
        UniqueConstraint("id", "visit_id"),
        _one_of("state", "invited", "waiting", "admitted", "left"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"))
    account_id: Mapped[UUID] = mapped_column(index=True)
    role: Mapped[str] = mapped_column(Text)
    display_name: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text)


class ConsentRow(Base):
    """Append-only: each change of mind is a new version. `text_version`: the words that were agreed to."""

    __tablename__ = "consent"
    __table_args__ = (_one_of("purpose", "record", "transcribe"),)

    participant_id: Mapped[UUID] = mapped_column(ForeignKey("visit_participant.id"), primary_key=True)
    purpose: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    granted: Mapped[bool]
    text_version: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(_Moment)


class UtteranceRow(Base):
    """`audio` is kept only until the text is there. `text`: the words that are shown; in full, with all that was heard
    before, they are in `utterance_version`. `revision`: of what is shown, 0 until something is. `problem`: an error's
    code."""

    __tablename__ = "utterance"
    __table_args__ = (
        UniqueConstraint("participant_id", "start_ms"),
        _participant_of_visit(),
        _one_of("state", "pending", "final", "empty"),
        CheckConstraint("0 <= start_ms AND start_ms < end_ms", name="period"),
        CheckConstraint("(state = 'pending') = (audio IS NOT NULL)", name="audio"),
        CheckConstraint("(state = 'final') = (text IS NOT NULL)", name="text"),
        _one_of("source", "live", "final", "correction"),
        CheckConstraint("problem ~ '^[a-z_]{1,60}$'", name="problem"),
        Index(None, "visit_id", "start_ms"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID]
    participant_id: Mapped[UUID]
    start_ms: Mapped[int] = mapped_column(BigInteger)
    end_ms: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text)
    model: Mapped[str | None] = mapped_column(Text)
    confidence: Mapped[float | None] = mapped_column(Double)
    text: Mapped[bytes | None] = mapped_column(LargeBinary)
    audio: Mapped[bytes | None] = mapped_column(LargeBinary)
    added_at: Mapped[datetime] = mapped_column(_Moment)
    completed_at: Mapped[datetime | None] = mapped_column(_Moment)
    revision: Mapped[int] = mapped_column(server_default="0")
    source: Mapped[str | None] = mapped_column(Text)
    problem: Mapped[str | None] = mapped_column(Text)


class UtteranceVersionRow(Base):
    """What was heard of an utterance, or written by a doctor: never changed (a trigger refuses UPDATE), deleted with
    the words themselves. `content` is a sealed `KeptText`, bound to utterance and revision."""

    __tablename__ = "utterance_version"
    __table_args__ = (
        _one_of("source", "live", "final", "correction"),
        CheckConstraint("revision > 0", name="revision"),
        CheckConstraint("(source = 'correction') = (author_id IS NOT NULL)", name="author"),
    )

    utterance_id: Mapped[UUID] = mapped_column(ForeignKey("utterance.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(Text)
    model: Mapped[str | None] = mapped_column(Text)
    author_id: Mapped[UUID | None]
    at: Mapped[datetime] = mapped_column(_Moment)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class SegmentRow(Base):
    """`storage_name` is a generated id. `closed_cleanly` is null while the recorder writes. `kind`: the camera with
    the microphone, or the screen. `gaps`: [from ms, to ms, "sound" or "picture"], in order: lost on the way."""

    __tablename__ = "recording_segment"
    __table_args__ = (
        _participant_of_visit(),
        _one_of("kind", "camera", "screen"),
        CheckConstraint("0 <= start_ms AND start_ms <= end_ms", name="period"),
        Index(None, "visit_id", "start_ms"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID]
    participant_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(Text)
    storage_name: Mapped[str] = mapped_column(Text, unique=True)
    start_ms: Mapped[int] = mapped_column(BigInteger)
    end_ms: Mapped[int | None] = mapped_column(BigInteger)
    closed_cleanly: Mapped[bool | None]
    gaps: Mapped[list[list[int | str]]] = mapped_column(JSONB)


class DraftRow(Base):
    __tablename__ = "draft"
    __table_args__ = (CheckConstraint("revision > 0", name="revision"),)

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    revision: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    updated_at: Mapped[datetime] = mapped_column(_Moment)


class NoteVersionRow(Base):
    """Append-only (a trigger refuses UPDATE and DELETE)."""

    __tablename__ = "encounter_note_version"
    __table_args__ = (CheckConstraint("version > 0", name="version"),)

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    author_id: Mapped[UUID]
    saved_at: Mapped[datetime] = mapped_column(_Moment)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class SignatureRow(Base):
    """Append-only. `sha256` is that of the version's canonical JSON; `seal` covers the whole row, null in those of
    before it was made."""

    __tablename__ = "signature"
    __table_args__ = (
        ForeignKeyConstraint(
            ["visit_id", "version"], ["encounter_note_version.visit_id", "encounter_note_version.version"]
        ),
        CheckConstraint("octet_length(sha256) = 32", name="sha256"),
    )

    visit_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    signer_id: Mapped[UUID]
    signer_name: Mapped[bytes] = mapped_column(LargeBinary)
    signed_at: Mapped[datetime] = mapped_column(_Moment)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    unreviewed: Mapped[int] = mapped_column(server_default="0")
    supervised: Mapped[bool] = mapped_column(server_default="false")
    seal: Mapped[bytes | None] = mapped_column(LargeBinary)


class CountersignatureRow(Base):
    """Append-only: a supervising doctor's name under a trainee's signature."""

    __tablename__ = "countersignature"
    __table_args__ = (CheckConstraint("octet_length(sha256) = 32", name="sha256"),)

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("signature.visit_id"), primary_key=True)
    signer_id: Mapped[UUID]
    signer_name: Mapped[bytes] = mapped_column(LargeBinary)
    signed_at: Mapped[datetime] = mapped_column(_Moment)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    seal: Mapped[bytes] = mapped_column(LargeBinary)


class AddendumRow(Base):
    """Append-only. `number`: its place under the note, from 1. `seal` covers it and all before it, null in those of
    before it was made."""

    __tablename__ = "addendum"
    __table_args__ = (
        UniqueConstraint("visit_id", "number"),
        CheckConstraint("number > 0", name="number"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("signature.visit_id"))
    number: Mapped[int]
    seal: Mapped[bytes | None] = mapped_column(LargeBinary)
    author_id: Mapped[UUID]
    author_name: Mapped[bytes] = mapped_column(LargeBinary)
    added_at: Mapped[datetime] = mapped_column(_Moment)
    text: Mapped[bytes] = mapped_column(LargeBinary)


class FileRow(Base):
    """Append-only: a file sent in the chat, whole on disk before its row exists. `storage_name`: its id."""

    __tablename__ = "visit_file"
    __table_args__ = (
        _participant_of_visit(),
        UniqueConstraint("id", "visit_id"),
        _one_of("kind", "pdf", "png", "jpeg", "text"),
        CheckConstraint("size > 0", name="size"),
        Index(None, "visit_id", "sent_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID]
    participant_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[bytes] = mapped_column(LargeBinary)
    storage_name: Mapped[str] = mapped_column(Text, unique=True)
    sent_at: Mapped[datetime] = mapped_column(_Moment)


class ChatRow(Base):
    """Append-only. `file_id`: the file this message brought; its text is then empty."""

    __tablename__ = "chat_message"
    __table_args__ = (
        _participant_of_visit(),
        ForeignKeyConstraint(["file_id", "visit_id"], ["visit_file.id", "visit_file.visit_id"]),
        Index(None, "visit_id", "sent_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID]
    participant_id: Mapped[UUID]
    sent_at: Mapped[datetime] = mapped_column(_Moment)
    text: Mapped[bytes] = mapped_column(LargeBinary)
    file_id: Mapped[UUID | None] = mapped_column(unique=True)


#: Tables whose rows are written once; the migration puts a trigger on each.
APPEND_ONLY = (
    "consent",
    "encounter_note_version",
    "signature",
    "countersignature",
    "addendum",
    "note_quality",
    "chat_message",
    "visit_file",
)

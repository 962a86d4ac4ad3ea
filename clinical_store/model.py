"""Visits and the people in them as pure values: states, who speaks as what, and what may follow what."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from clinical_store.file_kinds import FileKind
from clinical_store.note import Frozen
from clinical_store.quality_model import LineView

Purpose = Literal["record", "transcribe"]
PURPOSES: tuple[Purpose, ...] = ("record", "transcribe")
Speaker = Literal["doctor", "patient", "companion"]
NoteStatus = Literal["none", "draft", "awaiting_countersignature", "signed"]
SegmentKind = Literal["camera", "screen"]
GapKind = Literal["sound", "picture"]


class VisitStatus(StrEnum):
    SCHEDULED = "scheduled"
    WAITING = "waiting"
    IN_PROGRESS = "in_progress"
    ENDED = "ended"

    def may_become(self, following: VisitStatus) -> bool:
        """A patient may leave the waiting room again; a call that began only ends; an end is final."""
        return following is self or following in _FOLLOWING[self]


_FOLLOWING = {
    VisitStatus.SCHEDULED: {VisitStatus.WAITING, VisitStatus.IN_PROGRESS, VisitStatus.ENDED},
    VisitStatus.WAITING: {VisitStatus.SCHEDULED, VisitStatus.IN_PROGRESS, VisitStatus.ENDED},
    VisitStatus.IN_PROGRESS: {VisitStatus.ENDED},
    VisitStatus.ENDED: set[VisitStatus](),
}


RUNNING = frozenset({VisitStatus.WAITING, VisitStatus.IN_PROGRESS})
"""Somebody waits or talks."""


class ParticipantState(StrEnum):
    INVITED = "invited"
    WAITING = "waiting"
    ADMITTED = "admitted"
    LEFT = "left"


class Patient(Frozen):
    """A person whose record this is. `date_of_birth` and `sex` may be unknown."""

    id: UUID
    name: str
    date_of_birth: date | None
    sex: str | None


class Visit(Frozen):
    """One consultation. `media_epoch` is the zero of every media time of the visit, set once."""

    id: UUID
    patient_id: UUID
    doctor_account_id: UUID
    starts_at: datetime
    ends_at: datetime
    status: VisitStatus
    media_epoch: datetime | None = None
    waiting_since: datetime | None = None
    ended_at: datetime | None = None
    phone_since: datetime | None = None
    phone_reference: str | None = None


class VisitView(Frozen):
    """A visit as a person sees it in a list. `reason` and `note_status` are null for whom they are not; `line`, the
    patient's device check, is for the clinic's side while somebody waits. `phone_since`: it goes (or went) on by phone,
    under `phone_reference`."""

    id: UUID
    status: VisitStatus
    starts_at: datetime
    ends_at: datetime
    patient_name: str
    doctor_name: str
    doctor_id: UUID
    join_path: str
    waiting_since: datetime | None
    note_status: NoteStatus | None
    reason: str | None
    line: LineView | None = None
    phone_since: datetime | None = None
    phone_reference: str | None = None


class Participant(Frozen):
    """One account in one visit."""

    id: UUID
    visit_id: UUID
    account_id: UUID
    role: str
    display_name: str
    state: ParticipantState

    @property
    def speaker(self) -> Speaker:
        return speaker_of(self.role)


class ChatFile(Frozen):
    """A file that a message of the chat brought. `size` in bytes."""

    id: UUID
    name: str
    kind: FileKind
    size: int


class ChatMessage(Frozen):
    """A line of the visit's chat, or a file in it (then `text` is empty)."""

    id: UUID
    participant_id: UUID
    display_name: str
    text: str
    sent_at: datetime
    file: ChatFile | None = None


class Gap(Frozen):
    """Lost on the way to the recorder. Seconds from the visit's media epoch."""

    start: float
    end: float
    kind: GapKind


class Segment(Frozen):
    """A stretch of one participant's recording. Times in seconds from the visit's media epoch.

    `kind`: camera and microphone, or the shared screen. `closed_cleanly` is null while the recorder still writes;
    `end` is then what is known to be on disk.
    """

    id: UUID
    visit_id: UUID
    participant_id: UUID
    kind: SegmentKind = "camera"
    storage_name: str
    start: float
    end: float | None
    closed_cleanly: bool | None
    gaps: tuple[Gap, ...] = ()


def speaker_of(role: str) -> Speaker:
    """What a participant's words count as: a nurse asks and examines as the doctor does."""
    if role in ("doctor", "nurse"):
        return "doctor"
    return "patient" if role == "patient" else "companion"


def join_path(visit_id: UUID) -> str:
    """The page on which a visit is joined; holds an id and nothing else."""
    return f"/visits/{visit_id}"


def milliseconds(seconds: float) -> int:
    """Whole milliseconds from the media epoch; a packet that arrived a moment before it counts as at zero."""
    return max(0, round(seconds * 1000))

"""What was said, as pure values."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Literal
from uuid import UUID, uuid5

from clinical_store.model import Speaker, VisitStatus
from clinical_store.note import Frozen

TranscriptStatus = Literal["live", "completing", "complete"]
DEMO_NOTICE = "Written by the demo speech model, which knows only the demo's voices and words. Not for care."


_UTTERANCES = UUID("5d1f5c0e-6a51-4f5c-9a58-1f4f5f6f7a10")


def utterance_id(participant_id: UUID, start_ms: int) -> UUID:
    """The same for the same person and moment, so that open and closed, live and heard again are one utterance."""
    return uuid5(_UTTERANCES, f"{participant_id}/{start_ms}")


class UtteranceState(StrEnum):
    """`pending`: audio waits for the speech worker; `empty`: it held no words."""

    PENDING = "pending"
    FINAL = "final"
    EMPTY = "empty"


class Utterance(Frozen):
    """One stretch of one person's speech. Times in seconds from the visit's media epoch."""

    id: UUID
    visit_id: UUID
    participant_id: UUID
    start: float
    end: float
    state: UtteranceState


class UtteranceView(Frozen):
    """An utterance as the transcript shows it."""

    id: UUID
    participant_id: UUID
    speaker: Speaker
    speaker_name: str
    start: float
    end: float
    text: str
    confidence: float | None
    state: UtteranceState


class Transcript(Frozen):
    """Everything said, in time order. `notice` is what a reader must know first, else null."""

    visit_id: UUID
    status: TranscriptStatus
    notice: str | None
    utterances: tuple[UtteranceView, ...]


class TranscriptTurn(Frozen):
    """A finished, non-empty utterance as the note is drafted from it."""

    utterance_id: UUID
    participant_id: UUID
    speaker: Speaker
    text: str
    start: float
    end: float
    confidence: float | None


def status_of(
    visit: VisitStatus, utterances: Sequence[UtteranceView], *, heard_to_the_end: bool
) -> TranscriptStatus:
    """`heard_to_the_end`: the recording was searched for what nobody has written yet, or there is none."""
    if visit is not VisitStatus.ENDED:
        return "live"
    waiting = any(utterance.state is UtteranceState.PENDING for utterance in utterances)
    return "complete" if heard_to_the_end and not waiting else "completing"


def notice_of(models: Sequence[str | None]) -> str | None:
    """The demo model must say so wherever its words are shown."""
    return DEMO_NOTICE if any(model and model.startswith("demo") for model in models) else None

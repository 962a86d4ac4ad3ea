"""What is being said, on the screens of those who may read the transcript (in `serve`).

The words of an open utterance are shown as `transcript.utterance` with state "open": the agreed ones firm, the others
as the newest hearing has them. The closed utterance replaces the line under the same id (app/flows.py). A line that
never closes disappears: nobody has heard of it for some seconds, or transcription is not agreed to any more.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from pydantic import JsonValue

from app.open_speech import WORDS_HEARD, LiveKeys, OpenWords
from clinical_store import ClinicalStore, Participant, UtteranceState, UtteranceView
from clinical_store.errors import UtteranceNotFound
from clinical_store.transcript_model import WordView
from core.bus import Event
from core.database import Database
from core.errors import ServiceError
from core.telemetry import get_logger
from transcription import Word
from transcription.agreement import Agreement

log = get_logger()

SILENT_SECONDS = 6.0
"""A line that nothing is heard of for so long has lost its speaker, its recorder or its worker."""
SWEEP_SECONDS = 0.5
MOST_LINES = 512
MOST_CLOSED = 4096
CLOSING = ("utterance.added", "utterance.completed")


class Rooms(Protocol):
    """signaling.RoomServer, as far as it is asked here."""

    def transcribed(self, visit_id: UUID) -> datetime | None: ...

    def refused(self, visit_id: UUID) -> bool: ...

    async def push_utterance(self, visit_id: UUID, view: Mapping[str, JsonValue]) -> None: ...


@dataclass(slots=True)
class _Line:
    """One open utterance on screens. `closed`: its final words are on their way."""

    visit_id: UUID
    speaker: Participant
    start: float
    end: float
    seen: float
    agreement: Agreement = field(default_factory=Agreement)
    closed: bool = False

    def view(self, utterance_id: UUID, state: UtteranceState = UtteranceState.OPEN) -> UtteranceView:
        words = self.agreement.words if state is UtteranceState.OPEN else ()
        return UtteranceView(
            id=utterance_id,
            participant_id=self.speaker.id,
            speaker=self.speaker.speaker,
            speaker_name=self.speaker.display_name,
            start=self.start,
            end=self.end,
            text=" ".join(word.text for word in words),
            confidence=None,
            state=state,
            revision=0,
            source=None,
            words=tuple(
                WordView(text=word.text, confidence=word.confidence, start=word.start, end=word.end)
                for word in words
            ),
            written=(),
            suggestions=(),
            changed=(),
            warnings=(),
            language=None,
            problem=None,
            firm=len(self.agreement.firm) if state is UtteranceState.OPEN else None,
        )


@dataclass(slots=True)
class OpenLines:
    """`show` takes every event of the bus before app.flows.Showing does; `run` clears lines away."""

    database: Database
    store: ClinicalStore
    rooms: Rooms
    keys: LiveKeys
    monotonic: Callable[[], float] = time.monotonic
    _lines: dict[UUID, _Line] = field(default_factory=dict)
    _over: OrderedDict[UUID, None] = field(default_factory=OrderedDict)

    async def show(self, event: Event) -> None:
        """Raises ServiceError, KeyError, ValueError as app.flows.Showing does; other topics are passed over."""
        if event.topic in CLOSING:
            self._close(_id(event, "utterance_id"), completed=event.topic == "utterance.completed")
        elif event.topic == WORDS_HEARD:
            await self._heard(event)

    async def run(self, stop: asyncio.Event) -> None:
        """Sweep until `stop`."""
        while not stop.is_set():
            try:
                await self.sweep()
            except ServiceError as error:  # the next sweep does it
                log.warning("open_lines.waiting", error_type=type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), SWEEP_SECONDS)

    async def sweep(self) -> None:
        """Take lines away that were lost or are not agreed to any more. Raises Unavailable."""
        for utterance_id, line in list(self._lines.items()):
            lost = not line.closed and self.monotonic() - line.seen > SILENT_SECONDS
            unwanted = self.rooms.transcribed(line.visit_id) is None
            if unwanted:
                self._forbid(utterance_id)
            if lost or unwanted:
                await self._take_away(utterance_id, line)

    async def _heard(self, event: Event) -> None:
        visit_id, utterance_id = _id(event, "visit_id"), _id(event, "utterance_id")
        if not self._wanted(visit_id, utterance_id, _seconds(event, "end_ms")):
            return
        key = await self.keys.of(visit_id)
        words = OpenWords.of_event(visit_id, utterance_id, str(event.payload["sealed"]), key)
        speaker = await self._speaker(visit_id, utterance_id, words.participant_id)
        if speaker is None or not self._wanted(visit_id, utterance_id, words.end):
            return  # closed, or no longer agreed to, while we looked
        line = self._lines.setdefault(utterance_id, _Line(visit_id, speaker, words.start, 0.0, 0.0))
        spoken = [Word(one.text, one.confidence, one.start, one.end) for one in words.words]
        line.agreement = line.agreement.heard(spoken)
        line.end, line.seen = words.end, self.monotonic()
        await self.rooms.push_utterance(visit_id, line.view(utterance_id).model_dump(mode="json"))

    def _wanted(self, visit_id: UUID, utterance_id: UUID, end: float) -> bool:
        """Whether this hearing may be shown: agreed to, open, and newer than what is shown."""
        if self.rooms.transcribed(visit_id) is None or utterance_id in self._over:
            return False
        line = self._lines.get(utterance_id)
        return len(self._lines) < MOST_LINES if line is None else end > line.end

    async def _speaker(self, visit_id: UUID, utterance_id: UUID, participant_id: UUID) -> Participant | None:
        if (line := self._lines.get(utterance_id)) is not None:
            return line.speaker
        async with self.database.transaction() as session:
            people = await self.store.participants(session, visit_id)
        return next((person for person in people if person.id == participant_id), None)

    def _close(self, utterance_id: UUID, *, completed: bool) -> None:
        """From here on no hearing of it is shown; the line stays until its final words replace it."""
        self._forbid(utterance_id)
        if completed:
            self._lines.pop(utterance_id, None)
        elif (line := self._lines.get(utterance_id)) is not None:
            line.closed = True

    def _forbid(self, utterance_id: UUID) -> None:
        self._over[utterance_id] = None
        while len(self._over) > MOST_CLOSED:
            self._over.popitem(last=False)

    async def _take_away(self, utterance_id: UUID, line: _Line) -> None:
        """What the record knows of the utterance is shown instead, nothing when it knows nothing.

        What is still to be written is not, where somebody took back their consent: nothing of it is shown any more.
        """
        view = line.view(utterance_id, UtteranceState.EMPTY)
        try:
            async with self.database.transaction() as session:
                stored = await self.store.utterance_shown(session, utterance_id)
            if stored.state is not UtteranceState.PENDING or not self.rooms.refused(line.visit_id):
                view = stored
        except UtteranceNotFound:
            pass
        except ServiceError:
            if not self.rooms.refused(line.visit_id):
                raise  # the next sweep does it; who took back their consent does not wait for the record
        if self._lines.pop(utterance_id, None) is not None:  # else its final words came meanwhile
            await self.rooms.push_utterance(line.visit_id, view.model_dump(mode="json"))


def _id(event: Event, name: str) -> UUID:
    return UUID(str(event.payload[name]))


def _seconds(event: Event, name: str) -> float:
    """Whoever can write to Valkey can write anything there: a ValueError passes it over, any other ends the process."""
    given = event.payload[name]
    if not isinstance(given, int) or not 0 <= given < 1 << 53:
        raise ValueError("no time in milliseconds")
    return given / 1000

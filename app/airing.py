"""What is being said, told while it is said (in `record`): the open utterances' sound, about once a second each.

Nothing waits for this and nothing is kept for it: what cannot be told now is left out. The closed utterance takes its
own, durable way (app/flows.py).
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from app.open_speech import LiveKeys, OpenSound
from app.sound import pcm16
from core.broadcast import Broadcast
from core.errors import ServiceError
from core.telemetry import counter, get_logger
from transcription import Utterance

log = get_logger()
TOLD = counter("open_speech_total", "Pieces of open utterances, by what became of them", ("outcome",))

FIRST_SECONDS = 0.8
"""So much must have been said before it is worth a hearing."""
EVERY_SECONDS = 1.0
"""Of new speech between two hearings of an utterance."""
TOLERANCE_SECONDS = 0.05
"""The finder works in windows of 32 ms; a piece is not put off to the next sound (0.2 s) for less."""
STALE_SECONDS = 2.0
"""Older is not told any more: the next one is on its way."""


class Finder(Protocol):
    """transcription.UtteranceFinder, as far as it is asked here."""

    def open(self) -> Utterance | None: ...


@dataclass(slots=True)
class _Piece:
    sound: OpenSound
    since: float


@dataclass(slots=True)
class Airing:
    """The newest piece of each speaker waits to be told, one at most; who stopped agreeing is forgotten at once."""

    keys: LiveKeys
    air: Broadcast
    monotonic: Callable[[], float] = time.monotonic
    _last: dict[UUID, tuple[float, float]] = field(default_factory=dict)  # start and end of the last piece
    _waiting: dict[UUID, _Piece] = field(default_factory=dict)
    _more: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None
    _away: bool = False

    def listen(self, visit_id: UUID, participant_id: UUID, finder: Finder, now: float) -> None:
        """The finder has heard up to `now` (seconds since the epoch): take what is open, when it is time."""
        start, end = self._last.get(participant_id, (math.nan, -math.inf))
        if now - end < EVERY_SECONDS - TOLERANCE_SECONDS or (said := finder.open()) is None:
            return
        goes_on = said.start == start
        new, enough = (said.end - end, EVERY_SECONDS) if goes_on else (said.end - said.start, FIRST_SECONDS)
        if new < enough - TOLERANCE_SECONDS:
            return
        self._last[participant_id] = (said.start, said.end)
        sound = OpenSound(visit_id, participant_id, said.start, said.end, pcm16(said.samples))
        self._waiting[participant_id] = _Piece(sound, self.monotonic())
        self._more.set()
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="airing")

    def closed(self, participant_id: UUID) -> None:
        """The utterance is over and goes its own way: what waits of it is not told any more."""
        self._waiting.pop(participant_id, None)

    def end(self, participant_id: UUID) -> None:
        """They are not heard any more (left, or somebody does not agree): from here on nothing of theirs is told."""
        self._waiting.pop(participant_id, None)
        self._last.pop(participant_id, None)

    async def close(self) -> None:
        """Tell nothing more."""
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            while self._waiting:
                await self._tell(*next(iter(self._waiting.items())))

    async def _tell(self, participant_id: UUID, piece: _Piece) -> None:
        """Whatever goes wrong costs this piece only."""
        try:
            key = await self.keys.of(piece.sound.visit_id)
            if self._waiting.get(participant_id) is not piece:
                return  # replaced, closed, or no longer agreed to while the key was looked up
            del self._waiting[participant_id]
            if self.monotonic() - piece.since > STALE_SECONDS:
                TOLD.labels("stale").inc()
                return
            await self.air.send(piece.sound.sealed(key))
            TOLD.labels("told").inc()
            self._away = False
        except (ServiceError, ValueError) as error:
            if self._waiting.get(participant_id) is piece:
                del self._waiting[participant_id]
            TOLD.labels("lost").inc()
            if not self._away:  # an outage is said once
                log.warning("open_speech.not_told", error_type=type(error).__name__)
            self._away = True

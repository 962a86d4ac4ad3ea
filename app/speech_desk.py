"""The speech model of a worker: its queue is worked on while the model can be used.

While it cannot (no file, a damaged one, too little memory), the worker goes on with its other queues, leaves this one
to workers that can, tells what waits why it waits, and looks again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from clinical_store import ClinicalStore
from core.database import Database
from core.errors import ServiceError, Unavailable
from core.jobs import Held, hold_queue
from core.telemetry import gauge, get_logger
from transcription import Priority, Request, Transcription, resolve
from transcription.errors import Retryable, SpeechEngineBusy, SpeechEngineFailed, UtteranceTooLong

log = get_logger()
USABLE = gauge(
    "speech_model_usable", "1 while the speech model of this worker can be used, else 0", ("queue",)
)

TICK_SECONDS = 5.0
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 60.0  # between attempts to load a model whose file has not changed
TOLD_AFTER = timedelta(seconds=5)  # what waits shorter may be another worker's next
SOON_SECONDS, LATER_SECONDS = (
    1,
    15,
)  # a held job waits so long; of what is said now nobody waits long for a busy model

_NOT_THE_MODEL = (Retryable, SpeechEngineFailed, UtteranceTooLong)

RunQueue = Callable[[asyncio.Event], Awaitable[None]]
"""Works on the queue until the event is set."""


class Speech(Protocol):
    """What a job asks: `SpeechDesk`, or in tests something simpler."""

    async def transcribe(
        self, request: Request, priority: Priority = ..., timeout: float = ...
    ) -> Transcription: ...

    async def close(self) -> None: ...


class SpeechModel(Speech, Protocol):
    """`transcription.SpeechProcess`, as far as it is asked here."""

    @property
    def finals(self) -> int: ...

    async def start(self) -> None: ...


@dataclass(slots=True)
class SpeechDesk:
    """Also a `Speech` for jobs: an answer, an error of this utterance, or `Held` when the model is the trouble.

    Attributes:
        model: as the setting names it; its file is watched.
        queue: what its state is told by.
        kept: `run` loads the model and keeps it usable. Without, the first utterance loads it, and one that comes
            when it is time looks again whether it can be used.
        problem: the error code that keeps the model from being used, or None.
    """

    database: Database
    store: ClinicalStore
    speech: SpeechModel
    model: str
    queue: str
    kept: bool = True
    monotonic: Callable[[], float] = time.monotonic
    problem: str | None = None
    _closing: asyncio.Event = field(default_factory=asyncio.Event)
    _failed_at: object = None  # what the model's file was then
    _again_at: float = 0.0
    _pause: float = FIRST_PAUSE

    @property
    def finals(self) -> int:
        """As the model's; one more while it cannot be used: what is being said is left to other workers then."""
        return self.speech.finals + (self.problem is not None)

    async def transcribe(
        self, request: Request, priority: Priority = Priority.FINAL, timeout: float = 60.0
    ) -> Transcription:
        """As `SpeechProcess.transcribe`. Raises Held where the job should wait; a partial is told that it is busy."""
        if self.problem is not None and (self.kept or not self._is_time()):
            raise _not_now(self.problem, priority)
        try:
            heard = await self.speech.transcribe(request, priority, timeout)
        except SpeechEngineBusy as busy:
            raise _not_now(busy.code, priority) from busy
        except _NOT_THE_MODEL:
            raise
        except ServiceError as error:
            self._shut(error.code)
            raise _not_now(error.code, priority) from error
        self._open()
        return heard

    async def load(self) -> None:
        """Load the model, so that the first utterance need not wait for it; what hinders it is noted, not raised."""
        await self._usable()

    async def run(self, run_queue: RunQueue, stop: asyncio.Event) -> None:
        """Until `stop`: work on the queue while the model can be used, else tell and look again."""
        while not stop.is_set():
            if await self._comes_back(stop):
                await self._work(run_queue, stop)

    async def close(self) -> None:
        await self.speech.close()

    async def _work(self, run_queue: RunQueue, stop: asyncio.Event) -> None:
        self._closing = asyncio.Event()
        passed_on = asyncio.create_task(_pass_on(stop, self._closing), name="speech-desk")
        try:
            await run_queue(self._closing)
        finally:
            passed_on.cancel()
            await asyncio.gather(passed_on, return_exceptions=True)

    async def _comes_back(self, stop: asyncio.Event) -> bool:
        """True once the model can be used, False at `stop`."""
        while not stop.is_set():
            if await asyncio.to_thread(self._is_time) and await self._usable():
                return True
            await self._tell()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), TICK_SECONDS)
        return False

    def _is_time(self) -> bool:
        return (
            self.problem is None or self.monotonic() >= self._again_at or _mark(self.model) != self._failed_at
        )

    async def _usable(self) -> bool:
        try:
            await self.speech.start()
        except ServiceError as error:
            self._shut(error.code)
            return False
        self._open()
        return True

    def _open(self) -> None:
        if self.problem is not None:
            log.info("speech.usable", queue=self.queue)
        self.problem, self._pause = None, FIRST_PAUSE
        USABLE.labels(self.queue).set(1)

    def _shut(self, code: str) -> None:
        if code != self.problem:
            log.error("speech.held", queue=self.queue, code=code)
        self.problem, self._failed_at = code, _mark(self.model)
        self._again_at, self._pause = self.monotonic() + self._pause, min(2 * self._pause, LONGEST_PAUSE)
        USABLE.labels(self.queue).set(0)
        self._closing.set()

    async def _tell(self) -> None:
        if (code := self.problem) is None:
            return
        try:
            async with self.database.transaction() as session:
                if await hold_queue(session, self.queue, code):
                    await self.store.hold_utterances(session, code, TOLD_AFTER)
        except Unavailable:
            log.warning("speech.untold", queue=self.queue)


def _not_now(code: str, priority: Priority) -> Exception:
    """An open utterance has no job that could wait."""
    if priority is Priority.PARTIAL:
        return SpeechEngineBusy("It is not heard now.")
    return Held(code, LATER_SECONDS if priority is Priority.LATER else SOON_SECONDS)


def _mark(model: str) -> object:
    """Changes when the model's file does."""
    try:
        found = resolve(model).path.stat()
    except (ServiceError, OSError):
        return None
    return (found.st_ino, found.st_size, found.st_mtime_ns)


async def _pass_on(stop: asyncio.Event, closing: asyncio.Event) -> None:
    await stop.wait()
    closing.set()

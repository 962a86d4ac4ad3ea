"""The owner's side of the speech process: asyncio in front, Whisper in a child that may die."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Literal

from core.errors import ServiceError
from transcription.errors import SpeechEngineFailed, SpeechEngineLost, SpeechEngineSlow, SpeechOutOfMemory
from transcription.frames import (
    HEADER,
    LARGEST_ANSWER,
    MOST_BATCHED,
    Answer,
    frame,
    pack_requests,
    unpack_answers,
    unpack_start,
)
from transcription.guards import checked_seconds
from transcription.model import Request, Transcription
from transcription.waiting import BatchSize, Priority, Waiting, WaitingLine

Engine = Literal["openai", "faster"]
Context = Literal["fitted", "full"]

_ROOT = Path(__file__).resolve().parent.parent


class SpeechProcess:
    """A Whisper model in its own process, loaded once, started again when it died.

    One batch is worked on at a time; the others wait in order of their priority. A request whose batch
    failed (the child died, hung, ran out of memory) is heard once more alone before its caller is told, so
    one bad utterance costs its neighbours nothing.

    Args:
        model: ``demo``, an official name or a path.
        engine: ``openai`` (openai-whisper, the reference) or ``faster`` (CTranslate2).
        context: ``fitted`` lets the encoder see the utterance only and hears again in the full window at any
            doubt; ``full`` always pads to 30 s.
        threads: processor threads of the child.
        models_folder: where fetched weights lie; the default folder when None.
        most_waiting: callers beyond this many are refused at once.
        most_batched: utterances heard at once, 1 to 32.
        gather_seconds: how long a closed utterance waits for others to share its batch.
        start_seconds: how long loading the model may take.
        nice: how far the child steps back behind other processes of the machine.
    """

    def __init__(
        self,
        model: str = "demo",
        *,
        engine: Engine = "openai",
        context: Context = "fitted",
        threads: int = 1,
        models_folder: Path | None = None,
        most_waiting: int = 64,
        most_batched: int = 8,
        gather_seconds: float = 0.1,
        start_seconds: float = 120.0,
        nice: int = 5,
    ) -> None:
        self._command = ["-m", "transcription.child", "--model", model, "--engine", engine]
        self._command += ["--context", context, "--threads", str(threads), "--nice", str(nice)]
        if models_folder is not None:
            self._command += ["--models-folder", str(models_folder)]
        self._line = WaitingLine(most_waiting)
        self._size = BatchSize(min(most_batched, MOST_BATCHED))
        self._gather_seconds = gather_seconds
        self._start_seconds = start_seconds
        self._turn = asyncio.Lock()
        self._arrived = asyncio.Event()
        self._working: asyncio.Task[None] | None = None
        self._child: Process | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id, or None while there is none."""
        alive = self._child is not None and self._child.returncode is None
        return self._child.pid if alive and self._child else None

    @property
    def waiting(self) -> int:
        """Requests that wait or are in work."""
        return len(self._line.waiting) + len(self._line.in_work)

    @property
    def finals(self) -> int:
        """Closed utterances that wait or are in work: while there are any, a partial is refused."""
        present = (*self._line.waiting, *self._line.in_work)
        return sum(one.priority is Priority.FINAL for one in present)

    async def start(self) -> None:
        """Start the child and wait until its model is loaded. Does nothing when it runs.

        Raises:
            ModelMissing, ModelUnknown, ModelCorrupt, ModelUnsuitable: the model cannot be used.
            SpeechOutOfMemory: there is not enough memory for the model.
            SpeechEngineSlow: not ready within ``start_seconds``.
            SpeechEngineLost: the child died while it started.
        """
        async with self._turn:
            await self._ready()

    async def transcribe(
        self, request: Request, priority: Priority = Priority.FINAL, timeout: float = 60.0
    ) -> Transcription:
        """Hear one utterance (mono float32, 16 kHz, at most 30 s), starting the child when there is none.

        Args:
            request: the utterance, its vocabulary and its language.
            priority: finals before partials before the final pass.
            timeout: seconds the child may work on it; waiting for a turn and starting are not counted.

        Raises:
            SpeechEngineLost: the child died at it; retryable.
            SpeechEngineSlow: no answer in time, the child was stopped; retryable.
            SpeechEngineBusy: too many callers wait already, or a partial came while finals wait; retryable.
            SpeechOutOfMemory: not enough memory for it; retryable.
            UtteranceTooLong, SpeechEngineFailed, and what :meth:`start` raises.
        """
        checked_seconds(request.samples)
        if priority is Priority.PARTIAL:
            request = replace(request, once=True)
        loop = asyncio.get_running_loop()
        one = Waiting(request, priority, timeout, loop.time(), loop.create_future())
        self._line.admit(one)
        self._arrived.set()
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work(), name="speech")
        try:
            return await one.answer
        finally:
            self._line.leave(one)

    async def close(self) -> None:
        """Stop the child; who still waits is told that it was lost. Safe at any time, also twice."""
        working, self._working = self._working, None
        if working is not None:
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working
        self._line.fail_all(SpeechEngineLost("The speech process was closed."))
        await self._stop_child()

    async def __aenter__(self) -> "SpeechProcess":
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _work(self) -> None:
        """Hear until nobody waits; the next caller starts it anew."""
        while self._line.waiting:
            batch = await self._gather()
            self._line.take(batch)
            try:
                await self._hear(batch)
            except Exception as error:  # nobody may wait for ever
                _answer_all(batch, [SpeechEngineFailed(f"{type(error).__name__} was raised.")] * len(batch))
            self._line.in_work = ()

    async def _gather(self) -> list[Waiting]:
        """The next batch: at once when it is full, urgent or old enough, else as soon as it is."""
        loop = asyncio.get_running_loop()
        while batch := self._line.candidates(self._size.now):
            first = batch[0]
            left = first.since + self._gather_seconds - loop.time()
            at_once = first.alone or first.priority is Priority.PARTIAL or len(batch) >= self._size.now
            if at_once or left <= 0:
                return batch
            self._arrived.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._arrived.wait()
        return []

    async def _hear(self, batch: Sequence[Waiting]) -> None:
        """Give each of the batch its answer, or put all back to be heard alone."""
        if not batch:
            return
        try:
            async with self._turn:
                answers = await self._asked(await self._ready(), batch)
        except ServiceError as error:
            _answer_all(batch, [error] * len(batch))
        else:
            _answer_all(batch, answers)

    async def _asked(self, child: Process, batch: Sequence[Waiting]) -> Sequence[Answer]:
        """The answers; none when all of the batch were put back."""
        try:
            answers = await self._ask(child, batch)
        except (SpeechEngineLost, SpeechEngineSlow, SpeechOutOfMemory):
            self._size.failed()
            if len(batch) == 1:
                raise
            self._line.put_back_alone(batch)
            return ()
        self._size.went_well()
        return answers

    async def _ask(self, child: Process, batch: Sequence[Waiting]) -> list[Answer]:
        payload = pack_requests([one.request for one in batch])
        answers = unpack_answers(await self._exchange(child, payload, max(one.timeout for one in batch)))
        if len(answers) != len(batch):
            await self._stop_child()
            raise SpeechEngineLost("The speech process answered out of turn.")
        if any(isinstance(answer, SpeechOutOfMemory) for answer in answers):
            await self._stop_child()  # what it holds goes back to the machine
            raise SpeechOutOfMemory("There was not enough memory for this batch.")
        return answers

    async def _ready(self) -> Process:
        if self._child is not None and self._child.returncode is None:
            return self._child
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")])
        }
        self._child = await asyncio.create_subprocess_exec(
            sys.executable, *self._command, stdin=PIPE, stdout=PIPE, env=environment
        )
        try:
            unpack_start(await self._exchange(self._child, b"", self._start_seconds))
        except BaseException:  # a child that says why it cannot work is waited for like one that dies
            await self._stop_child()
            raise
        return self._child

    async def _exchange(self, child: Process, request: bytes, seconds: float) -> bytes:
        """Send the request and read one answer. Whatever goes wrong, a child out of step is not kept."""
        answer: bytes | None = None
        try:
            async with asyncio.timeout(seconds):
                answer = await _exchanged(child, request)
        except TimeoutError as error:
            raise SpeechEngineSlow(f"No answer within {seconds:g} seconds.") from error
        except (OSError, EOFError, ValueError) as error:
            raise SpeechEngineLost("The speech process died.") from error
        finally:
            if answer is None:
                self._child = None
                await _kill(child)
        return answer

    async def _stop_child(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if child.stdin is not None:
            child.stdin.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(2.0):
                await child.wait()
        await _kill(child)


def _answer_all(batch: Sequence[Waiting], answers: Sequence[Answer]) -> None:
    for one, answer in zip(batch, answers, strict=False):  # no answers: put back
        if isinstance(answer, ServiceError):
            one.fail(answer)
        elif not one.answer.done():
            one.answer.set_result(answer)


async def _exchanged(child: Process, request: bytes) -> bytes:
    assert child.stdin is not None
    assert child.stdout is not None
    if request:
        child.stdin.write(frame(request))
        await child.stdin.drain()
    (length,) = HEADER.unpack(await child.stdout.readexactly(HEADER.size))
    if length > LARGEST_ANSWER:
        raise ValueError("answer too large")
    return await child.stdout.readexactly(length)


async def _kill(child: Process) -> None:
    if child.returncode is None:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()

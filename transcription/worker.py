"""The owner's side of the speech process: asyncio in front, Whisper in a child that may die."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from transcription.errors import SpeechEngineBusy, SpeechEngineLost, SpeechEngineSlow
from transcription.frames import HEADER, frame, pack_samples, unpack_answer
from transcription.model import Samples, Transcription

_LARGEST_ANSWER = 1 << 20
_ROOT = Path(__file__).resolve().parent.parent


class SpeechProcess:
    """A Whisper model in its own process, loaded once, started again when it died.

    One utterance is worked on at a time; up to ``most_waiting`` callers may wait for their turn.

    Args:
        model: ``demo``, an official name or a path.
        threads: processor threads of the child.
        models_folder: where fetched weights lie; the default folder when None.
        most_waiting: callers beyond this many are refused at once.
        start_seconds: how long loading the model may take.
        nice: how far the child steps back behind other processes of the machine.
    """

    def __init__(
        self,
        model: str = "demo",
        *,
        threads: int = 1,
        models_folder: Path | None = None,
        most_waiting: int = 64,
        start_seconds: float = 120.0,
        nice: int = 5,
    ) -> None:
        self._command = ["-m", "transcription.child", "--model", model]
        self._command += ["--threads", str(threads), "--nice", str(nice)]
        if models_folder is not None:
            self._command += ["--models-folder", str(models_folder)]
        self._most_waiting = most_waiting
        self._start_seconds = start_seconds
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._child: Process | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id, or None while there is none."""
        alive = self._child is not None and self._child.returncode is None
        return self._child.pid if alive and self._child else None

    async def start(self) -> None:
        """Start the child and wait until its model is loaded. Does nothing when it runs.

        Raises:
            ModelMissing, ModelUnknown, ModelCorrupt: the model cannot be used.
            SpeechEngineSlow: not ready within ``start_seconds``.
            SpeechEngineLost: the child died while it started.
        """
        async with self._turn:
            await self._ready()

    async def transcribe(self, samples: Samples, timeout: float = 60.0) -> Transcription:
        """Hear one utterance (mono float32, 16 kHz, at most 30 s), starting the child when there is none.

        Args:
            samples: the utterance.
            timeout: seconds the child may work on it; waiting for a turn and starting are not counted.

        Raises:
            SpeechEngineLost: the child died at it; retryable.
            SpeechEngineSlow: no answer in time, the child was stopped; retryable.
            SpeechEngineBusy: too many callers wait already; retryable.
            UtteranceTooLong, SpeechEngineFailed, and what :meth:`start` raises.
        """
        request = frame(pack_samples(samples))
        if self._waiting >= self._most_waiting:
            raise SpeechEngineBusy(f"{self._waiting} utterances wait already.")
        self._waiting += 1
        try:
            async with self._turn:
                child = await self._ready()
                answer = await self._ask(child, request, timeout)
        finally:
            self._waiting -= 1
        if answer is None:
            raise SpeechEngineLost("The speech process answered out of turn.")
        return answer

    async def close(self) -> None:
        """Stop the child; safe to call at any time, also twice."""
        child, self._child = self._child, None
        if child is None:
            return
        if child.stdin is not None:
            child.stdin.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(2.0):
                await child.wait()
        await _kill(child)

    async def __aenter__(self) -> "SpeechProcess":
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

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
            await self._ask(self._child, b"", self._start_seconds)
        except BaseException:  # a child that says why it cannot work is waited for like one that dies
            await self.close()
            raise
        return self._child

    async def _ask(self, child: Process, request: bytes, seconds: float) -> Transcription | None:
        """Send the request and read one answer. Whatever goes wrong, a child out of step is not kept."""
        answer: bytes | None = None
        try:
            async with asyncio.timeout(seconds):
                answer = await _exchange(child, request)
        except TimeoutError as error:
            raise SpeechEngineSlow(f"No answer within {seconds:g} seconds.") from error
        except (OSError, EOFError, ValueError) as error:
            raise SpeechEngineLost("The speech process died.") from error
        finally:
            if answer is None:
                self._child = None
                await _kill(child)
        return unpack_answer(answer)


async def _exchange(child: Process, request: bytes) -> bytes:
    assert child.stdin is not None
    assert child.stdout is not None
    if request:
        child.stdin.write(request)
        await child.stdin.drain()
    (length,) = HEADER.unpack(await child.stdout.readexactly(HEADER.size))
    if length > _LARGEST_ANSWER:
        raise ValueError("answer too large")
    return await child.stdout.readexactly(length)


async def _kill(child: Process) -> None:
    if child.returncode is None:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()

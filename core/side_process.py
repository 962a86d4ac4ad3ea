"""Work that an event loop must not do (language, typesetting), in a child process: one piece at a time, bounded, timed.

`SideProcess` is the owner's side; `serve` is the child's: frames of JSON on stdin and stdout (a four-byte big-endian
length before each). The child ends when its stdin ends, so it never outlives its owner by more than one piece. What is
worked on is never written anywhere but into the answer.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import struct
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from pydantic import JsonValue

from core.errors import ServiceError, Unavailable
from core.telemetry import get_logger

log = get_logger()

Work = Callable[[JsonValue], JsonValue]
"""What the child can do: a JSON value in, a JSON value out; a ServiceError is told to the owner's caller."""

HEADER = struct.Struct(">I")
LARGEST = 32 * 1024 * 1024  # bytes of one frame
_ROOT = Path(__file__).resolve().parent.parent


class SideProcessBusy(Unavailable):
    code = "work_queue_full"
    title = "Too much of this work is waiting already"
    next_step = "Try again in a few seconds."


class SideProcessSlow(Unavailable):
    code = "work_too_slow"
    title = "This took too long and was stopped"
    next_step = "Try again; if it stays, send less at once."


class SideProcessLost(Unavailable):
    code = "work_lost"
    title = "The process that worked on this ended"
    next_step = "Try again; if it stays, tell the clinic's administrator."


class Refused(ServiceError):
    """The work itself raised a ServiceError in the child; `code` and `detail` are that error's."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.refusal = code


class SideProcess:
    """A child that is started with the first piece of work, and again after it died.

    Args:
        module: run as ``python -m module``; its main calls `serve`.
        most_waiting: callers beyond this many are refused at once.
        seconds: how long one piece may take, the child's start included.
    """

    def __init__(self, module: str, *, most_waiting: int = 16, seconds: float = 30.0) -> None:
        self._module = module
        self._most_waiting = most_waiting
        self._seconds = seconds
        self._waiting = 0
        self._turn = asyncio.Lock()
        self._child: Process | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id, None while there is none."""
        return self._child.pid if self._child and self._child.returncode is None else None

    async def ask(self, work: str, value: JsonValue) -> JsonValue:
        """The answer of the child's `work` to this value.

        Raises:
            SideProcessBusy: too many wait already.
            SideProcessSlow: no answer in time; the child was stopped.
            SideProcessLost: the child died at it.
            Refused: the work said no.
        """
        if self._waiting >= self._most_waiting:
            raise SideProcessBusy
        self._waiting += 1
        try:
            async with self._turn:
                answer = await self._exchange({"work": work, "value": value})
        finally:
            self._waiting -= 1
        if "refused" in answer:
            raise Refused(str(answer["refused"]), str(answer["detail"]))
        if "failed" in answer:
            log.error("side_process.failed", error_type=answer["failed"])
            raise SideProcessLost
        return answer["answer"]

    async def close(self) -> None:
        """End the child; safe at any time, also twice."""
        child, self._child = self._child, None
        if child is not None:
            await _end(child)

    async def _exchange(self, request: dict[str, JsonValue]) -> dict[str, JsonValue]:
        """One answer. Whatever goes wrong, also a caller that gives up, a child out of step is not kept."""
        answer: dict[str, JsonValue] | None = None
        try:
            async with asyncio.timeout(self._seconds):
                answer = await _exchanged(await self._ready(), request)
        except TimeoutError as error:
            raise SideProcessSlow from error
        except (OSError, EOFError, ValueError) as error:
            raise SideProcessLost from error
        finally:
            if answer is None and self._child is not None:
                child, self._child = self._child, None
                await _kill(child)
        return answer

    async def _ready(self) -> Process:
        if self._child is None or self._child.returncode is not None:
            path = os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")])
            self._child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", self._module),
                stdin=PIPE,
                stdout=PIPE,
                env=os.environ | {"PYTHONPATH": path},
            )
        return self._child


async def _exchanged(child: Process, request: dict[str, JsonValue]) -> dict[str, JsonValue]:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(_frame(request))
    await child.stdin.drain()
    (length,) = HEADER.unpack(await child.stdout.readexactly(HEADER.size))
    if length > LARGEST:
        raise ValueError("answer too large")
    answer = json.loads(await child.stdout.readexactly(length))
    if not isinstance(answer, dict):
        raise ValueError("no answer")
    return answer


def _frame(value: JsonValue) -> bytes:
    body = json.dumps(value, ensure_ascii=False).encode()
    return HEADER.pack(len(body)) + body


async def _end(child: Process) -> None:
    if child.stdin is not None:
        child.stdin.close()
    with suppress(TimeoutError):
        async with asyncio.timeout(2.0):
            await child.wait()
    await _kill(child)


async def _kill(child: Process) -> None:
    if child.returncode is None:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()


def serve(works: Mapping[str, Work], nice: int = 5) -> int:
    """The child's life: answer each frame of stdin on stdout until it ends. Ctrl-C is its owner's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(nice)  # people's calls come first
    source, sink = sys.stdin.buffer, _private_stdout()
    while header := source.read(HEADER.size):
        (length,) = HEADER.unpack(header)
        if length > LARGEST:
            return 2
        sink.write(_frame(_answered(works, json.loads(source.read(length)))))
        sink.flush()
    return 0


def _answered(works: Mapping[str, Work], request: dict[str, JsonValue]) -> dict[str, JsonValue]:
    try:
        return {"answer": works[str(request["work"])](request["value"])}
    except ServiceError as error:
        return {"refused": error.code, "detail": error.detail}
    except Exception as error:  # its text may hold what was worked on: only the class is told
        return {"failed": type(error).__name__}


def _private_stdout() -> BinaryIO:
    """Where answers go; whatever else prints, prints to stderr."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers

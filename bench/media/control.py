"""A server under measurement is a process of its own, spoken to in JSON lines over its standard streams."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
Handler = Callable[[dict[str, Any]], Awaitable[Any]]
LINE = 4 * 1024 * 1024
# A shared machine: the real-time class keeps other people's work out of what is measured. Niceness would not
# (autogroups give every login session the same share). Off unless asked for: a quiet machine needs none of it.
realtime = False


def prefer() -> None:
    """Real-time scheduling for this process (which plays the load) and every subject started later. Root only."""
    global realtime  # noqa: PLW0603 - one value for one run
    realtime = True
    os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))


class Subject:
    """The child process and its questions and answers, one at a time."""

    def __init__(self, module: str, *arguments: str, cores: set[int] | None = None) -> None:
        self._module, self._arguments, self._cores = module, arguments, cores
        self._lock = asyncio.Lock()
        self.pid = 0

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", self._module, *self._arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
            limit=LINE,
        )
        self.pid = self._process.pid
        if realtime:
            os.sched_setscheduler(self.pid, os.SCHED_RR, os.sched_param(1))
        if self._cores:
            os.sched_setaffinity(self.pid, self._cores)
        await self("ready")
        return self

    async def __call__(self, do: str, timeout_s: float = 60.0, **arguments: Any) -> Any:
        """Ask and wait. RuntimeError with the child's words when it failed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        async with self._lock, asyncio.timeout(timeout_s):
            self._process.stdin.write(json.dumps({"do": do, **arguments}).encode() + b"\n")
            await self._process.stdin.drain()
            line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._module} ended")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(Exception):
            await self("quit", timeout_s=10)
        with contextlib.suppress(TimeoutError, ProcessLookupError):
            await asyncio.wait_for(self._process.wait(), 10)
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


async def serve(handlers: Mapping[str, Handler]) -> None:
    """The child's side: answers until "quit" or the end of its input. Standard output belongs to the answers."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LINE)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        asked = json.loads(line)
        do = asked.pop("do")
        try:
            result = await handlers[do](asked) if do in handlers else None
            answer = {"result": result}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
        if do == "quit":
            return

"""Child processes of one machine: started in order, restarted when they die, stopped in reverse order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.telemetry import get_logger

log = get_logger()

FIRST_RESTART_DELAY = 0.2  # seconds; a killed recorder should miss as little of the visit as can be
LAST_RESTART_DELAY = 5.0
HEALTHY_AFTER = 10.0  # seconds alive after which the delay starts from the beginning again
STOP_TIMEOUT = 15.0  # seconds a child has to finish what it writes


@dataclass(frozen=True, slots=True)
class Program:
    """One child: the `consultroom` subcommand it runs."""

    name: str
    arguments: tuple[str, ...]

    @property
    def argv(self) -> list[str]:
        return [sys.executable, "-m", "app", *self.arguments]


class Supervisor:
    """Runs `programs` until `stop` is set. Raises nothing for a dying child: it starts it again."""

    def __init__(self, programs: Sequence[Program], environment: Mapping[str, str]) -> None:
        self._programs = programs
        self._environment = {**os.environ, **environment}
        self._processes: dict[str, asyncio.subprocess.Process] = {}

    def pid_of(self, name: str) -> int | None:
        process = self._processes.get(name)
        return process.pid if process and process.returncode is None else None

    async def run(self, stop: asyncio.Event) -> None:
        watchers = [asyncio.create_task(self._watch(program, stop)) for program in self._programs]
        await stop.wait()
        for program in reversed(self._programs):
            await self._stop(program.name)
        await asyncio.gather(*watchers)

    async def _watch(self, program: Program, stop: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        delay = FIRST_RESTART_DELAY
        while not stop.is_set():
            started = loop.time()
            process = await self._start(program)
            if stop.is_set():  # asked to stop while it was being started: `run` knew only its predecessor
                await self._stop(program.name)
            await process.wait()
            if not stop.is_set():
                log.warning("process.ended", process_name=program.name, exit_code=process.returncode)
            if loop.time() - started > HEALTHY_AFTER:
                delay = FIRST_RESTART_DELAY
            await _wait(stop, delay)
            delay = min(delay * 2, LAST_RESTART_DELAY)

    async def _start(self, program: Program) -> asyncio.subprocess.Process:
        # A session of its own keeps the terminal's Ctrl-C to the supervisor, which stops the children in order.
        process = await asyncio.create_subprocess_exec(
            *program.argv, env=self._environment, stdin=asyncio.subprocess.DEVNULL, start_new_session=True
        )
        self._processes[program.name] = process
        return process

    async def _stop(self, name: str) -> None:
        process = self._processes.get(name)
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOP_TIMEOUT)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)

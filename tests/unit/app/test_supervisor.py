"""A child that dies is started again; stopping goes in reverse order and leaves nobody behind."""

import asyncio
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from app.supervisor import Program, Supervisor

SLEEPER = (
    "import pathlib, sys, signal; p = pathlib.Path(sys.argv[1]); p.open('a').write('up\\n'); signal.pause()"
)


@dataclass(frozen=True, slots=True)
class Sleeper(Program):
    """Writes a line into a file when it starts, then waits."""

    @property
    def argv(self) -> list[str]:
        return [sys.executable, "-c", SLEEPER, *self.arguments]


async def lines_of(file: Path, count: int) -> None:
    async with asyncio.timeout(20):
        while not file.exists() or len(file.read_text().splitlines()) < count:
            await asyncio.sleep(0.02)  # another process: there is nothing to await


async def test_a_killed_child_comes_back_and_stop_ends_it(tmp_path: Path) -> None:
    started, stop = tmp_path / "started", asyncio.Event()
    supervisor = Supervisor((Sleeper("one", (str(started),)),), {})
    running = asyncio.create_task(supervisor.run(stop))
    await lines_of(started, 1)
    first = supervisor.pid_of("one")
    assert first
    os.kill(first, signal.SIGKILL)
    await lines_of(started, 2)
    stop.set()
    await asyncio.wait_for(running, 10)
    assert supervisor.pid_of("one") is None

"""A child that dies is started again; stopping goes in reverse order and leaves nobody behind."""

import asyncio
import os
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.supervisor import Program, Supervisor
from app.up import PortTaken, refuse_taken_port

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


async def test_a_stop_during_a_restart_leaves_no_child_behind(tmp_path: Path) -> None:
    """The new child is not the one `run` knew: it must be told too, or Ctrl-C waits for ever."""
    started, stop = tmp_path / "started", asyncio.Event()

    class StopsWhileStarting(Supervisor):
        async def _start(self, program: Program) -> asyncio.subprocess.Process:
            process = await super()._start(program)
            stop.set()
            await asyncio.sleep(0)
            return process

    supervisor = StopsWhileStarting((Sleeper("one", (str(started),)),), {})
    await asyncio.wait_for(supervisor.run(stop), 10)
    assert supervisor.pid_of("one") is None


def test_a_taken_port_is_refused_before_anything_starts() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(PortTaken):
            refuse_taken_port("127.0.0.1", other.getsockname()[1])

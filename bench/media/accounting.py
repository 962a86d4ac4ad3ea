"""What a process costs, by the kernel's own accounting: CPU of all its threads, and memory. Linux."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path


def cpu_seconds(pid: int) -> float:
    """User and system time of a process with all its threads, living and ended, in nanosecond steps.

    clock_getcpuclockid(3): CLOCK_PROCESS_CPUTIME_ID of another process is ((~pid) << 3) | 2; without its children.
    """
    return time.clock_gettime((~pid << 3) | 2)


def family(pids: Iterable[int]) -> list[int]:
    """The processes and all that they started."""
    found: list[int] = []
    for pid in pids:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        found += [pid, *family(int(child) for child in children)]
    return found


def memory_mib(pid: int) -> float:
    """Resident set (pages this process really holds), MiB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ProcessLookupError(pid)


class Meter:
    """CPU of some processes from `begin` on, as a share of one core over the wall time."""

    def __init__(self, **pids: int) -> None:
        self._pids = {name: family([pid]) for name, pid in pids.items()}
        self._cpu = self._read()
        self._wall = time.monotonic()

    def _read(self) -> dict[str, float]:
        return {name: sum(cpu_seconds(pid) for pid in pids) for name, pids in self._pids.items()}

    def shares(self) -> dict[str, float]:
        """{process: percent of one core}."""
        wall = time.monotonic() - self._wall
        now = self._read()
        return {name: 100 * (now[name] - before) / wall for name, before in self._cpu.items()}

    def seconds(self) -> dict[str, float]:
        now = self._read()
        return {name: now[name] - before for name, before in self._cpu.items()}

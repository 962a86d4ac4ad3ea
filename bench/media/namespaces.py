"""A participant in a network namespace of their own, behind a bottleneck that the kernel makes (tc tbf). Needs root."""

from __future__ import annotations

import contextlib
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NAME, HERE, THERE = "bench-patient", "bench-host", "bench-line"
HOST, GUEST = "10.77.0.1", "10.77.0.2"
CHROMIUM = "/usr/bin/chromium"
QUEUE_MS = 400


def _run(*command: str, check: bool = True) -> bool:
    return subprocess.run(command, capture_output=True, check=check).returncode == 0


def allowed() -> bool:
    """Whether this account may make namespaces and this kernel has tbf."""
    try:
        with line():
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


@dataclass(frozen=True, slots=True)
class Line:
    """The guest's line. The namespace's browser is started through `wrapper`."""

    def limit(self, bps: int | None) -> None:
        """Both directions, or no limit. The queue holds `QUEUE_MS` of it, as home routers do."""
        for device, inside in ((HERE, False), (THERE, True)):
            prefix = ("ip", "netns", "exec", NAME) if inside else ()
            _run(*prefix, "tc", "qdisc", "del", "dev", device, "root", check=False)
            if bps is not None:
                shape = ("tbf", "rate", f"{bps}bit", "burst", "3000", "latency", f"{QUEUE_MS}ms")
                _run(*prefix, "tc", "qdisc", "add", "dev", device, "root", *shape)

    def wrapper(self, folder: Path) -> Path:
        """An executable that runs Chromium inside."""
        path = folder / "chromium-inside"
        path.write_text(f'#!/bin/sh\nexec ip netns exec {NAME} {CHROMIUM} "$@"\n', encoding="ascii")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path


@contextlib.contextmanager
def line() -> Iterator[Line]:
    """Namespace and line, gone afterwards."""
    _remove()
    try:
        _run("ip", "netns", "add", NAME)
        _run("ip", "link", "add", HERE, "type", "veth", "peer", "name", THERE, "netns", NAME)
        _run("ip", "addr", "add", f"{HOST}/24", "dev", HERE)
        _run("ip", "link", "set", HERE, "up")
        for command in (
            ("addr", "add", f"{GUEST}/24", "dev", THERE),
            ("link", "set", THERE, "up"),
            ("link", "set", "lo", "up"),
            ("route", "add", "default", "via", HOST),
        ):
            _run("ip", "netns", "exec", NAME, "ip", *command)
        made = Line()
        made.limit(1_000_000)
        made.limit(None)
        yield made
    finally:
        _remove()


def _remove() -> None:
    _run("ip", "netns", "del", NAME, check=False)
    _run("ip", "link", "del", HERE, check=False)

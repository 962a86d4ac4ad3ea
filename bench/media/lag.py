"""How late a loop wakes up: a timer every 10 ms, measured only while asked for (the timer itself costs)."""

from __future__ import annotations

import asyncio
from array import array

EVERY_S = 0.01


class LagMeter:
    def __init__(self) -> None:
        self._late = array("d")
        self._handle: asyncio.TimerHandle | None = None
        self._due = 0.0

    def start(self) -> None:
        self._late = array("d")
        self._due = asyncio.get_running_loop().time() + EVERY_S
        self._handle = asyncio.get_running_loop().call_at(self._due, self._tick)

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        self._late.append(loop.time() - self._due)
        self._due = max(self._due + EVERY_S, loop.time())
        self._handle = loop.call_at(self._due, self._tick)

    def stop(self) -> list[float]:
        """Seconds of lateness, one per wake-up."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        return list(self._late)

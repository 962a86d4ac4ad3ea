"""Our `serve` as far as media goes: a MediaPlane, tapped to a real recorder over its socket."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.media.control import serve
from bench.media.lag import LagMeter
from core.clock import SystemClock
from core.collection import set_service_aside
from media import MediaPlane, MediaSettings, RecorderLink


class Room:
    def __init__(self, recorder: RecorderLink | None, seats: int) -> None:
        settings = MediaSettings(seats=seats, listen=("127.0.0.0/8",), allow_loopback=True)
        self.plane = MediaPlane(settings, recorder, SystemClock())
        self._lag = LagMeter()

    async def connect(self, asked: dict[str, Any]) -> str:
        visit, person = UUID(asked["visit"]), UUID(asked["participant"])
        return await self.plane.connect(visit, person, asked["offer"])

    async def tap(self, asked: dict[str, Any]) -> None:
        visit, person = UUID(asked["visit"]), UUID(asked["participant"])
        self.plane.tap(visit, person, record=asked["record"], transcribe=asked["transcribe"])

    async def leave(self, asked: dict[str, Any]) -> None:
        await self.plane.disconnect(UUID(asked["visit"]), UUID(asked["participant"]))

    async def lag_start(self, asked: dict[str, Any]) -> None:
        self._lag.start()

    async def lag_stop(self, asked: dict[str, Any]) -> list[float]:
        return self._lag.stop()


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--recorder", type=Path)
    parser.add_argument("--seats", type=int, default=1)
    given = parser.parse_args()
    link = RecorderLink(given.recorder) if given.recorder else None
    if link is not None:
        link.start()
    room = Room(link, given.seats)
    set_service_aside()  # as app/serve.py does
    names = ("connect", "tap", "leave", "lag_start", "lag_stop")
    await serve({name: getattr(room, name) for name in names})
    await room.plane.close()
    if link is not None:
        await link.close()


if __name__ == "__main__":
    asyncio.run(main())

"""Our `serve` as far as media goes: a MediaPlane, tapped to a real recorder over its socket."""

from __future__ import annotations

import argparse
import asyncio
import json
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.media.control import serve
from bench.media.lag import LagMeter
from core.clock import SystemClock
from core.collection import set_service_aside
from media import MediaPlane, MediaSettings, RecorderLink
from media.stills import StillPart


class Room:
    def __init__(self, recorder: RecorderLink | None, seats: int, listen: str) -> None:
        settings = MediaSettings(seats=seats, listen=(listen,), allow_private=True, allow_loopback=True)
        self.plane = MediaPlane(settings, recorder, SystemClock())
        self.plane.ladder.on_still = self._still
        self._stills: list[dict[str, Any]] = []
        self._lag = LagMeter()

    def _still(self, visit_id: UUID, viewer_id: UUID, part: StillPart) -> None:
        piece = {"viewer": str(viewer_id), "number": part.number, "part": part.part}
        self._stills.append(piece | {"parts": part.parts, "jpeg": part.jpeg})

    async def stills(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        """The parts since the last question."""
        parts, self._stills = self._stills, []
        return parts

    async def still_shown(self, asked: dict[str, Any]) -> None:
        self.plane.ladder.still_shown(UUID(asked["participant"]), asked["number"])

    async def rungs(self, asked: dict[str, Any]) -> dict[str, str]:
        found = self.plane.ladder.rungs(UUID(asked["participant"]))
        return {str(publisher): rung.word for publisher, rung in found.items()}

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

    async def sending(self, asked: dict[str, Any]) -> str:
        """What the room asks this participant to send."""
        return self.plane.ladder.sending(UUID(asked["participant"])).word

    async def line(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What the plane says of a participant's line."""
        ids = UUID(asked["visit"]), UUID(asked["participant"])
        found = {**self.plane.figures(*ids), "estimates": self.plane.estimates(*ids)}
        return json.loads(
            json.dumps(found, default=lambda value: asdict(value) if is_dataclass(value) else str(value))
        )


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--recorder", type=Path)
    parser.add_argument("--seats", type=int, default=1)
    parser.add_argument("--listen", default="127.0.0.0/8")
    given = parser.parse_args()
    link = RecorderLink(given.recorder) if given.recorder else None
    if link is not None:
        link.start()
    room = Room(link, given.seats, given.listen)
    set_service_aside()  # as app/serve.py does
    names = (
        "connect",
        "tap",
        "leave",
        "lag_start",
        "lag_stop",
        "stills",
        "still_shown",
        "rungs",
        "sending",
        "line",
    )
    await serve({name: getattr(room, name) for name in names})
    await room.plane.close()
    if link is not None:
        await link.close()


if __name__ == "__main__":
    asyncio.run(main())

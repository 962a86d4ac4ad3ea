"""What each person is sent of the others: wished by hand, decided by the media plane's ladder, told to both sides."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from uuid import UUID

from pydantic import JsonValue

from core.clock import Clock
from signaling.events import StillShown, ViewChoice
from signaling.model import RUNGS, SENDINGS
from signaling.ports import Ladder, StillPiece
from signaling.registry import Member
from signaling.service import Answer, Rooms


class Adaptation:
    """Use cases of `media.view` and `media.still_shown`, and what the ladder reports."""

    def __init__(self, rooms: Rooms, ladder: Ladder, clock: Clock) -> None:
        self._rooms = rooms
        self._ladder = ladder
        self._clock = clock
        self._telling: dict[UUID, asyncio.Task[None]] = {}
        self._sending: set[asyncio.Task[None]] = set()

    async def view(self, me: Member, wanted: ViewChoice) -> Answer:
        """Choose what to be sent. Raises VisitEnded, NotAdmitted."""
        me.room.check_admitted(me.person)
        me.person.view = wanted.mode
        self._ladder.choose(me.room.visit_id, me.person.id, wanted.mode)
        await self._rooms.announce(me.room)
        return {}

    async def still_shown(self, me: Member, shown: StillShown) -> Answer:
        """A still has come whole; the next one may be sent."""
        self._ladder.still_shown(me.person.id, shown.number)
        return {}

    def changed(self, visit_id: UUID, viewer_id: UUID) -> None:
        """The ladder's `on_view`. Never blocks; several changes within a turn of the loop are told once."""
        room = self._rooms.open.room(visit_id)
        person = room.people.get(viewer_id) if room is not None else None
        if person is None:
            return
        rungs = self._ladder.rungs(viewer_id)
        person.sending = SENDINGS[self._ladder.sending(viewer_id)]
        person.received = {publisher: RUNGS[rung] for publisher, rung in rungs.items()}
        if visit_id not in self._telling:
            self._telling[visit_id] = asyncio.create_task(self._tell(visit_id))

    async def _tell(self, visit_id: UUID) -> None:
        try:
            await asyncio.sleep(0)
        finally:
            self._telling.pop(visit_id, None)
        room = self._rooms.open.room(visit_id)
        if room is not None:
            await self._rooms.announce(room)

    def still(self, visit_id: UUID, viewer_id: UUID, piece: StillPiece) -> None:
        """The ladder's `on_still`: one piece, to this viewer alone. Never blocks."""
        room = self._rooms.open.room(visit_id)
        if room is None:
            return
        taken_at = self._clock.now() - timedelta(seconds=piece.age_s)
        event: dict[str, JsonValue] = {
            "participant_id": str(piece.participant_id),
            "number": piece.number,
            "part": piece.part,
            "parts": piece.parts,
            "jpeg": piece.jpeg,
            "taken_at": taken_at.isoformat(),
        }
        to_viewer = self._rooms.tell_admitted(
            room, "media.still", event, only=lambda member: member.person.id == viewer_id
        )
        self._soon(to_viewer)

    def _soon(self, sending: Coroutine[object, object, None]) -> None:
        task = asyncio.ensure_future(sending)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def close(self) -> None:
        tasks = [*self._telling.values(), *self._sending]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

"""A room that another node holds from now on: its people are told where it is, and come back there by themselves.

Their media here goes on until they have it there (make before break). As soon as one of them is gone nothing is
recorded here any more: what they say about consent is heard elsewhere now.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from core.clock import Clock
from signaling.model import Room
from signaling.ports import Wire
from signaling.service import Rooms

PATIENCE = timedelta(seconds=10)
"""Whoever has not gone to the new node by then loses the old one."""


@dataclass(slots=True)
class _Leaving:
    room: Room
    since: datetime
    connections: frozenset[str] = field(default_factory=frozenset)
    tapped: bool = True


class Handover:
    """Call `tick` about once a second."""

    def __init__(self, rooms: Rooms, wire: Wire, clock: Clock) -> None:
        self._rooms = rooms
        self._wire = wire
        self._clock = clock
        self._leaving: dict[UUID, _Leaving] = {}
        self.done = asyncio.Event()
        """Set while nobody is here of a room that is not."""
        self.done.set()

    async def move(self, visit_id: UUID, node_url: str) -> None:
        """The room is not of this node any more. `node_url` "" sends people back to where they got their ticket."""
        room = self._rooms.open.room(visit_id)
        if room is None:
            return
        self._rooms.open.close(visit_id)
        self.done.clear()
        here = self._connections(visit_id)
        self._leaving[visit_id] = _Leaving(room, self._clock.now(), here)
        for connection in here:
            await self._wire.send(connection, "room.moved", {"node_url": node_url})

    async def tick(self) -> None:
        """Close what nobody is left in, or nobody should be any more."""
        for visit_id, leaving in list(self._leaving.items()):
            here = self._connections(visit_id) & leaving.connections
            if leaving.tapped and here != leaving.connections:
                self._hear_no_more(leaving)
            if not here or self._clock.now() - leaving.since >= PATIENCE:
                del self._leaving[visit_id]
                await self._close(leaving, here)
        if not self._leaving:
            self.done.set()

    def _connections(self, visit_id: UUID) -> frozenset[str]:
        return frozenset(member.connection for member in self._rooms.open.members_of(visit_id))

    def _hear_no_more(self, leaving: _Leaving) -> None:
        leaving.tapped = False
        reopened = self._rooms.open.room(leaving.room.visit_id)
        for person in leaving.room.people.values():
            person.sends_media = False  # no later change of consent opens a tap here
            back = reopened.people.get(person.id) if reopened is not None else None
            if back is None or not back.sends_media:  # else their taps are the reopened room's
                self._rooms.untap(leaving.room.visit_id, person.id)

    async def _close(self, leaving: _Leaving, here: frozenset[str]) -> None:
        self._hear_no_more(leaving)
        if self._rooms.open.room(leaving.room.visit_id) is None:  # not opened here once more
            await self._rooms.close_media(leaving.room)
        for connection in here:
            await self._wire.drop(connection)

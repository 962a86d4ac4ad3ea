"""How each participant's media stands, as the others are told: `media` in room.state."""

import asyncio
from collections.abc import Mapping
from uuid import UUID

from signaling.model import MediaWord
from signaling.service import Rooms

WORDS: Mapping[str, MediaWord] = {
    "connecting": "connecting",
    "connected": "connected",
    "disconnected": "reconnecting",
    "closed": "reconnecting",  # their place is held; `gone` comes when it is given up
}
"""media.ConnectionState in the room's words."""


class Lines:
    """Takes the media plane's changes. They come from inside the forwarding loop, so telling waits for its turn;
    several changes of one room within that time are told once.
    """

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._telling: dict[UUID, asyncio.Task[None]] = {}
        self._removing: set[asyncio.Task[None]] = set()

    def changed(self, visit_id: UUID, participant_id: UUID, state: str) -> None:
        """Never blocks, never raises; a change of somebody who has left is passed over."""
        room = self._rooms.open.room(visit_id)
        person = room.people.get(participant_id) if room is not None else None
        word = WORDS.get(state)
        if person is None or word is None or not person.sends_media or person.media == word:
            return
        person.media = word
        if visit_id not in self._telling:
            self._telling[visit_id] = asyncio.create_task(self._tell(visit_id))

    def removed(self, visit_id: UUID, participant_id: UUID, reason: str) -> None:
        """The media plane disconnected somebody by itself; their socket is told the reason code and closed."""
        room = self._rooms.open.room(visit_id)
        person = room.people.get(participant_id) if room is not None else None
        if person is not None and person.connection is not None:
            task = asyncio.create_task(self._rooms.remove(person.connection, reason))
            self._removing.add(task)
            task.add_done_callback(self._removing.discard)

    async def _tell(self, visit_id: UUID) -> None:
        try:
            await asyncio.sleep(0)  # what else changes in this turn is told as well
        finally:
            self._telling.pop(visit_id, None)
        room = self._rooms.open.room(visit_id)
        if room is not None:
            await self._rooms.announce(room)

    async def close(self) -> None:
        telling = [*self._telling.values(), *self._removing]
        for task in telling:
            task.cancel()
        await asyncio.gather(*telling, return_exceptions=True)

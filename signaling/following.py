"""What the record says of an open room that this node did not write: a withdrawal heard by the node the room moved
from, the end of the visit there, an appointment cancelled while people wait.
"""

from uuid import UUID

from clinical_store import VisitStatus
from core.database import Database
from signaling.ports import RoomRecord
from signaling.service import Rooms


class Following:
    """Call `changed` when the bus says that a visit has."""

    def __init__(self, rooms: Rooms, record: RoomRecord, database: Database) -> None:
        self._rooms = rooms
        self._record = record
        self._database = database

    async def changed(self, visit_id: UUID) -> None:
        """The room does as the record says. Raises Unavailable."""
        if self._rooms.open.room(visit_id) is None:
            return
        async with self._rooms.open.lock(visit_id):
            async with self._database.transaction() as session:
                visit = await self._record.visit(session, visit_id)
                consents = await self._record.consents(session, visit_id)
            room = self._rooms.open.room(visit_id)
            if room is None or room.status is VisitStatus.ENDED:
                return
            if visit.status is VisitStatus.ENDED:
                await self._rooms.over(room)
            elif self._rooms.agree(room, consents):
                await self._rooms.announce(room)

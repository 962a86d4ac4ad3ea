"""When the line carries no conversation: both see the clinic's number and a reference, and the visit is marked."""

from core.database import Database
from signaling.errors import PhoneNotConfigured
from signaling.events import Nothing
from signaling.model import PhoneView
from signaling.ports import RoomRecord
from signaling.registry import Member
from signaling.service import Answer, Rooms


class PhoneDesk:
    """Use cases of `visit.phone` and `visit.phone_end`. The room stays open all the while."""

    def __init__(self, rooms: Rooms, record: RoomRecord, database: Database) -> None:
        self._rooms = rooms
        self._record = record
        self._database = database

    async def begin(self, me: Member, _: Nothing) -> Answer:
        """Go on by phone; asked by both sides it is one hand-over. Raises VisitEnded, NotAdmitted,
        PhoneNotConfigured.
        """
        room, number = me.room, self._rooms.clinic_phone
        room.check_admitted(me.person)
        if not number:
            raise PhoneNotConfigured
        async with self._rooms.open.lock(room.visit_id):
            room.check_admitted(me.person)
            async with self._database.transaction() as session:
                handover = await self._record.hand_to_phone(session, me.actor, room.visit_id)
            room.phone = PhoneView(number=number, since=handover.since, reference=handover.reference)
        await self._rooms.announce(room)
        return {"number": number, "reference": handover.reference}

    async def end(self, me: Member, _: Nothing) -> Answer:
        """The visit is held here again. Raises VisitEnded, NotAdmitted."""
        room = me.room
        async with self._rooms.open.lock(room.visit_id):
            room.check_admitted(me.person)
            async with self._database.transaction() as session:
                await self._record.take_from_phone(session, me.actor, room.visit_id)
            room.phone = room.phone.model_copy(update={"since": None})
        await self._rooms.announce(room)
        return {}

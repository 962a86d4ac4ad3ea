"""Guests whose time in a room is over: the invitation was withdrawn, has expired, or its session has ended."""

from datetime import datetime
from uuid import UUID

from clinical_store import ParticipantState, VisitStatus
from core.errors import Unavailable
from core.telemetry import get_logger
from signaling.model import Person, Room
from signaling.registry import Member
from signaling.service import Rooms

REASON = "invitation_ended"
_log = get_logger()


class Departures:
    """Puts guests out: in memory first, so that a database that is away keeps nobody in the call. Never raises
    where it does not answer; the next `of_time` writes what is left.
    """

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._unwritten: dict[UUID, tuple[Room, Person]] = {}

    async def of_account(self, visit_id: UUID, account_id: UUID) -> None:
        """This guest has no place any more, connected or not."""
        room = self._rooms.open.room(visit_id)
        for person in list(room.people.values()) if room else []:
            if room is not None and person.account_id == account_id:
                await self.put_out(room, person)

    async def of_time(self, now: datetime) -> None:
        """Those whose invitation has run out. Call it about once a second."""
        for room, person in list(self._unwritten.values()):
            await self._write(room, person)
        for member in self._rooms.open.members():
            if is_over(member, now):
                await self.put_out(member.room, member.person)

    async def put_out(self, room: Room, person: Person) -> None:
        connection, was_in = person.connection, person.state is not ParticipantState.LEFT
        person.state = ParticipantState.LEFT
        await self._rooms.end_media(room, person)
        if connection is not None:
            self._rooms.open.leave(connection)
            await self._rooms.remove(connection, REASON)
        if was_in:
            await self._write(room, person)
        await self._rooms.announce(room)

    async def _write(self, room: Room, person: Person) -> None:
        self._unwritten.pop(person.id, None)
        if room.status is VisitStatus.ENDED or person.state is not ParticipantState.LEFT:
            return  # over for everybody, or back by another link
        try:
            await self._rooms.vacate(room, person, ParticipantState.LEFT)
        except Unavailable:
            _log.warning("room.departure_waiting")
            self._unwritten[person.id] = (room, person)


def is_over(member: Member, now: datetime) -> bool:
    """Whether this is a guest past the end of the invitation."""
    guest = member.actor.guest
    return guest is not None and now >= guest.valid_until

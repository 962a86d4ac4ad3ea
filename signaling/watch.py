"""What time does to a room: withdrawals still to be written, ended sessions, people who do not come back,
rooms nobody is in.
"""

from datetime import datetime, timedelta
from uuid import UUID

from clinical_store import ParticipantState, VisitStatus
from core.clock import Clock
from core.database import Database
from core.errors import ServiceError, Unavailable
from core.telemetry import get_logger
from signaling.departures import Departures
from signaling.model import Person, Room
from signaling.ports import LiveSessions
from signaling.registry import Member
from signaling.service import Rooms

RECHECK = timedelta(seconds=15)
"""The longest a socket outlives its session when the message on the bus is lost."""
HOLD = timedelta(minutes=2)
"""So long a room is held for its people. Who has not come back by then is given up: their media ends, their place in
the waiting room too.
"""

_log = get_logger()


class Watch:
    """Call `tick` about once a second."""

    def __init__(self, rooms: Rooms, sessions: LiveSessions, database: Database, clock: Clock) -> None:
        self._rooms = rooms
        self._sessions = sessions
        self._database = database
        self._clock = clock
        self._checked = clock.now()
        self.departures = Departures(rooms)

    async def tick(self) -> None:
        """Never raises where PostgreSQL does not answer: the next tick tries again."""
        now = self._clock.now()
        await self.write_withdrawals()
        await self.departures.of_time(now)
        try:
            if now - self._checked >= RECHECK:
                await self.recheck()
                self._checked = now
            for room in self._rooms.open.rooms():
                await self._look_after(room, now)
        except Unavailable:
            _log.warning("room.watch_waiting")

    async def write_withdrawals(self) -> None:
        """Each once more, until it is written; in memory all of them hold already. Never raises."""
        for withdrawal in self._rooms.unwritten.waiting():
            if self._rooms.open.lock(withdrawal.visit_id).locked():
                continue  # something is being written there, it may be just this
            try:
                await self._rooms.write_withdrawal(withdrawal)
            except Unavailable:
                _log.warning("room.withdrawal_waiting")
            except ServiceError as error:
                _log.error("room.withdrawal_refused", exc_info=error)
                self._rooms.unwritten.refused(withdrawal)
            except Exception as error:  # no reason to leave the others unwritten
                _log.error("room.withdrawal_failed", exc_info=error)

    async def recheck(self) -> None:
        """End the connections of ended sessions; a call that goes on keeps its sessions from going idle."""
        over: list[Member] = []
        async with self._database.transaction() as session:
            for member in self._rooms.open.members():
                if not await self._sessions.session_alive(session, member.actor.session_id):
                    over.append(member)
                elif member.person.state in _PRESENT and member.room.status is not VisitStatus.ENDED:
                    await self._sessions.touch(session, member.actor.session_id)
        for member in over:
            await self._expel(member)

    async def expel(self, session_id: UUID) -> None:
        """The session has ended (a message from the bus): its connections end now."""
        for member in self._rooms.open.members():
            if member.actor.session_id == session_id:
                await self._expel(member)

    async def _expel(self, member: Member) -> None:
        if member.actor.guest is not None:
            await self.departures.put_out(member.room, member.person)
            return
        self._rooms.open.leave(member.connection)
        member.person.away_since = self._clock.now()
        await self._rooms.end_media(member.room, member.person)
        await self._rooms.remove(member.connection, "session_ended")
        await self._rooms.announce(member.room)

    async def _look_after(self, room: Room, now: datetime) -> None:
        for person in [person for person in room.people.values() if person.away(now, HOLD)]:
            await self._give_up_on(room, person)
        if room.deserted(now, HOLD):
            self._rooms.open.close(room.visit_id)
            await self._rooms.close_media(room)

    async def _give_up_on(self, room: Room, person: Person) -> None:
        if person.sends_media:
            await self._rooms.end_media(room, person)
            await self._rooms.announce(room)
        if person.state is ParticipantState.WAITING and room.status is not VisitStatus.ENDED:
            await self._rooms.vacate(room, person, ParticipantState.INVITED)
            await self._rooms.announce(room)


_PRESENT = (ParticipantState.WAITING, ParticipantState.ADMITTED)

"""How everybody's connection is: asked of the media plane every five seconds, told to the call, kept on the visit.

The history is written in batches by a task of its own: a database that is slow or away holds up no room, and a
process that is killed loses half a minute of it.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import JsonValue

from clinical_store import QualitySample, VisitStatus
from core.clock import Clock
from core.database import Database
from core.errors import Unavailable
from core.telemetry import counter, get_logger
from signaling.events import MediaReport
from signaling.model import Room
from signaling.ports import Assessed, Judged, RoomRecord
from signaling.registry import Member
from signaling.service import Answer, Rooms

EVERY = timedelta(seconds=5)
WRITTEN_EVERY = timedelta(seconds=30)
MOST_KEPT = 20_000
"""Samples that wait for a database that is away: an hour and more of ten calls; then the oldest go."""

_log = get_logger()
_WINDOWS = counter(
    "call_quality_windows_total", "Five-second windows of participants.", ("direction", "level", "cause")
)
Key = tuple[tuple[UUID, str, str | None, str, str | None], ...]


async def reported(rooms: Rooms, me: Member, report: MediaReport) -> Answer:
    """What a browser measured of itself. It is used for this person's own causes only. Raises VisitEnded,
    NotAdmitted.
    """
    me.room.check_admitted(me.person)
    if me.person.sends_media:
        rooms.quality.report(me.room.visit_id, me.person.id, report)
    return {}


class QualityWatch:
    """Call `tick` about once a second; `close` writes what is left."""

    def __init__(self, rooms: Rooms, record: RoomRecord, database: Database, clock: Clock) -> None:
        self._rooms = rooms
        self._record = record
        self._database = database
        self._clock = clock
        self._asked: dict[UUID, datetime] = {}
        self._told: dict[str, Key] = {}
        self._kept: list[QualitySample] = []
        self._written_at = clock.now()
        self._writing: asyncio.Task[None] | None = None

    async def tick(self) -> None:
        """Judge the rooms whose turn it is; begin to write when it is time, or when a call is over."""
        now = self._clock.now()
        talking = {room.visit_id: room for room in self._rooms.open.rooms() if _in_call(room)}
        for room in talking.values():
            if now - self._asked.setdefault(room.visit_id, now) >= EVERY:
                await self._judge(room, (now - self._asked[room.visit_id]).total_seconds(), now)
                self._asked[room.visit_id] = now
        over = set(self._asked) - set(talking)
        for visit_id in over:
            del self._asked[visit_id]
            self._rooms.quality.forget(visit_id)
        if over or now - self._written_at >= WRITTEN_EVERY:
            self._write_soon(now)

    async def _judge(self, room: Room, seconds: float, now: datetime) -> None:
        people = {p.id: p for p in room.people.values() if p.admitted and p.sends_media}
        found = self._rooms.quality.assess(room.visit_id, people, seconds)
        self._keep(room, found, now)
        await self._tell(room, found)

    def _keep(self, room: Room, found: Mapping[UUID, Assessed], now: datetime) -> None:
        for participant_id, both in found.items():
            for direction, judged in (("up", both.up), ("down", both.down)):
                _WINDOWS.labels(direction, judged.level, judged.cause or "none").inc()
            if room.epoch is not None:
                at = (now - room.epoch).total_seconds()
                self._kept.append(_sample(room.visit_id, participant_id, at, both))
        del self._kept[:-MOST_KEPT]

    async def _tell(self, room: Room, found: Mapping[UUID, Assessed]) -> None:
        """To those in the call, when there is something else to show, or to a connection that knows nothing yet."""
        key: Key = tuple(
            (who, both.up.level, both.up.cause, both.down.level, both.down.cause)
            for who, both in found.items()
        )
        views: list[JsonValue] = [
            {"participant_id": str(who), "up": _view(both.up), "down": _view(both.down)}
            for who, both in found.items()
        ]
        news = [
            one
            for one in self._rooms.open.members_of(room.visit_id)
            if self._told.get(one.connection, ()) != key
        ]
        self._told |= {one.connection: key for one in news}
        await self._rooms.tell_admitted(
            room, "quality.changed", {"participants": views}, only=lambda member: member in news
        )
        here = {member.connection for member in self._rooms.open.members()}
        self._told = {connection: told for connection, told in self._told.items() if connection in here}

    def _write_soon(self, now: datetime) -> None:
        if self._kept and (self._writing is None or self._writing.done()):
            self._written_at = now
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        """One transaction. What cannot be written for want of a database is tried again with the next batch."""
        batch, self._kept = self._kept, []
        try:
            async with self._database.transaction() as session:
                await self._record.add_quality(session, batch)
        except Unavailable:
            self._kept = [*batch, *self._kept][-MOST_KEPT:]
            _log.warning("room.quality_waiting")
        except Exception as error:  # a batch that the database refuses would be refused for ever
            _log.error("room.quality_lost", exc_info=error)

    async def close(self) -> None:
        """Write what is left, once."""
        if self._writing is not None:
            await self._writing
        if self._kept:
            await self._write()


def _in_call(room: Room) -> bool:
    return room.status is VisitStatus.IN_PROGRESS


def _view(judged: Judged) -> dict[str, JsonValue]:
    return {"score": judged.score, "level": judged.level, "cause": judged.cause}


def _sample(visit_id: UUID, participant_id: UUID, at: float, both: Assessed) -> QualitySample:
    return QualitySample(
        visit_id=visit_id,
        participant_id=participant_id,
        at=at,
        up=both.up.score,
        down=both.down.score,
        up_cause=both.up.cause,
        down_cause=both.down.cause,
    )

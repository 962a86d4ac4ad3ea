"""The open rooms of this process and the connections in them. Memory only; the record is the truth."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID
from weakref import WeakValueDictionary

from access import Actor
from signaling.errors import NotInRoom
from signaling.model import Person, Room


@dataclass(frozen=True, slots=True)
class Member:
    """One connection's place: which participant of which room it speaks for, and who is signed in there."""

    connection: str
    actor: Actor
    room: Room
    person: Person


class OpenRooms:
    """Rooms by visit, members by connection, and one lock for each visit's durable changes."""

    def __init__(self) -> None:
        self._rooms: dict[UUID, Room] = {}
        self._members: dict[str, Member] = {}
        self._locks: WeakValueDictionary[UUID, asyncio.Lock] = (
            WeakValueDictionary()
        )  # gone with the last waiter

    def lock(self, visit_id: UUID) -> asyncio.Lock:
        return self._locks.setdefault(visit_id, asyncio.Lock())

    def room(self, visit_id: UUID) -> Room | None:
        return self._rooms.get(visit_id)

    def rooms(self) -> list[Room]:
        return list(self._rooms.values())

    def open(self, room: Room) -> None:
        self._rooms[room.visit_id] = room

    def close(self, visit_id: UUID) -> None:
        self._rooms.pop(visit_id, None)

    def enter(self, member: Member) -> str | None:
        """The connection now speaks for its person; returns the one it took that place from."""
        former, member.person.connection = member.person.connection, member.connection
        member.person.away_since = None
        self._members[member.connection] = member
        if former is not None:
            self._members.pop(former, None)
        return former

    def leave(self, connection: str) -> Member | None:
        """Forget the connection; returns the place it had, None if it had none (any more)."""
        member = self._members.pop(connection, None)
        if member is not None and member.person.connection == connection:
            member.person.connection = None
        return member

    def member(self, connection: str) -> Member:
        """Raises NotInRoom."""
        try:
            return self._members[connection]
        except KeyError:
            raise NotInRoom from None

    def members(self) -> list[Member]:
        return list(self._members.values())

    def members_of(self, visit_id: UUID) -> Iterator[Member]:
        return (member for member in self.members() if member.room.visit_id == visit_id)

"""Connections on their way in. A participant who comes back negotiates a new connection while the old one may
still carry media: the old one stays until a new one is connected (make before break). Pure bookkeeping."""

from uuid import UUID

from media.connection import ParticipantConnection

MOST = 3
"""Of one participant at a time: the newest try, and those before it that may be about to succeed."""

Key = tuple[UUID, UUID]
"""(visit, participant)"""


class Arrivals:
    """Negotiated and not yet connected, beside the connection the room has; oldest first."""

    def __init__(self) -> None:
        self._waiting: dict[Key, list[ParticipantConnection]] = {}

    def add(self, key: Key, connection: ParticipantConnection) -> list[ParticipantConnection]:
        """One more; returns those that are given up for it."""
        waiting = self._waiting.setdefault(key, [])
        waiting.append(connection)
        given_up, waiting[:] = waiting[:-MOST], waiting[-MOST:]
        return given_up

    def take(self, key: Key, connection: ParticipantConnection) -> list[ParticipantConnection] | None:
        """This one is connected: returns the tries before it, which are pointless now. None if it is none of
        these. Later ones stay: they were begun because something was wrong with this one."""
        waiting = self._waiting.get(key, [])
        if connection not in waiting:
            return None
        at = waiting.index(connection)
        before, rest = waiting[:at], waiting[at + 1 :]
        self._keep(key, rest)
        return before

    def drop(self, key: Key, connection: ParticipantConnection) -> bool:
        """This one failed; whether it was among them."""
        waiting = self._waiting.get(key, [])
        if connection not in waiting:
            return False
        self._keep(key, [one for one in waiting if one is not connection])
        return True

    def of(self, key: Key) -> tuple[ParticipantConnection, ...]:
        """Newest first."""
        return tuple(reversed(self._waiting.get(key, ())))

    def clear(self, visit_id: UUID, participant_id: UUID | None = None) -> list[ParticipantConnection]:
        """Forget a participant's, or a whole visit's; returns them for closing."""
        keys = [k for k in self._waiting if k[0] == visit_id and participant_id in (None, k[1])]
        return [connection for key in keys for connection in self._waiting.pop(key)]

    def _keep(self, key: Key, waiting: list[ParticipantConnection]) -> None:
        if waiting:
            self._waiting[key] = waiting
        else:
            self._waiting.pop(key, None)

"""Who may connect here now: this node's share of calls and people, and a pause for whoever was just cut off. Pure."""

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from core.telemetry import counter
from media.errors import MediaCutOff, NodeFull
from media.limits import Removal
from media.model import MediaSettings

PAUSE_S = 30.0
REMOVED = counter(
    "media_participants_removed_total", "Participants the room disconnected by itself", ("reason",)
)


class Occupied(Protocol):
    """A room, as far as its people are counted."""

    def people(self) -> list[UUID]: ...


class Doorkeeper:
    """Asked before anything is negotiated: a refusal costs nothing."""

    def __init__(self, settings: MediaSettings) -> None:
        self._rooms, self._participants = settings.rooms, settings.participants
        self._barred: dict[tuple[UUID, UUID], float] = {}

    def check(self, visit_id: UUID, participant_id: UUID, rooms: Mapping[UUID, Occupied], now: float) -> None:
        """Whoever is in the room already may always come back to it. Raises MediaCutOff, NodeFull."""
        until = self._barred.get((visit_id, participant_id), now)
        if until > now:
            raise MediaCutOff(retry_after=int(until - now) + 1)
        room = rooms.get(visit_id)
        if room is not None and participant_id in room.people():
            return
        if room is None and len(rooms) >= self._rooms:
            raise NodeFull
        if sum(len(one.people()) for one in rooms.values()) >= self._participants:
            raise NodeFull

    def bar(self, visit_id: UUID, participant_id: UUID, reason: Removal, now: float) -> None:
        """It was removed: not again before half a minute has passed."""
        REMOVED.labels(reason).inc()
        self._barred = {key: until for key, until in self._barred.items() if until > now}
        self._barred[(visit_id, participant_id)] = now + PAUSE_S

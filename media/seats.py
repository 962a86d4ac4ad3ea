"""Who sits where. Each participant's connection has a fixed number of seats (an audio and a video m-line
each); every other participant is given one for as long as they are in the room, so that nobody renegotiates
when people come and go. Pure."""

from uuid import UUID

from media.errors import RoomFull


class SeatPlan:
    """For every viewer: which seat each of the others has."""

    def __init__(self, seats: int) -> None:
        self._count = seats
        self._seats: dict[UUID, dict[UUID, int]] = {}

    def join(self, participant_id: UUID) -> None:
        """Seat a newcomer with everybody, and everybody with the newcomer. RoomFull when one viewer has no
        seat."""
        if participant_id in self._seats:
            return
        if len(self._seats) > self._count:
            raise RoomFull
        mine = {other: seat for seat, other in enumerate(self._seats)}
        for view in self._seats.values():
            view[participant_id] = min(set(range(self._count)) - set(view.values()))
        self._seats[participant_id] = mine

    def leave(self, participant_id: UUID) -> None:
        self._seats.pop(participant_id, None)
        for view in self._seats.values():
            view.pop(participant_id, None)

    def seen_by(self, viewer: UUID) -> dict[UUID, int]:
        """{other participant: seat} in this viewer's connection."""
        return dict(self._seats.get(viewer, {}))

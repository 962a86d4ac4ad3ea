"""Pictures one by one for a line that carries no moving ones. Pure; times are given.

A still goes out in small parts at a pace the line has proven, because a burst of a few thousand bytes would hold the
sound up for a second on 40 kbit/s. The viewer says when the last part has come; the next one starts after that. What
the pace rises to without making anything late is what the line has to spare beside the sound: the only head-room
that can be seen where no moving picture flows, and what the ladder climbs by.
"""

from base64 import b64encode
from dataclasses import dataclass
from uuid import UUID

EVERY_S = 3.0
PART_CHARACTERS = 600
PART_OVERHEAD_BYTES = 260  # event name, ids and JSON, WebSocket, TLS and TCP/IP headers of one part
MOST_BYTES, LEAST_BYTES = 6_000, 1_000
DELIVERED_IN_S = 2.0  # how long one still may take
FIRST_PACE, LEAST_PACE, MOST_PACE = 10_000, 2_000, 120_000  # bits per second on the wire
FASTER, CAREFUL, SLOWER = 1.25, 1.05, 0.6  # careful near the pace that was too much
LATE_S = 0.3  # over the quickest answer so far
LOST_S = 6.0
DISTURBING_LOSS = 0.03
PROVEN_FOR_S = 15.0


@dataclass(frozen=True, slots=True)
class StillPart:
    """`jpeg`: a piece of the picture's base64; the pieces 0 to `parts` - 1 of one `number` make a whole. `age_s`: how
    old the picture was when its first part was sent."""

    participant_id: UUID
    number: int
    part: int
    parts: int
    jpeg: str
    age_s: float


class StillDelivery:
    """To one viewer; at most one still on its way."""

    def __init__(self, now: float) -> None:
        self._pace = float(FIRST_PACE)
        self._number = 0
        self._parts: list[StillPart] = []
        self._next_part_at = now
        self._next_still_at = now
        self._asked_at: float | None = None  # a picture is being made
        self._sent_at: float | None = None  # the last part left, its answer is waited for
        self._quickest: float | None = None
        self._too_much: float | None = None
        self._proven: tuple[float, float] | None = None

    @property
    def size(self) -> int:
        """Bytes the next picture may have."""
        share = PART_CHARACTERS / (PART_CHARACTERS + PART_OVERHEAD_BYTES)
        return round(min(MOST_BYTES, max(LEAST_BYTES, self._pace * DELIVERED_IN_S / 8 * share * 3 / 4)))

    def spare_bps(self, now: float) -> int | None:
        """What has been proven to fit beside the sound lately."""
        if self._proven is None or now - self._proven[1] > PROVEN_FOR_S:
            return None
        return round(self._proven[0])

    def wants_picture(self, now: float) -> bool:
        """Whether to have one made now; asked again when none came within a second."""
        self._give_up(now)
        busy = bool(self._parts) or self._sent_at is not None
        waiting = self._asked_at is not None and now - self._asked_at < 1.0
        if busy or waiting or now < self._next_still_at:
            return False
        self._asked_at = now
        return True

    def offer(self, participant_id: UUID, jpeg: bytes, age_s: float, now: float) -> None:
        """The picture that was asked for. One that comes too late is dropped."""
        if self._asked_at is None or self._parts or self._sent_at is not None:
            return
        self._asked_at = None
        self._number += 1
        self._next_still_at = now + EVERY_S
        text = b64encode(jpeg).decode()
        pieces = [text[at : at + PART_CHARACTERS] for at in range(0, len(text), PART_CHARACTERS)]
        self._parts = [
            StillPart(participant_id, self._number, at, len(pieces), piece, round(max(0.0, age_s), 2))
            for at, piece in enumerate(pieces)
        ]
        self._next_part_at = now

    def due(self, now: float) -> StillPart | None:
        """The part to send now, None when there is none or its time has not come."""
        if not self._parts or now < self._next_part_at:
            return None
        part = self._parts.pop(0)
        self._next_part_at = now + (len(part.jpeg) + PART_OVERHEAD_BYTES) * 8 / self._pace
        if not self._parts:
            self._sent_at = now
        return part

    def next_at(self) -> float | None:
        """When `due` has something."""
        return self._next_part_at if self._parts else None

    def shown(self, number: int, loss: float, now: float) -> None:
        """The viewer has the whole still. `loss`: of the sound meanwhile. An answer that does not fit is ignored."""
        if self._sent_at is None or number != self._number:
            return
        took, self._sent_at = now - self._sent_at, None
        self._quickest = took if self._quickest is None else min(self._quickest, took)
        if took - self._quickest > LATE_S or loss > DISTURBING_LOSS:
            self._slow_down(now)
        else:
            self._proven = (self._pace, now)
            too_much = self._too_much
            near = too_much is not None and self._pace * FASTER > 0.8 * too_much
            self._pace = min(MOST_PACE, self._pace * (CAREFUL if near else FASTER))
            self._too_much = None if too_much is None or self._pace > too_much else too_much

    def _give_up(self, now: float) -> None:
        if self._sent_at is not None and now - self._sent_at > LOST_S:
            self._sent_at = None
            self._slow_down(now)

    def _slow_down(self, now: float) -> None:
        self._too_much = self._pace
        self._pace = max(LEAST_PACE, self._pace * SLOWER)
        self._proven = (self._pace, now)

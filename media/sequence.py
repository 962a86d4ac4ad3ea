"""RTP's small wrapping numbers: order, unwrapping, and what is missing. Pure; times are given."""

from dataclasses import dataclass

MAX_MISSING = 256
FIRST_NACK_S = 0.02  # reordering on real networks is over by then
MAX_NACKS = 8
GIVE_UP_S = 1.0


def newer16(a: int, b: int) -> bool:
    """True when sequence number a comes after b (RFC 1982)."""
    return 0 < ((a - b) & 0xFFFF) < 0x8000


def signed16(difference: int) -> int:
    return ((difference + 0x8000) & 0xFFFF) - 0x8000


def signed32(difference: int) -> int:
    return ((difference + 0x80000000) & 0xFFFFFFFF) - 0x80000000


class Unwrapped:
    """Turns a wrapping counter of `bits` into one that only grows (steps back for late packets)."""

    def __init__(self, bits: int) -> None:
        self._half = 1 << (bits - 1)
        self._mask = (1 << bits) - 1
        self._last: int | None = None

    def __call__(self, value: int) -> int:
        if self._last is None:
            self._last = value
            return value
        step = ((value - self._last + self._half) & self._mask) - self._half
        self._last += step
        return self._last


@dataclass(slots=True)
class _Missing:
    since: float
    due: float
    asked: int = 0


class LossTracker:
    """Knows which packets of one stream have not come and when to ask for them (again)."""

    def __init__(self) -> None:
        self.expected = 0  # packets the publisher has sent by now, as far as the numbers tell
        self.lost = 0  # of these, how many did not come by themselves in time
        self._newest: int | None = None
        self._missing: dict[int, _Missing] = {}

    def add(self, sequence: int, now: float) -> bool:
        """Note an arrival; False when this packet had come before (a duplicate or far too late)."""
        if self._newest is None:
            self._newest = sequence
            self.expected = 1
            return True
        ahead = signed16(sequence - self._newest)
        if ahead > 0:
            self._advance(ahead, now)
            self._newest = sequence
            return True
        gap = self._missing.pop(sequence, None)
        if gap is not None and not gap.asked:
            self.lost -= 1  # it was only late
        return gap is not None

    def _advance(self, ahead: int, now: float) -> None:
        if ahead > MAX_MISSING:  # a new beginning, not a loss
            self._missing.clear()
            self.expected += 1
            return
        self.expected += ahead
        self.lost += ahead - 1
        newest = self._newest or 0
        for step in range(1, ahead):
            self._missing[(newest + step) & 0xFFFF] = _Missing(now, now + FIRST_NACK_S)
        while len(self._missing) > MAX_MISSING:
            self._missing.pop(next(iter(self._missing)))

    @property
    def waiting(self) -> bool:
        return bool(self._missing)

    def due(self, now: float, rtt: float) -> list[int]:
        """Sequence numbers to ask for now. Each is asked for again every round trip until it is too old."""
        asked = []
        for sequence, gap in list(self._missing.items()):
            if now - gap.since > GIVE_UP_S or gap.asked >= MAX_NACKS:
                del self._missing[sequence]
            elif now >= gap.due:
                gap.asked += 1
                gap.due = now + max(0.03, rtt * 1.25)
                asked.append(sequence)
        return asked

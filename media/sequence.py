"""RTP's small wrapping numbers: order, unwrapping, and what is missing. Pure; times are given."""

from dataclasses import dataclass

MAX_MISSING = 256
FIRST_NACK_S = 0.02  # reordering on real networks is over by then
MAX_NACKS = 8
GIVE_UP_S = 1.0
LEAST_REPEAT_S = 0.03


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
    """Knows which packets of one stream have not come and when to ask for them (again).

    `first_nack_s`: how long a missing packet may only be late. `give_up_s`: after that nobody wants it any more.
    """

    def __init__(self, first_nack_s: float = FIRST_NACK_S, give_up_s: float = GIVE_UP_S) -> None:
        self.expected = 0  # packets the publisher has sent by now, as far as the numbers tell
        self.received = 0  # without duplicates, repairs included
        self.lost = 0  # of the expected, how many did not come by themselves in time
        self.highest = 0  # the newest sequence number with its wraps above (RFC 3550 section 6.4.1)
        self._first_s = first_nack_s
        self._give_up_s = give_up_s
        self._newest = -1
        self._missing: dict[int, _Missing] = {}

    def add(self, sequence: int, now: float) -> bool:
        """Note an arrival; False when this packet had come before (a duplicate or far too late)."""
        ahead = (sequence - self._newest) & 0xFFFF
        if ahead == 1 and self._newest >= 0:
            self.expected += 1
        elif self._newest < 0:
            self.expected, self.highest = 1, sequence - 1
            ahead = 1
        elif 0 < ahead < 0x8000:
            self._advance(ahead, now)
        else:
            return self._fill(sequence)
        self._newest = sequence
        self.highest += ahead
        self.received += 1
        return True

    def _fill(self, sequence: int) -> bool:
        gap = self._missing.pop(sequence, None)
        if gap is None:
            return False
        if not gap.asked:
            self.lost -= 1  # it was only late
        self.received += 1
        return True

    def _advance(self, ahead: int, now: float) -> None:
        if ahead > MAX_MISSING:  # a new beginning, not a loss
            self._missing.clear()
            self.expected += 1
            return
        self.expected += ahead
        self.lost += ahead - 1
        for step in range(1, ahead):
            self._missing[(self._newest + step) & 0xFFFF] = _Missing(now, now + self._first_s)
        while len(self._missing) > MAX_MISSING:
            self._missing.pop(next(iter(self._missing)))

    @property
    def waiting(self) -> bool:
        return bool(self._missing)

    def next_due(self) -> float | None:
        """When something is to be asked for next; None while nothing is missing."""
        return min((gap.due for gap in self._missing.values()), default=None)

    def due(self, now: float, rtt: float) -> list[int]:
        """Sequence numbers to ask for now. Each is asked for again every round trip until it is too old."""
        asked = []
        for sequence, gap in list(self._missing.items()):
            if now - gap.since > self._give_up_s or gap.asked >= MAX_NACKS:
                del self._missing[sequence]
            elif now >= gap.due:
                gap.asked += 1
                gap.due = now + max(LEAST_REPEAT_S, rtt * 1.25)
                asked.append(sequence)
        return asked

"""Figures of one stream over the last seconds, out of counters that only grow. Pure; times are given."""

from collections import deque
from dataclasses import dataclass

WINDOW = 5  # readings, one a second
REPORTS = 3  # receiver reports, about one a second


@dataclass(frozen=True, slots=True)
class Reading:
    """Counters of one stream at a moment (monotonic seconds). `lost` of `expected` packets did not come."""

    at: float
    octets: int = 0
    expected: int = 0
    lost: int = 0


class StreamHistory:
    """The last readings of one stream."""

    def __init__(self) -> None:
        self._readings: deque[Reading] = deque(maxlen=WINDOW)

    def note(self, reading: Reading) -> None:
        self._readings.append(reading)

    def bitrate(self, now: Reading) -> int:
        """Bits per second since the oldest reading."""
        first = self._readings[0] if self._readings else now
        seconds = now.at - first.at
        return int(8 * (now.octets - first.octets) / seconds) if seconds > 0.2 else 0

    def last_bitrate(self, now: Reading) -> int:
        """Bits per second since the newest reading, about a second ago."""
        last = self._readings[-1] if self._readings else now
        seconds = now.at - last.at
        return int(8 * (now.octets - last.octets) / seconds) if seconds > 0.2 else 0

    def loss(self, now: Reading) -> float:
        """Share of the packets expected since the oldest reading that did not come, 0 to 1."""
        first = self._readings[0] if self._readings else Reading(now.at)
        expected = now.expected - first.expected
        return min(1.0, max(0.0, (now.lost - first.lost) / expected)) if expected > 0 else 0.0


class ReportedLoss:
    """What the other side's receiver reports say, averaged over a few of them (RFC 3550 section 6.4.1)."""

    def __init__(self) -> None:
        self._reports: deque[tuple[float, float]] = deque(maxlen=REPORTS)
        self.jitter_s = 0.0

    def note(self, fraction_lost: int, jitter_s: float, now: float) -> None:
        """`fraction_lost`: in 256ths, as reported."""
        self._reports.append((now, fraction_lost / 256))
        self.jitter_s = jitter_s

    def last(self, now: float) -> float:
        """By the newest report; 0 when that is old."""
        at, share = self._reports[-1] if self._reports else (0.0, 0.0)
        return share if now - at < WINDOW else 0.0

    def loss(self, now: float) -> float:
        recent = [share for at, share in self._reports if now - at < 2 * WINDOW]
        return sum(recent) / len(recent) if recent else 0.0

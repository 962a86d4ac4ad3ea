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
    """What a subscriber loses of what it was sent, by its receiver reports (RFC 3550 section 6.4.1).

    A hole that was made on the publisher's way to us is passed on and reported as lost like any other. It is taken
    off: this line has not lost it, and sending less over this line would not mend it.
    """

    def __init__(self) -> None:
        self._reports: deque[_Report] = deque(maxlen=REPORTS + 1)
        self.jitter_s = 0.0

    def note(self, lost: int, highest: int, missing: int, jitter_s: float, now: float) -> None:
        """`lost`, `highest`: the report's cumulative count and extended sequence number. `missing`: numbers that
        nothing was sent under so far."""
        if self._reports and not 0 <= (highest - self._reports[-1].highest) & 0xFFFFFFFF < 0x8000:
            self._reports.clear()  # it counts anew
        self._reports.append(_Report(now, highest, lost - missing))
        self.jitter_s = jitter_s

    def last(self, now: float) -> float:
        """By the newest report; 0 when that is old."""
        recent = [report for report in self._reports if now - report.at < WINDOW]
        return _between(*recent[-2:]) if len(recent) > 1 else 0.0

    def loss(self, now: float) -> float:
        recent = [report for report in self._reports if now - report.at < 2 * WINDOW]
        return _between(recent[0], recent[-1]) if len(recent) > 1 else 0.0


@dataclass(frozen=True, slots=True)
class _Report:
    at: float
    highest: int
    lost: int


def _between(first: _Report, last: _Report) -> float:
    expected = (last.highest - first.highest) & 0xFFFFFFFF
    return min(1.0, max(0.0, (last.lost - first.lost) / expected)) if expected else 0.0

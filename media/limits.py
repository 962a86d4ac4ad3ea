"""How much one participant may send, ask and announce before it is bounded, and then removed.

Pure: plain counters and token buckets, the time is given. The figures leave a camera, a shared screen and a voice
with every repair ample room, and leave nobody the means to make the others' call worse.
"""

from dataclasses import dataclass
from typing import Literal

Removal = Literal["media_flood", "picture_too_large"]
"""Why the room ends a participant's connection by itself; signaling carries the code to the person."""

WINDOW_S = 0.5
FULL_PICTURE = 4096  # pixels a side: a shared 4K screen fits
LARGEST_AREA = 4096 * 2304


@dataclass(frozen=True, slots=True)
class Allowance:
    """Sustained rates of one participant's sending. Above them packets are dropped; after `patience_s` of it the
    connection ends. Browsers stop at some 2.5 Mbit/s per video."""

    packets_per_s: int = 3_000
    bits_per_s: int = 8_000_000
    patience_s: float = 2.0


class Flow:
    """What one participant sends, counted in windows of half a second: two additions and two comparisons a packet."""

    __slots__ = (
        "_bytes",
        "_most_bytes",
        "_most_packets",
        "_packets",
        "_patience",
        "_streak",
        "_until",
        "dropped",
    )

    def __init__(self, allowance: Allowance, slack: float = 1.0) -> None:
        self.dropped = 0
        self._most_packets = int(allowance.packets_per_s * slack * WINDOW_S)
        self._most_bytes = int(allowance.bits_per_s / 8 * slack * WINDOW_S)
        self._patience = round(allowance.patience_s / WINDOW_S)
        self._packets = self._bytes = self._streak = 0
        self._until = 0.0

    def take(self, size: int, now: float) -> bool:
        """Count a packet of `size` bytes at `now` (monotonic seconds). False: over the bound, drop it."""
        if now >= self._until:
            self._turn(now)
        self._packets += 1
        self._bytes += size
        if self._packets <= self._most_packets and self._bytes <= self._most_bytes:
            return True
        self.dropped += 1
        return False

    @property
    def flooding(self) -> bool:
        """Whether it was over the bound for as long as patience lasts."""
        return self._streak >= self._patience

    def _turn(self, now: float) -> None:
        over = self._packets > self._most_packets or self._bytes > self._most_bytes
        in_a_row = now < self._until + WINDOW_S
        self._streak = self._streak + 1 if over and in_a_row else 0
        self._packets = self._bytes = 0
        self._until = now + WINDOW_S


class TokenBucket:
    """`capacity` at once, then `per_second`."""

    __slots__ = ("_at", "_capacity", "_per_second", "_tokens")

    def __init__(self, capacity: float, per_second: float) -> None:
        self._capacity = self._tokens = capacity
        self._per_second = per_second
        self._at: float | None = None

    def take(self, now: float, cost: float = 1.0) -> bool:
        """False: nothing is left for it at `now` (monotonic seconds)."""
        if self._at is not None:
            self._tokens = min(self._capacity, self._tokens + (now - self._at) * self._per_second)
        self._at = now
        if self._tokens < cost:
            return False
        self._tokens -= cost
        return True


def key_frame_requests() -> TokenBucket:
    """What one subscriber may ask of one publisher: a key frame costs everybody who watches some ten frames' bytes.
    A browser on a bad line asks about once a second for a few seconds."""
    return TokenBucket(capacity=8, per_second=0.5)


def repairs() -> TokenBucket:
    """Packets sent again to one subscriber of one source: more than a 5 Mbit/s stream at 50 % loss needs."""
    return TokenBucket(capacity=500, per_second=300)


def wishes() -> TokenBucket:
    """Packets one subscriber may name in its NACKs of one source: the above, asked for a few times each."""
    return TokenBucket(capacity=2_000, per_second=2_000)


class PictureGate:
    """Lets no picture through that is larger than any screen: its decoder would be the others' browsers.

    A refused key frame closes the gate until one of acceptable size comes; what lies between cannot be decoded
    without it.
    """

    __slots__ = ("_closed", "refused")

    def __init__(self) -> None:
        self.refused = 0
        self._closed = False

    def passes(self, size: tuple[int, int] | None) -> bool:
        """`size`: width and height when this packet begins a picture that states them, None otherwise."""
        if size is not None:
            self._closed = not acceptable(*size)
            self.refused += self._closed
        return not self._closed


def acceptable(width: int, height: int) -> bool:
    return 0 < width <= FULL_PICTURE and 0 < height <= FULL_PICTURE and width * height <= LARGEST_AREA


PATIENCE_WITH_PICTURES = 3
"""Refused key frames before the connection ends: one may be a browser's mistake."""

"""What a bad line does to datagrams, decided before any socket is touched. Pure: times are given, chance is seeded.

Loss is Gilbert-Elliott (E. O. Elliott 1963): two states, each with its own loss; equal losses make it random loss.
Every datagram draws the same number of random values whatever the profile says, so the fate of the n-th datagram
depends on the seed, the profile and n only, and two runs of the same traffic lose the same packets.
"""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass

QUEUE_BYTES = 32 * 1024
HEADERS = 28  # IPv4 and UDP, which a real bottleneck carries too


@dataclass(frozen=True, slots=True)
class Profile:
    """One direction of a line. Shares lie in 0..1, times are seconds, `rate_bps` counts whole IP packets.

    `loss` holds in the good state, `burst_loss` in the bad one; a datagram moves the line into the bad state with
    `burst_begins` and back with `burst_ends` (mean burst: 1 / burst_ends datagrams). `jitter_s` adds 0..jitter_s to
    the delay without changing the order; a `reorder` share is held back `reorder_s` more, so that others overtake.
    A datagram that finds `queue_bytes` waiting before the bottleneck is lost (tail drop).
    """

    loss: float = 0.0
    burst_begins: float = 0.0
    burst_ends: float = 1.0
    burst_loss: float = 1.0
    delay_s: float = 0.0
    jitter_s: float = 0.0
    reorder: float = 0.0
    reorder_s: float = 0.03
    duplicate: float = 0.0
    rate_bps: float | None = None
    queue_bytes: int = QUEUE_BYTES
    blackout: bool = False


# Lines people really have (field notes D.3).
PROFILES: dict[str, Profile] = {
    "good": Profile(),
    "loss10": Profile(loss=0.10),
    "wifi": Profile(
        loss=0.005, burst_begins=0.004, burst_ends=0.25, delay_s=0.01, jitter_s=0.02, reorder=0.005
    ),
    "3g": Profile(loss=0.01, delay_s=0.12, jitter_s=0.03, rate_bps=300_000),
    "rural": Profile(burst_begins=0.01, burst_ends=0.33, delay_s=0.25, jitter_s=0.05, rate_bps=96_000),
    "satellite": Profile(loss=0.005, delay_s=0.3),
    "blackout": Profile(blackout=True),
}


class Line:
    """One direction for one client. `profile` may be replaced at any time; the bottleneck's queue stays."""

    def __init__(self, profile: Profile, seed: str | int) -> None:
        self.profile = profile
        self.passed = self.lost = self.overflowed = 0
        self._chance = random.Random(seed)
        self._bad = False
        self._free_at = 0.0
        self._leaves_last = 0.0
        self._queued: deque[tuple[float, int]] = deque()
        self._queued_bytes = 0

    def leaves(self, size: int, now: float) -> list[float]:
        """When a datagram of `size` bytes that comes at `now` leaves: never (lost), once, or twice (duplicated)."""
        p = self.profile
        lost, moved, jitter, held, twice = (self._chance.random() for _ in range(5))
        self._bad = moved < p.burst_begins if not self._bad else moved >= p.burst_ends
        if p.blackout or lost < (p.burst_loss if self._bad else p.loss):
            self.lost += 1
            return []
        through = self._bottleneck(size + HEADERS, now)
        if through is None:
            self.overflowed += 1
            return []
        self.passed += 1
        at = max(self._leaves_last, through + p.delay_s + jitter * p.jitter_s)
        if held < p.reorder:
            at += p.reorder_s
        else:
            self._leaves_last = at
        return [at, at] if twice < p.duplicate else [at]

    def _bottleneck(self, size: int, now: float) -> float | None:
        """When the bottleneck has sent the datagram; None when its queue is full."""
        rate = self.profile.rate_bps
        if rate is None:
            return now
        while self._queued and self._queued[0][0] <= now:
            self._queued_bytes -= self._queued.popleft()[1]
        if self._queued_bytes + size > self.profile.queue_bytes:
            return None
        self._free_at = max(now, self._free_at) + size * 8 / rate
        self._queued.append((self._free_at, size))
        self._queued_bytes += size
        return self._free_at

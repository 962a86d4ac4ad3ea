"""Pure: a token bucket. Bursts up to `capacity`, then `per_second` on average."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Rate:
    """`capacity` tokens at once, refilled by `per_second`."""

    capacity: float
    per_second: float


class TokenBucket:
    """One connection's allowance. The caller gives the time; a clock that stands still refills nothing."""

    def __init__(self, rate: Rate, now: datetime) -> None:
        self._rate = rate
        self._tokens = rate.capacity
        self._at = now

    def take(self, cost: float, now: datetime) -> bool:
        """True and `cost` tokens fewer, or False and nothing taken."""
        passed = max(0.0, (now - self._at).total_seconds())
        self._tokens = min(self._rate.capacity, self._tokens + passed * self._rate.per_second)
        self._at = now
        if self._tokens < cost:
            return False
        self._tokens -= cost
        return True

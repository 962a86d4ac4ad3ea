"""Time as a parameter: whoever needs the hour is given a Clock. Every datetime is aware and in UTC."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """The wall clock of the part that holds it."""

    def now(self) -> datetime:
        """The current moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The machine's moment, in UTC."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is told to move; for tests and replays."""

    def __init__(self, start: datetime = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock needs an aware datetime")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The moment it was last set to."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move forward. Time never runs back: a negative step is a ValueError."""
        if by < timedelta(0):
            raise ValueError("time does not run back")
        self._now += by

"""Clocks."""

from datetime import UTC, datetime, timedelta

import pytest

from core.clock import ManualClock, SystemClock


def test_the_system_clock_is_aware_and_in_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)


def test_a_manual_clock_moves_only_when_told_and_only_forward() -> None:
    clock = ManualClock(datetime(2030, 1, 1, tzinfo=UTC))
    clock.advance(timedelta(minutes=5))
    assert clock.now() == clock.now() == datetime(2030, 1, 1, 0, 5, tzinfo=UTC)
    with pytest.raises(ValueError, match="back"):
        clock.advance(timedelta(seconds=-1))


def test_a_naive_start_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        ManualClock(datetime(2030, 1, 1))  # noqa: DTZ001 - the point of the test

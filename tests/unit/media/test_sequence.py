"""Wrapping numbers and losses."""

from hypothesis import given
from hypothesis import strategies as st

from media.sequence import (
    FIRST_NACK_S,
    GIVE_UP_S,
    LEAST_REPEAT_S,
    MAX_NACKS,
    LossTracker,
    Unwrapped,
    newer16,
    signed32,
)


@given(st.integers(0, 2**40), st.lists(st.integers(-1000, 30_000), max_size=50))
def test_unwrapping_follows_the_true_number(start: int, steps: list[int]) -> None:
    unwrap, true = Unwrapped(16), start & 0xFFFF
    assert unwrap(true) == true
    for step in steps:
        true += step
        assert unwrap(true & 0xFFFF) == true


def test_order_across_the_wrap() -> None:
    assert newer16(3, 65_530)
    assert not newer16(65_530, 3)
    assert signed32(0xFFFFFFFF) == -1


def test_a_lost_packet_is_asked_for_until_it_comes() -> None:
    losses = LossTracker()
    for sequence in (65_534, 65_535, 2):
        assert losses.add(sequence, 0.0)
    assert losses.due(0.0, rtt=0.05) == []  # it may only be late
    assert losses.due(0.03, rtt=0.05) == [0, 1]
    assert losses.due(0.04, rtt=0.05) == []
    assert losses.add(0, 0.05)
    assert losses.due(0.12, rtt=0.05) == [1]
    assert losses.due(0.03 + GIVE_UP_S, rtt=0.05) == []
    assert not losses.waiting


def test_duplicates_are_told() -> None:
    losses = LossTracker()
    losses.add(5, 0.0)
    losses.add(7, 0.0)
    assert losses.add(6, 0.0)
    assert not losses.add(6, 0.0)
    assert not losses.add(5, 0.0)


def test_a_leap_is_a_new_beginning_and_memory_is_bounded() -> None:
    losses = LossTracker()
    losses.add(0, 0.0)
    losses.add(20_000, 0.0)
    assert not losses.waiting
    for sequence in range(20_002, 22_000, 2):
        losses.add(sequence, 0.0)
    assert len(losses.due(0.5, rtt=0.1)) <= 256


@given(
    st.lists(st.booleans(), min_size=2, max_size=400),
    st.integers(0, 0xFFFF),
    st.floats(0.001, 0.5),
    st.sampled_from([(FIRST_NACK_S, GIVE_UP_S), (0.005, 0.4)]),
)
def test_asking_is_for_what_is_missing_in_time_and_not_too_often(
    arrives: list[bool], start: int, rtt: float, times: tuple[float, float]
) -> None:
    """A packet each 10 ms, or not; the clock asks each 5 ms."""
    losses = LossTracker(*times)
    asked: dict[int, list[float]] = {}
    lost_at: dict[int, float] = {}
    came: set[int] = set()
    for n, arrived in enumerate([True, *arrives, True]):
        now, sequence = n / 100, (start + n) & 0xFFFF
        if arrived:
            assert losses.add(sequence, now)
            came.add(sequence)
            for missing in range(n):
                if (start + missing) & 0xFFFF not in came:
                    lost_at.setdefault((start + missing) & 0xFFFF, now)
        for at in (now, now + 0.005):
            due = losses.next_due()
            for wanted in losses.due(at, rtt):
                assert due is not None
                assert due <= at
                assert wanted not in came
                assert at - lost_at[wanted] >= times[0] - 1e-9
                assert at - lost_at[wanted] <= times[1] + 1e-9
                before = asked.setdefault(wanted, [])
                assert not before or at - before[-1] >= max(LEAST_REPEAT_S, rtt * 1.25) - 1e-9
                before.append(at)
    assert all(len(each) <= MAX_NACKS for each in asked.values())
    assert losses.expected == len(arrives) + 2
    assert losses.received == len(came)
    assert losses.lost == losses.expected - losses.received
    assert losses.highest == start + len(arrives) + 1


def test_late_is_not_lost() -> None:
    losses = LossTracker()
    for sequence in (1, 3, 2, 4):
        losses.add(sequence, 0.0)
    assert (losses.expected, losses.received, losses.lost) == (4, 4, 0)

"""Wrapping numbers and losses."""

from hypothesis import given
from hypothesis import strategies as st

from media.sequence import GIVE_UP_S, LossTracker, Unwrapped, newer16, signed32


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

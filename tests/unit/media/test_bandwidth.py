"""What a line may be given: the subscriber's word, bounded by the loss that is seen."""

import random

from hypothesis import given
from hypothesis import strategies as st

from media.bandwidth import LOWEST_BPS, MOST_BPS, START_BPS, START_S, Allowed, Downlink, LossBound


def test_a_call_begins_sharp_and_follows_the_weakest_line_then() -> None:
    allowed = Allowed()
    assert allowed.bps(None, None, False, 0.0) is None
    allowed.begin(0.0)
    assert allowed.bps(None, None, False, 0.1) == START_BPS
    assert allowed.bps(None, 80_000, False, 1.0) == START_BPS
    assert allowed.bps(None, 80_000, False, START_S + 1) == 80_000
    assert allowed.bps(30_000, 80_000, False, START_S + 1) == LOWEST_BPS
    assert allowed.bps(700_000, None, False, START_S + 1) == 700_000


def test_an_overused_line_ends_the_sharp_beginning() -> None:
    allowed = Allowed()
    allowed.begin(0.0)
    assert allowed.bps(120_000, None, True, 1.0) == 120_000


def test_loss_takes_off_and_a_clean_line_gives_back() -> None:
    bound = LossBound()

    def four_reports(loss: float, rate: int) -> int:
        for _ in range(4):
            bound.note(loss, rate)
        return bound.bps

    assert four_reports(0.05, 500_000) == MOST_BPS
    assert four_reports(0.2, 500_000) == 450_000
    assert four_reports(0.0, 100_000) == 450_000  # far below what is allowed: nothing was tried
    assert four_reports(0.0, 440_000) == int(450_000 * 1.05**4)
    bound.note(0.5, 400_000)  # so much is not waited with
    assert bound.bps == 300_000


def test_a_line_that_loses_at_any_rate_keeps_its_picture() -> None:
    bound, rate, chance = LossBound(), 500_000, random.Random(3)
    lowest = rate
    for _ in range(400):
        packets = max(8, rate // 9000)
        bound.note(sum(chance.random() < 0.15 for _ in range(packets)) / packets, rate)
        rate = min(500_000, bound.bps)
        lowest = min(lowest, rate)
    assert lowest > 250_000  # it was tried
    assert rate > 450_000


def test_a_bottleneck_is_still_found_behind_a_lossy_line() -> None:
    bound, rate = LossBound(), 500_000
    for _ in range(200):
        overflow = max(0.0, 1 - 150_000 / rate)
        bound.note(0.12 + 0.88 * overflow, rate)
        rate = min(500_000, bound.bps)
    assert rate < 250_000


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 10**8)), max_size=200))
def test_the_bound_stays_within_its_limits(reports: list[tuple[float, int]]) -> None:
    bound = LossBound()
    for loss, rate in reports:
        bound.note(loss, rate)
        assert LOWEST_BPS <= bound.bps <= MOST_BPS


def test_an_old_word_counts_no_more() -> None:
    downlink = Downlink()
    downlink.note_remb(300_000, 0.0)
    assert downlink.bps(5.0) == 300_000
    assert downlink.bps(20.0) is None
    downlink.note_second(0.5, 200_000, 20.0)
    assert downlink.bps(20.0) == 150_000


def test_a_line_that_takes_less_than_it_is_given_is_weak_and_one_that_begins_low_is_not() -> None:
    slow, full = Downlink(), Downlink()
    slow.note_remb(90_000, 1.0)
    slow.note_second(0.0, 100_000, 1.5)
    full.note_remb(90_000, 1.0)
    full.note_second(0.0, 600_000, 1.5)
    assert (slow.is_weak(2.0), full.is_weak(2.0)) == (False, True)
    slow.note_second(0.2, 100_000, 3.0)
    assert slow.is_weak(4.0)
    assert not slow.is_weak(3.0 + START_S)

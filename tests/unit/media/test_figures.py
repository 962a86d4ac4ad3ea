"""What a subscriber's reports say about its own line, whatever was missing before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.figures import ReportedLoss


def reported(*reports: tuple[int, int, int]) -> ReportedLoss:
    """(lost, highest, missing), one a second."""
    loss = ReportedLoss()
    for at, (lost, highest, missing) in enumerate(reports):
        loss.note(lost, highest, missing, 0.0, float(at))
    return loss


def test_the_share_lost_between_reports() -> None:
    loss = reported((0, 100, 0), (5, 150, 0), (5, 200, 0))
    assert loss.loss(2.0) == pytest.approx(0.05)
    assert loss.last(2.0) == 0
    assert reported((0, 100, 0), (10, 150, 0)).last(1.0) == pytest.approx(0.2)


def test_holes_that_came_from_the_publisher_are_not_this_lines() -> None:
    assert reported((0, 100, 0), (15, 200, 15)).loss(1.0) == 0
    assert reported((0, 100, 0), (25, 200, 15)).loss(1.0) == pytest.approx(0.1)


def test_a_report_that_is_older_than_the_newest_hole_evens_out_with_the_next() -> None:
    early = reported((0, 100, 0), (10, 150, 12), (20, 200, 20))
    assert early.loss(2.0) == 0


def test_one_report_says_nothing_and_old_ones_say_nothing_more() -> None:
    assert reported((50, 100, 0)).loss(0.0) == 0
    assert reported((0, 100, 0), (50, 150, 0)).loss(60.0) == 0
    assert reported((0, 100, 0), (50, 150, 0)).last(60.0) == 0


def test_a_subscriber_that_counts_anew_begins_anew() -> None:
    assert reported((900, 5000, 0), (0, 10, 0), (5, 60, 0)).loss(2.0) == pytest.approx(0.1)


@given(
    st.lists(
        st.tuples(st.integers(-100, 1 << 23), st.integers(0, (1 << 32) - 1), st.integers(0, 1 << 20)),
        max_size=8,
    )
)
def test_whatever_is_reported_the_share_is_one(reports: list[tuple[int, int, int]]) -> None:
    loss = reported(*reports)
    assert 0 <= loss.loss(float(len(reports))) <= 1
    assert 0 <= loss.last(float(len(reports))) <= 1

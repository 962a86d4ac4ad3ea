"""What a line check says, and how a long history is thinned."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical_store.quality_model import (
    MOST_POINTS,
    LineCheck,
    QualityPoint,
    Verdict,
    stretch_of,
    thinned,
)


def check(**figures: object) -> LineCheck:
    good = {"path": "relay", "up_kbps": 1800, "down_kbps": 2000, "loss": 0.0, "rtt_ms": 60}
    devices = {"microphone": "good", "camera": "good", "speaker": "heard"}
    return LineCheck.model_validate({**good, **devices, **figures})


@pytest.mark.parametrize(
    ("figures", "verdict"),
    [
        ({}, "good"),
        ({"up_kbps": 399}, "fair"),
        ({"loss": 0.02}, "fair"),
        ({"rtt_ms": 300}, "fair"),
        ({"down_kbps": 99}, "weak"),
        ({"loss": 0.05}, "weak"),
        ({"rtt_ms": 600}, "weak"),
        ({"loss": None, "rtt_ms": None}, "good"),
        ({"up_kbps": None, "down_kbps": None}, "unknown"),
        ({"path": "untested"}, "unknown"),
        ({"path": "blocked", "up_kbps": None, "down_kbps": None}, "weak"),
    ],
)
def test_verdicts(figures: dict[str, object], verdict: Verdict) -> None:
    assert check(**figures).verdict == verdict


@given(
    st.integers(0, 10_000), st.integers(0, 10_000), st.floats(0, 1), st.integers(0, 5_000), st.floats(0, 1)
)
def test_a_worse_line_never_gets_a_better_verdict(
    up: int, down: int, loss: float, rtt: int, more: float
) -> None:
    order = list(get_args(Verdict))
    better = check(up_kbps=up, down_kbps=down, loss=loss, rtt_ms=rtt)
    worse = check(up_kbps=up // 2, down_kbps=down, loss=max(loss, more), rtt_ms=rtt + 100)
    assert order.index(worse.verdict) >= order.index(better.verdict)


def point(number: int, up: int, cause: str | None = None) -> QualityPoint:
    return QualityPoint(at=5.0 * number, up=up, down=100, up_cause=cause, down_cause=None)


@given(st.lists(st.integers(0, 100), max_size=4 * MOST_POINTS))
def test_thinning_is_bounded_and_loses_no_low(scores: list[int]) -> None:
    points = [point(number, score) for number, score in enumerate(scores)]
    kept = thinned(points, stretch_of(len(points)))
    assert len(kept) <= MOST_POINTS
    assert min((one.up for one in kept), default=None) == min(scores, default=None)


def test_a_cause_stays_with_its_moment() -> None:
    kept = thinned([point(1, 90), point(2, 40), point(3, 40, "uplink_weak"), point(4, 95, "slow")], 4)
    assert [(one.at, one.up, one.up_cause) for one in kept] == [(20, 40, "uplink_weak")]

"""LiveKit's formula: worked examples (the ones of docs/quality.md) and what must hold for every line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.quality import (
    BEST,
    FLOOR,
    MODE_READINGS,
    LineScorer,
    LineWindow,
    bitrate_score,
    delay_effect,
    level_of,
    mean_opinion,
    packet_score,
)

LOSS = st.floats(0, 1)
DELAY = st.floats(0, 5)
WINDOWS = st.builds(
    LineWindow,
    packets=st.floats(0, 10_000),
    loss=LOSS,
    jitter_s=st.floats(0, 1),
    rtt_s=DELAY,
    expected_bps=st.floats(0, 5e6),
    room_bps=st.floats(0, 5e6),
    video=st.booleans(),
)


@pytest.mark.parametrize(
    ("rtt_s", "jitter_s", "points"),
    [(0, 0, 0), (0.08, 0, 1), (0.2, 0.01, 3), (0.32, 0, 4), (0.6, 0, 18), (0.4, 0.05, 18)],
)
def test_delay_by_hand(rtt_s: float, jitter_s: float, points: float) -> None:
    assert delay_effect(rtt_s, jitter_s) == pytest.approx(points)


@pytest.mark.parametrize(
    ("window", "score"),
    [
        (LineWindow(800, rtt_s=0.08), 99.0),
        (LineWindow(800, rtt_s=0.08, loss=0.02), 79.0),  # 2 % of a picture: 20 points
        (LineWindow(250, rtt_s=0.08, loss=0.03, video=False), 83.0),  # 3 % of FEC-protected speech: 16
        (LineWindow(800, rtt_s=0.6, loss=0.05), 32.0),
        (LineWindow(800, loss=0.5), 0.0),
    ],
)
def test_loss_by_hand(window: LineWindow, score: float) -> None:
    weight = 10.0 if window.video else 8 / 1.5
    assert packet_score(window, weight) == pytest.approx(score)


@pytest.mark.parametrize(
    ("expected", "room", "score"),
    [(0, 0, 100), (600_000, 700_000, 100), (600_000, 220_728, 80), (600_000, 29_872, 40), (600_000, 0, 0)],
)
def test_bitrate_by_hand(expected: float, room: float, score: float) -> None:
    assert bitrate_score(expected, room) == pytest.approx(score, abs=0.01)


def test_levels_and_opinion() -> None:
    assert [level_of(score) for score in (100, 80.1, 80, 40.1, 40, 20.1, 20)] == [
        "excellent", "excellent", "good", "good", "poor", "poor", "lost",
    ]  # fmt: skip
    assert [mean_opinion(score) for score in (-5, 0, 100, 200)] == [
        1,
        1,
        pytest.approx(4.5),
        pytest.approx(4.5),
    ]
    assert mean_opinion(80) == pytest.approx(4.024)
    assert mean_opinion(40) == pytest.approx(2.064)


def test_the_score_falls_fast_and_rises_slowly() -> None:
    scorer = LineScorer()
    assert scorer.update(LineWindow(800, loss=0.05)) == pytest.approx(60)  # 100 + 0.8 * (50 - 100)
    assert scorer.update(LineWindow(800)) == pytest.approx(76)  # 60 + 0.4 * (100 - 60)
    assert scorer.update(LineWindow(800)) == pytest.approx(85.6)


def test_nothing_expected_nothing_coming_held_back_and_gone() -> None:
    scorer = LineScorer()
    assert scorer.update(None, "silent") == 100
    assert scorer.update(LineWindow(0)) == 40
    assert scorer.update(None) == 40
    assert scorer.update(None, "paused") == 30
    assert scorer.update(None, "lost") == 20
    assert scorer.update(LineWindow(800)) == pytest.approx(52)  # back on a good line: 20 + 0.4 * 80
    assert scorer.update(None, "silent") == 100  # who mutes has no bad line


def test_a_lost_packet_of_a_still_picture_counts_less() -> None:
    scorer, still = LineScorer(), LineScorer()
    for _ in range(MODE_READINGS):
        scorer.update(LineWindow(500))
        still.update(LineWindow(500))
    assert still.update(LineWindow(20, loss=0.05)) > scorer.update(LineWindow(500, loss=0.05)) + 20


def test_more_packets_than_usual_do_not_make_a_loss_worse() -> None:
    scorer = LineScorer()
    for _ in range(MODE_READINGS):
        scorer.update(LineWindow(500))
    assert scorer.update(LineWindow(5000, loss=0.05)) == pytest.approx(60)


@given(WINDOWS, LOSS, DELAY)
def test_more_loss_or_delay_never_raises_the_score(window: LineWindow, loss: float, rtt_s: float) -> None:
    less = LineWindow(800, loss=min(loss, window.loss), rtt_s=min(rtt_s, window.rtt_s))
    more = LineWindow(800, loss=max(loss, window.loss), rtt_s=max(rtt_s, window.rtt_s))
    assert LineScorer().update(less) >= LineScorer().update(more)


@given(st.floats(1, 5e6), st.floats(1, 5e6), st.floats(1, 5e6))
def test_more_room_never_lowers_the_score(expected: float, room: float, other: float) -> None:
    assert bitrate_score(expected, max(room, other)) >= bitrate_score(expected, min(room, other))


@given(st.lists(WINDOWS, max_size=30))
def test_every_score_lies_within_its_bounds(windows: list[LineWindow]) -> None:
    scorer = LineScorer()
    for window in windows:
        assert FLOOR <= scorer.update(window) <= BEST
        assert 1 <= mean_opinion(scorer.score) <= 4.5


@given(WINDOWS)
def test_one_window_goes_only_part_of_the_way(window: LineWindow) -> None:
    scorer = LineScorer()
    scorer.update(LineWindow(800, loss=0.04))
    before = scorer.score
    after = scorer.update(LineWindow(max(1.0, window.packets), loss=window.loss, rtt_s=window.rtt_s))
    assert after <= before + 0.4 * (BEST - before) + 1e-9


@given(WINDOWS)
def test_a_line_that_stays_the_same_comes_to_rest(window: LineWindow) -> None:
    scorer = LineScorer()
    steady = LineWindow(800, loss=window.loss, rtt_s=window.rtt_s, jitter_s=window.jitter_s)
    for _ in range(40):
        scorer.update(steady)
    assert scorer.score == pytest.approx(max(FLOOR, packet_score(steady, 10.0)), abs=0.1)

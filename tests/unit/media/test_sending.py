"""What a publisher is asked to send on simulated lines."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.model import LineFigures
from media.sending import Sending, SendingLadder

TICK = 0.5
VOICE = {Sending.FULL: 56_000, Sending.LEAN: 24_000, Sending.SOUND: 24_000}


class Publisher:
    """A line of `rate(t)` upward, an AIMD estimate of the pictures' part, a camera of 500 kbit/s."""

    def __init__(self, rate: Callable[[float], float], random_loss: float = 0.0) -> None:
        self.ladder = SendingLadder(0.0)
        self.now, self.estimate = 0.0, 300_000.0
        self.history: list[tuple[float, Sending]] = []
        self._rate, self._random_loss = rate, random_loss

    def run(self, seconds: float) -> "Publisher":
        for _ in range(round(seconds / TICK)):
            self.now += TICK
            sending, rate = self.ladder.sending, self._rate(self.now)
            camera = 0.0 if sending is Sending.SOUND else min(max(self.estimate, 50_000), 500_000)
            sent = VOICE[sending] + camera
            congested = sent > rate
            loss = 1 - (1 - max(0.0, 1 - rate / sent)) * (1 - self._random_loss)
            if camera:
                room = max(10_000.0, 0.85 * (rate - VOICE[sending]))
                self.estimate = room if congested else min(1.08**TICK * self.estimate, 1.5 * camera + 1e4)
            arrived = int((VOICE[sending] + camera) * (1 - loss))
            voice = LineFigures(int(VOICE[sending] * (1 - loss)), loss=loss)
            line = LineFigures(arrived, int(self.estimate), loss=loss)
            self.history.append((self.now, self.ladder.step(line, voice, self.now)))
        return self

    def changes(self, since: float = 0.0) -> int:
        return sum(a is not b and at > since for (_, a), (at, b) in pairwise(self.history))

    def mostly(self, since: float) -> Sending:
        seen = [sending for at, sending in self.history if at > since]
        return max(set(seen), key=seen.count)


@pytest.mark.parametrize(
    ("rate", "expected"), [(1_000_000, Sending.FULL), (100_000, Sending.LEAN), (40_000, Sending.SOUND)]
)
def test_where_a_line_ends_up(rate: float, expected: Sending) -> None:
    assert Publisher(lambda _: rate).run(900).mostly(600) is expected


def test_ten_per_cent_lost_at_random_changes_nothing() -> None:
    assert Publisher(lambda _: 2_000_000, random_loss=0.1).run(300).changes() == 0


@settings(max_examples=25, deadline=None)
@given(st.floats(min_value=30_000, max_value=3_000_000))
def test_a_steady_line_settles(rate: float) -> None:
    assert Publisher(lambda _: rate).run(900).changes(since=600) <= 6


@settings(max_examples=25, deadline=None)
@given(st.floats(min_value=5_000, max_value=60_000))
def test_a_drop_is_answered_within_three_seconds(low: float) -> None:
    publisher = Publisher(lambda now: 2_000_000 if now <= 60 else low).run(60)
    assert publisher.ladder.sending is Sending.FULL
    assert publisher.run(3).ladder.sending < Sending.FULL


def test_a_line_that_is_good_again_is_used_again() -> None:
    publisher = Publisher(lambda now: 40_000 if 60 < now <= 120 else 2_000_000).run(120)
    assert publisher.ladder.sending is Sending.SOUND
    assert publisher.run(120).ladder.sending is Sending.FULL


def test_a_quiet_picture_is_no_weak_line() -> None:
    ladder = SendingLadder(0.0)
    quiet, voice = LineFigures(60_000, 45_000), LineFigures(32_000)
    assert {ladder.step(quiet, voice, float(at)) for at in range(100)} == {Sending.FULL}


def test_a_new_connection_begins_with_everything() -> None:
    publisher = Publisher(lambda _: 40_000).run(60)
    assert publisher.ladder.sending is Sending.SOUND
    publisher.ladder.restart(publisher.now)
    begun: Sending = publisher.ladder.sending
    assert begun is Sending.FULL


def test_an_outage_does_not_take_the_camera() -> None:
    """A lost and found line counts the loss of the time it was lost."""
    ladder = SendingLadder(0.0)
    lost = LineFigures(estimate_bps=600_000, loss=0.6)
    ladder.found(100.0)
    assert {ladder.step(lost, lost, 100.0 + tick / 2) for tick in range(20)} == {Sending.FULL}
    assert {ladder.step(lost, lost, 110.0 + tick / 2) for tick in range(20)} > {Sending.LEAN}

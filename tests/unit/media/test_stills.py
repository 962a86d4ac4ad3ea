"""Stills on simulated lines: whole, small, one at a time, and never more than the line has to spare."""

from base64 import b64decode
from collections.abc import Callable
from itertools import pairwise
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.stills import (
    EVERY_S,
    FIRST_PACE,
    LEAST_BYTES,
    LOST_S,
    MOST_BYTES,
    PART_CHARACTERS,
    PART_OVERHEAD_BYTES,
    StillDelivery,
    StillPart,
)

WHO = uuid4()
TICK = 0.02


class Line:
    """A line with so many bits per second beside the sound, a queue, and a viewer who answers."""

    def __init__(self, spare: Callable[[float], float], rtt: float = 0.1, answers: bool = True) -> None:
        self.delivery = StillDelivery(0.0)
        self.now = 0.0
        self.sent: list[tuple[float, StillPart]] = []
        self.worst_queue_s = 0.0
        self._spare, self._rtt, self._answers = spare, rtt, answers
        self._free_at = 0.0
        self._answer: tuple[float, int] | None = None

    def run(self, seconds: float) -> "Line":
        for _ in range(round(seconds / TICK)):
            self.now += TICK
            if self._answer is not None and self.now >= self._answer[0]:
                self.delivery.shown(self._answer[1], 0.0, self.now)
                self._answer = None
            if self.delivery.wants_picture(self.now):
                self.delivery.offer(WHO, b"\xff" * self.delivery.size, 0.1, self.now)
            while (part := self.delivery.due(self.now)) is not None:
                self._send(part)
        return self

    def _send(self, part: StillPart) -> None:
        self.sent.append((self.now, part))
        begin = max(self.now, self._free_at)
        self._free_at = begin + (len(part.jpeg) + PART_OVERHEAD_BYTES) * 8 / max(1.0, self._spare(self.now))
        self.worst_queue_s = max(self.worst_queue_s, self._free_at - self.now)
        if part.part == part.parts - 1 and self._answers:
            self._answer = (self._free_at + self._rtt, part.number)

    def stills(self, since: float = 0.0) -> list[float]:
        return [at for at, part in self.sent if part.part == part.parts - 1 and at > since]


def test_a_still_arrives_whole_in_small_parts() -> None:
    line = Line(lambda _: 100_000).run(4)
    parts = [part for _, part in line.sent if part.number == 1]
    assert [part.part for part in parts] == list(range(parts[0].parts))
    assert set(b64decode("".join(part.jpeg for part in parts))) == {0xFF}
    assert max(len(part.jpeg) for part in parts) <= PART_CHARACTERS


@settings(max_examples=30, deadline=None)
@given(st.floats(min_value=14_000, max_value=1_000_000), st.floats(min_value=0.02, max_value=0.8))
def test_a_picture_comes_every_few_seconds_and_the_sound_waits_for_none(spare: float, rtt: float) -> None:
    line = Line(lambda _: spare, rtt).run(120)
    gaps = [b - a for a, b in pairwise(line.stills())]
    assert min(gaps) >= EVERY_S - 2.6
    assert max(gaps) <= 12
    assert line.worst_queue_s <= 1.1


@pytest.mark.parametrize(("spare", "least", "most"), [(15_000, 5_000, 25_000), (500_000, 80_000, 120_000)])
def test_the_spare_rate_is_found(spare: float, least: float, most: float) -> None:
    line = Line(lambda _: spare).run(60)
    assert least <= (line.delivery.spare_bps(line.now) or 0) <= most


def test_without_answers_it_becomes_slow_and_says_so() -> None:
    line = Line(lambda _: 500_000, answers=False).run(90)
    assert (line.delivery.spare_bps(line.now) or 0) < 3_000
    assert min(b - a for a, b in pairwise(line.stills())) >= LOST_S


def test_loss_of_sound_slows_the_pictures() -> None:
    delivery = StillDelivery(0.0)
    assert delivery.wants_picture(1.0)
    delivery.offer(WHO, bytes(500), 0.0, 1.0)
    now = 1.0
    while delivery.next_at() is not None:
        now = max(now, delivery.next_at() or 0)
        delivery.due(now)
    delivery.shown(1, 0.1, now + 0.1)
    assert (delivery.spare_bps(now + 0.1) or FIRST_PACE) < FIRST_PACE


def test_answers_that_fit_nothing_are_ignored() -> None:
    delivery = StillDelivery(0.0)
    for number in (-1, 0, 1, 2**40):
        delivery.shown(number, 0.0, 1.0)
    assert delivery.spare_bps(1.0) is None


def test_a_picture_nobody_asked_for_is_dropped() -> None:
    delivery = StillDelivery(0.0)
    delivery.offer(WHO, bytes(100), 0.0, 0.5)
    assert delivery.due(0.5) is None


@given(st.lists(st.tuples(st.floats(0, 20), st.floats(0, 1)), max_size=50))
def test_the_size_stays_in_its_bounds(answers: list[tuple[float, float]]) -> None:
    delivery, now = StillDelivery(0.0), 0.0
    for wait, loss in answers:
        now += wait
        if delivery.wants_picture(now):
            delivery.offer(WHO, bytes(200), 0.0, now)
            delivery.due(now)
        delivery.shown(delivery._number, loss, now)
        assert LEAST_BYTES <= delivery.size <= MOST_BYTES

"""The ladder on simulated lines: it settles, leaves a failing rung at once, and never flaps."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.ladder import FIRST_WAIT_S, LEAST_VIDEO_BPS, Choice, Demand, Ladder, Rung, Step
from media.model import LineFigures

TICK = 0.5
SOUND, LEAN_SOUND = 56_000, 25_000
FULL = 600_000


@dataclass
class Subscriber:
    """A line of `rate(t)` bits per second and what its browser would say of it (an AIMD estimate, RFC 3550 loss)."""

    rate: Callable[[float], float]
    group: bool = False
    choice: Choice = "auto"
    random_loss: float = 0.0
    now: float = 0.0
    estimate: float = 300_000.0
    line: LineFigures = field(default_factory=LineFigures)
    history: list[tuple[float, Rung]] = field(default_factory=list)
    lean: bool = False

    def __post_init__(self) -> None:
        self.ladder = Ladder(self.now)

    def run(self, seconds: float) -> "Subscriber":
        for _ in range(round(seconds / TICK)):
            self.now += TICK
            step = self._tick()
            self.lean = step.lean
            self.history.append((self.now, step.rung))
        return self

    def _tick(self) -> Step:
        rung, rate = self.ladder.rung, self.rate(self.now)
        sound = LEAN_SOUND if self.lean else SOUND
        moving = rung >= Rung.LOW
        picture = 0.0
        if rung is Rung.FULL and self.group:
            picture = FULL
        elif rung is Rung.FULL:
            picture = min(max(self.estimate, LEAST_VIDEO_BPS), FULL)
        elif rung is Rung.LOW:
            picture = min(max(self.estimate, 60_000), 150_000)
        sent = sound + picture
        congested = sent > rate
        self.estimate = (
            0.85 * max(0.0, rate - sound)
            if congested
            else min(1.08**TICK * self.estimate, 1.5 * picture + 1e4)
        )
        self.estimate = max(self.estimate, 10_000)
        loss = 1 - (1 - max(0.0, 1 - rate / sent)) * (1 - self.random_loss)
        spare = int(max(0.0, rate - sound) * 0.8) if rung is Rung.STILLS else None
        figures = LineFigures(
            estimate_bps=int(self.estimate) if moving else None, loss=loss, rtt_s=0.1 + loss, packets=1
        )
        proven = min(spare, 100_000) if spare else None
        demand = Demand(
            group=self.group, choice=self.choice, full_bps=FULL, sent_bps=int(picture), spare_bps=proven
        )
        return self.ladder.step(figures, demand, self.now)

    def changes(self, since: float = 0.0) -> list[float]:
        pairs = pairwise(self.history)
        return [at for (_, a), (at, b) in pairs if a is not b and at > since]

    def mostly(self, since: float) -> Rung:
        seen = [rung for at, rung in self.history if at > since]
        return max(set(seen), key=seen.count)


def steady(bps: float) -> Callable[[float], float]:
    return lambda _: bps


rates = st.floats(min_value=20_000, max_value=3_000_000)
groups = st.booleans()


@settings(max_examples=25, deadline=None)
@given(rates, groups)
def test_a_steady_line_settles(rate: float, group: bool) -> None:
    subscriber = Subscriber(steady(rate), group=group).run(900)
    tried = subscriber.changes(since=600)
    assert len(tried) <= 4  # a better rung is tried now and then, and left again: one climb in four minutes
    stays = sum(1 for at, rung in subscriber.history if at > 600 and rung is subscriber.mostly(600))
    assert stays * TICK >= 0.9 * 300


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.floats(min_value=0.5, max_value=20), rates), min_size=1, max_size=40), groups,
    st.floats(min_value=0, max_value=0.3),
)  # fmt: skip
def test_changes_are_bounded_on_any_line(pieces: list[tuple[float, float]], group: bool, loss: float) -> None:
    def rate(now: float) -> float:
        for length, bps in pieces:
            if now < length:
                return bps
            now -= length
        return pieces[-1][1]

    subscriber = Subscriber(rate, group=group, random_loss=loss).run(300)
    for begin in range(0, 240, 5):
        within = [at for at in subscriber.changes() if begin < at <= begin + 60]
        assert len(within) <= 12  # three rungs down in seconds; every step up waits twelve
    climbs = [(at, b) for (_, a), (at, b) in pairwise(subscriber.history) if b > a]
    assert all(later - earlier >= FIRST_WAIT_S for (earlier, _), (later, _) in pairwise(climbs))


@settings(max_examples=25, deadline=None)
@given(st.floats(min_value=5_000, max_value=60_000), groups)
def test_a_drop_is_left_within_three_seconds(low: float, group: bool) -> None:
    subscriber = Subscriber(lambda now: 2_000_000 if now <= 60 else low, group=group).run(60)
    assert subscriber.ladder.rung is Rung.FULL
    subscriber.run(3)
    assert subscriber.ladder.rung < Rung.FULL


@settings(max_examples=25, deadline=None)
@given(rates, rates, groups)
def test_a_better_line_never_gets_less(one: float, other: float, group: bool) -> None:
    worse, better = sorted((one, other))
    less = Subscriber(steady(worse), group=group).run(900).mostly(600)
    more = Subscriber(steady(better), group=group).run(900).mostly(600)
    assert more >= less


@pytest.mark.parametrize(
    ("rate", "group", "expected"),
    [
        (2_000_000, False, Rung.FULL),
        (2_000_000, True, Rung.FULL),
        (300_000, True, Rung.LOW),
        (100_000, False, Rung.FULL),  # eight frames a second fit beside lean sound
        (40_000, False, Rung.STILLS),
        (40_000, True, Rung.STILLS),
    ],
)
def test_where_a_line_ends_up(rate: float, group: bool, expected: Rung) -> None:
    assert Subscriber(steady(rate), group=group).run(900).mostly(600) is expected


def test_sound_becomes_lean_where_it_takes_the_pictures_place_and_not_elsewhere() -> None:
    assert Subscriber(steady(100_000)).run(60).lean
    assert not Subscriber(steady(1_000_000)).run(60).lean
    assert Subscriber(steady(1_000_000), choice="save_data").run(5).lean


def test_ten_per_cent_lost_at_random_on_a_good_line_takes_no_picture_away() -> None:
    assert Subscriber(steady(2_000_000), random_loss=0.1).run(300).changes() == []


def test_a_recovered_line_is_used_again_slowly() -> None:
    subscriber = Subscriber(lambda now: 30_000 if 60 < now <= 120 else 2_000_000).run(120)
    assert subscriber.ladder.rung <= Rung.STILLS
    subscriber.run(8)
    assert subscriber.ladder.rung <= Rung.STILLS  # eight good seconds prove nothing
    subscriber.run(60)
    assert subscriber.ladder.rung is Rung.FULL


def test_a_climb_that_fails_doubles_the_wait() -> None:
    ladder = Ladder(0.0)
    bad = LineFigures(estimate_bps=10_000, loss=0.3)
    clean = LineFigures(loss=0.0)
    demand = Demand(spare_bps=100_000)
    climbs: list[float] = []
    at = 5.0
    while len(climbs) < 4:
        before = ladder.rung
        ladder.step(bad if ladder.rung is Rung.FULL else clean, demand, at)
        if ladder.rung > before:
            climbs.append(at)
        at += TICK
    waits = [b - a for a, b in pairwise(climbs)]
    assert waits[1] > 1.8 * waits[0]
    assert waits[2] > 1.8 * waits[1]


@pytest.mark.parametrize(
    ("choice", "top"), [("auto", Rung.FULL), ("save_data", Rung.LOW), ("audio_only", Rung.AUDIO_ONLY)]
)
def test_a_choice_by_hand_holds_at_once_and_is_left_at_once(choice: Choice, top: Rung) -> None:
    ladder = Ladder(0.0)
    line = LineFigures(estimate_bps=1_000_000)
    assert ladder.step(line, Demand(choice=choice), 10.0).rung is top
    for later in range(11, 200):
        assert ladder.step(line, Demand(choice=choice), float(later)).rung is top
    assert ladder.step(line, Demand(), 200.0).rung is Rung.FULL


def test_the_phone_is_offered_after_ten_seconds_of_unusable_sound_and_taken_back() -> None:
    ladder = Ladder(0.0)
    broken, fine = LineFigures(loss=0.6), LineFigures(loss=0.0)
    offered = [at for at in range(60) if ladder.step(broken, Demand(), float(at)).offer_phone]
    assert 10 <= offered[0] <= 20
    assert ladder.step(fine, Demand(), 60.0).offer_phone
    assert not any(ladder.step(fine, Demand(), 60.0 + at).offer_phone for at in range(120, 130))


def test_the_third_person_leaving_ends_the_copy() -> None:
    ladder = Ladder(0.0)
    weak = LineFigures(estimate_bps=100_000)
    for at in range(10, 20):
        ladder.step(weak, Demand(group=True, full_bps=FULL), float(at))
    assert ladder.rung is Rung.LOW
    assert ladder.step(weak, Demand(group=False, full_bps=FULL), 21.0).rung is Rung.FULL


def test_a_quiet_picture_does_not_hold_a_good_line_on_the_small_copy() -> None:
    ladder = Ladder(0.0)
    ladder.rung = Rung.LOW
    quiet = LineFigures(estimate_bps=90_000)  # 1.5 times what is sent: more no receiver can say
    for at in range(30):
        ladder.step(quiet, Demand(group=True, full_bps=400_000, sent_bps=60_000), float(at))
    assert ladder.rung is Rung.FULL


def test_a_quiet_screen_is_no_weak_line() -> None:
    ladder = Ladder(0.0)
    quiet = LineFigures(estimate_bps=20_000)
    assert {ladder.step(quiet, Demand(sent_bps=9_000), float(at)).rung for at in range(100)} == {Rung.FULL}


def test_a_new_connections_first_estimates_mean_nothing() -> None:
    ladder = Ladder(0.0)
    beginning = LineFigures(estimate_bps=20_000, loss=0.08)
    for at in (0.5, 1.0, 2.0, 3.0):
        assert ladder.step(beginning, Demand(), at).rung is Rung.FULL
    for at in range(4, 10):
        ladder.step(beginning, Demand(), float(at))
    assert ladder.rung is Rung.STILLS
    ladder.restart(100.0)
    assert ladder.rung is Rung.STILLS


def test_a_low_estimate_of_a_line_that_loses_nothing_is_no_weak_line_between_two() -> None:
    """The publisher is asked for 38 kbit/s at least; a line that carries that has only an estimate to mend."""
    pair, group = Ladder(0.0), Ladder(0.0)
    mending = LineFigures(estimate_bps=20_000, loss=0.01, rtt_s=0.2)
    for at in range(60):
        pair.step(mending, Demand(), float(at))
        group.step(mending, Demand(group=True), float(at))
    assert (pair.rung, group.rung) == (Rung.FULL, Rung.STILLS)
    for at in range(60, 64):
        pair.step(LineFigures(estimate_bps=20_000, rtt_s=1.5), Demand(), float(at))
    assert pair.rung is Rung.STILLS


def test_an_outage_is_no_weak_line() -> None:
    """A lost and found line reports the loss of the time it was lost; what it carries now is what counts."""
    ladder = Ladder(0.0)
    aftermath = LineFigures(estimate_bps=600_000, loss=0.9, rtt_s=5.0)
    ladder.restart(100.0)
    for tick in range(20):
        assert ladder.step(aftermath, Demand(), 100.0 + tick / 2).rung is Rung.FULL
    for tick in range(20):
        ladder.step(aftermath, Demand(), 110.0 + tick / 2)
    assert ladder.rung < Rung.FULL

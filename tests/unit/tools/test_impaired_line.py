"""The line's fate of datagrams: seeded, each impairment by its numbers."""

import dataclasses
from itertools import pairwise

import pytest

from tools.impaired_line import HEADERS, PROFILES, Line, Profile


def fates(
    profile: Profile, seed: int, count: int = 2000, size: int = 1000, gap: float = 0.01
) -> list[list[float]]:
    line = Line(profile, seed)
    return [line.leaves(size, n * gap) for n in range(count)]


def test_same_seed_same_fate_and_another_seed_another() -> None:
    profile = Profile(loss=0.1, jitter_s=0.02, reorder=0.02, duplicate=0.01)
    assert fates(profile, 7) == fates(profile, 7)
    assert fates(profile, 7) != fates(profile, 8)


def test_what_a_datagram_meets_does_not_depend_on_other_settings_before() -> None:
    """A profile switched on later loses the datagrams it would have lost anyhow: draws are per datagram."""
    always = fates(Profile(loss=0.2), 3)
    line = Line(Profile(), 3)
    later = []
    for n in range(2000):
        if n == 1000:
            line.profile = Profile(loss=0.2)
        later.append(line.leaves(1000, n * 0.01))
    assert later[1000:] == always[1000:]
    assert all(later[:1000])


def test_random_loss_has_the_share_asked_for() -> None:
    lost = sum(not left for left in fates(Profile(loss=0.1), 1, count=20_000))
    assert lost / 20_000 == pytest.approx(0.1, abs=0.01)


def test_bursts_are_bursts() -> None:
    """Gilbert-Elliott with mean burst 4 and 4 % loss: as many lost, but together."""
    left = fates(Profile(burst_begins=0.0104, burst_ends=0.25), 5, count=20_000)
    lost = [not x for x in left]
    bursts = sum(now and not before for before, now in pairwise([False, *lost]))
    assert sum(lost) / 20_000 == pytest.approx(0.04, abs=0.012)
    assert sum(lost) / bursts == pytest.approx(4, abs=1)


def test_delay_and_jitter_keep_the_order() -> None:
    left = fates(Profile(delay_s=0.1, jitter_s=0.05), 2)
    times = [at for (at,) in left]
    assert times == sorted(times)
    delays = [at - n * 0.01 for n, at in enumerate(times)]
    assert min(delays) >= 0.1
    assert 0.14 < max(delays) <= 0.150001


def test_reordered_datagrams_are_overtaken_and_duplicates_come_twice() -> None:
    left = fates(Profile(reorder=0.05, reorder_s=0.025, duplicate=0.1), 4)
    first = [at[0] for at in left]
    overtaken = sum(a > b for a, b in pairwise(first))
    assert overtaken / 2000 == pytest.approx(0.05, abs=0.02)
    assert sum(len(at) == 2 for at in left) / 2000 == pytest.approx(0.1, abs=0.03)


def test_the_bottleneck_spaces_what_it_sends_and_its_queue_is_bounded() -> None:
    line = Line(Profile(rate_bps=80_000, queue_bytes=10_000), 1)
    size = 1000 - HEADERS  # 1000 bytes on the wire: 100 ms each
    left = [line.leaves(size, 0.0) for _ in range(15)]
    times = [at[0] for at in left if at]
    assert times == pytest.approx([0.1 * n for n in range(1, 11)])
    assert line.overflowed == 5
    assert line.leaves(size, 0.15) == pytest.approx([1.1]), "what was sent made room"


def test_a_blackout_passes_nothing_and_ends() -> None:
    line = Line(Profile(blackout=True), 1)
    assert not any(line.leaves(100, n * 0.1) for n in range(50))
    line.profile = dataclasses.replace(line.profile, blackout=False)
    assert line.leaves(100, 6.0) == [6.0]


def test_every_named_profile_passes_something_but_the_blackout() -> None:
    for name, profile in PROFILES.items():
        passed = sum(bool(at) for at in fates(profile, 1, count=200, size=200, gap=0.05))
        assert (passed == 0) is (name == "blackout")

"""The estimate of a participant's own line: it finds a bottleneck, and lets a good line grow."""

import random

from media.uplink import IncomingRate, UplinkEstimate


def through(bottleneck_bps: float | None, send_bps: float, seconds: float, seed: int = 1) -> UplinkEstimate:
    """1000-byte packets at a steady rate through a line; each tells when it was sent."""
    estimate, chance, free_at = UplinkEstimate(), random.Random(seed), 0.0
    for n in range(int(seconds * send_bps / 8000)):
        sent = n * 8000 / send_bps
        came = sent + 0.03 + chance.random() * 0.003
        if bottleneck_bps is not None:
            free_at = max(free_at, came) + 8000 / bottleneck_bps
            came = free_at
        estimate.add(int(sent * (1 << 18)) & 0xFFFFFF, came, 1000)
    return estimate


def test_a_full_line_is_found() -> None:
    estimate = through(200_000, 400_000, 10)
    assert estimate.bps is not None
    assert 100_000 < estimate.bps < 260_000


def test_a_good_line_is_allowed_more_than_it_carries() -> None:
    estimate = through(None, 400_000, 20)
    assert estimate.bps is not None
    assert estimate.bps > 500_000
    assert not estimate.overusing


def test_times_wrap_every_64_seconds() -> None:
    estimate = through(None, 100_000, 200)
    assert estimate.bps is not None
    assert estimate.bps > 100_000


def test_the_rate_is_of_the_last_second() -> None:
    rate = IncomingRate()
    assert rate.bps(0.0) is None
    for n in range(300):
        rate.add(1250, n / 100)
    assert rate.bps(3.0) is not None
    assert abs((rate.bps(3.0) or 0) - 1_000_000) < 60_000
    assert rate.bps(9.0) is None


def test_late_and_repeated_times_do_no_harm() -> None:
    estimate, chance = UplinkEstimate(), random.Random(2)
    for n in range(5000):
        estimate.add(chance.randrange(1 << 24), n / 100, chance.randrange(1500))
    assert estimate.bps is None or estimate.bps > 0


def test_after_a_long_silence_the_estimate_goes_on() -> None:
    """Send times wrap every 64 s: after a pause of 40 s (a camera switched off) the new ones look late."""
    estimate = through(None, 200_000, 10)
    for n in range(500):
        sent = 50 + n * 0.01
        estimate.add(int(sent * (1 << 18)) & 0xFFFFFF, sent + 0.03, 1000)
    assert estimate.bps is not None
    assert estimate.bps > 400_000

"""Bounds on one participant, with a clock of our own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.limits import (
    WINDOW_S,
    Allowance,
    Flow,
    PictureGate,
    TokenBucket,
    acceptable,
    key_frame_requests,
)

BROWSER = (220, 1_200)  # packets a second and their size: 2.1 Mbit/s


def send(flow: Flow, per_second: int, size: int, begin: float, seconds: float) -> int:
    """Packets that passed."""
    count = int(per_second * seconds)
    return sum(flow.take(size, begin + number / per_second) for number in range(count))


def test_a_camera_a_screen_and_a_voice_pass_whole() -> None:
    flow = Flow(Allowance())
    assert send(flow, 3 * BROWSER[0], BROWSER[1], 10.0, 30.0) == 3 * BROWSER[0] * 30
    assert not flow.flooding


def test_a_key_frames_burst_is_no_flood() -> None:
    flow = Flow(Allowance())
    passed = sum(flow.take(1_200, 5.0 + number * 1e-5) for number in range(120))  # 144 kB at once
    assert passed == 120


@pytest.mark.parametrize(("per_second", "size"), [(20_000, 60), (2_000, 1_200)], ids=["packets", "bytes"])
def test_a_flood_is_cut_to_the_allowance_and_found_within_three_seconds(per_second: int, size: int) -> None:
    flow, allowance = Flow(Allowance()), Allowance()
    passed = send(flow, per_second, size, 0.0, 1.9)
    assert not flow.flooding
    assert passed <= 2 * allowance.packets_per_s
    assert passed * size * 8 <= 2 * allowance.bits_per_s
    send(flow, per_second, size, 1.9, 1.1)
    assert flow.flooding


def test_two_bursts_with_a_quiet_time_between_are_no_flood() -> None:
    flow = Flow(Allowance())
    for begin in (0.0, 5.0, 10.0, 15.0):
        send(flow, 20_000, 100, begin, 1.4)
        assert not flow.flooding


@given(st.lists(st.tuples(st.floats(0, 0.2), st.integers(0, 2_048)), max_size=400), st.floats(0.1, 3.0))
def test_no_half_second_brings_more_than_its_share(steps: list[tuple[float, int]], slack: float) -> None:
    flow, now, passed = Flow(Allowance(200, 400_000), slack), 0.0, []
    for step, size in steps:
        now += step
        if flow.take(size, now):
            passed.append((now, size))
    for begin, _ in passed:
        within = [size for at, size in passed if begin <= at < begin + WINDOW_S]
        assert len(within) <= 2 * int(200 * slack * WINDOW_S)  # a window of ours may begin within it
        assert sum(within) <= 2 * int(50_000 * slack * WINDOW_S)


@given(st.floats(1, 50), st.floats(0.1, 50), st.lists(st.floats(0, 2), min_size=1, max_size=200))
def test_a_bucket_gives_its_capacity_and_its_rate(capacity: float, rate: float, steps: list[float]) -> None:
    bucket, now, given_out = TokenBucket(capacity, rate), 0.0, 0
    for step in steps:
        now += step
        given_out += bucket.take(now)
    assert given_out <= capacity + now * rate + 1e-6
    assert given_out >= min(len(steps), int(capacity))


def test_a_viewer_in_trouble_gets_key_frames_and_a_storm_gets_few() -> None:
    trouble = key_frame_requests()
    assert all(trouble.take(float(second)) for second in range(8))
    storm = key_frame_requests()
    assert sum(storm.take(number / 100) for number in range(6_000)) <= 8 + 30  # a minute of 100 a second


@pytest.mark.parametrize(
    ("width", "height", "fine"),
    [
        (640, 480, True),
        (3840, 2160, True),
        (2160, 3840, True),
        (4096, 2304, True),
        (4096, 4096, False),
        (16383, 16383, False),
        (16383, 16, False),
        (0, 480, False),
    ],
)
def test_sizes_of_screens_pass(width: int, height: int, fine: bool) -> None:
    assert acceptable(width, height) is fine


def test_the_gate_stays_closed_until_a_picture_of_acceptable_size() -> None:
    gate = PictureGate()
    shown = [gate.passes(size) for size in ((640, 480), None, (16383, 16383), None, None, (320, 240), None)]
    assert shown == [True, True, False, False, False, True, True]
    assert gate.refused == 1

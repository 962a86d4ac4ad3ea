from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.clock import ManualClock
from signaling.bucket import Rate, TokenBucket

RATE = Rate(capacity=3, per_second=2)


def test_a_burst_and_then_the_rate() -> None:
    clock = ManualClock()
    bucket = TokenBucket(RATE, clock.now())
    assert [bucket.take(1, clock.now()) for _ in range(4)] == [True, True, True, False]
    clock.advance(timedelta(seconds=0.5))
    assert [bucket.take(1, clock.now()) for _ in range(2)] == [True, False]


def test_a_refusal_takes_nothing() -> None:
    clock = ManualClock()
    bucket = TokenBucket(RATE, clock.now())
    assert not bucket.take(4, clock.now())
    assert bucket.take(3, clock.now())


def test_a_clock_that_steps_back_refills_nothing() -> None:
    clock = ManualClock()
    bucket = TokenBucket(RATE, clock.now())
    assert bucket.take(3, clock.now())
    assert not bucket.take(1, clock.now() - timedelta(hours=1))


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0.1, 3)), max_size=60))
def test_never_more_than_the_capacity_and_what_time_gave(steps: list[tuple[float, float]]) -> None:
    clock = ManualClock()
    bucket, begun, spent = TokenBucket(RATE, clock.now()), clock.now(), 0.0
    for seconds, cost in steps:
        clock.advance(timedelta(seconds=seconds))
        spent += cost if bucket.take(cost, clock.now()) else 0
    given = RATE.capacity + (clock.now() - begun).total_seconds() * RATE.per_second
    assert spent <= given + 1e-6

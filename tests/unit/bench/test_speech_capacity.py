"""The simulated queue of live consults: batches as `work` takes them, one engine, nobody forgotten."""

import pytest

from bench.speech.capacity import Closed, simulate


def test_one_utterance_waits_for_company_and_its_own_cost() -> None:
    assert simulate([Closed(1.0, 3.0)], lambda batch: 0.5) == [pytest.approx(0.6)]


def test_what_ends_meanwhile_shares_the_next_batch() -> None:
    sizes: list[int] = []

    def cost(batch: object) -> float:
        assert isinstance(batch, list)
        sizes.append(len(batch))
        return 1.0

    delays = simulate([Closed(0, 1), Closed(0.05, 1), Closed(0.5, 1), Closed(0.9, 1)], cost)
    assert sizes == [2, 2]
    assert delays == [pytest.approx(one) for one in (1.1, 1.05, 1.6, 1.2)]


def test_a_batch_is_bounded_and_an_engine_too_slow_falls_behind() -> None:
    crowd = [Closed(second, 1) for second in range(60) for _ in range(10)]
    delays = simulate(crowd, lambda batch: 1.0)
    assert len(delays) == 600
    assert delays[-1] > 10 > max(simulate(crowd, lambda batch: 0.4))

"""Spans are cut out of passing sound at their sample; what was not recorded is silent and counted as missing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.excerpts import RATE, Samples, excerpts


def ramp(seconds: float, start: float = 0.0) -> Samples:
    """Samples whose value is their own moment."""
    return (start + np.arange(round(seconds * RATE)) / RATE).astype(np.float32)


def pieces(sound: Samples, size: int, start: float = 0.0) -> list[tuple[float, Samples]]:
    return [(start + at / RATE, sound[at : at + size]) for at in range(0, len(sound), size)]


def test_a_span_is_cut_at_its_sample() -> None:
    (cut,) = excerpts(pieces(ramp(3.0), 700), [(1.25, 2.5)])
    assert (cut.index, cut.covered, len(cut.samples)) == (0, 1.0, 20_000)
    assert cut.samples == pytest.approx(ramp(1.25, 1.25), abs=1e-6)


def test_overlapping_spans_come_as_they_end() -> None:
    found = list(excerpts(pieces(ramp(4.0), 1600), [(0.5, 3.0), (1.0, 1.5), (3.5, 4.0)]))
    assert [(cut.index, cut.covered) for cut in found] == [(1, 1.0), (0, 1.0), (2, 1.0)]


def test_what_was_not_recorded_is_silent_and_missing() -> None:
    heard = [*pieces(ramp(1.0), 1600), *pieces(ramp(1.0, 2.0), 1600, start=2.0)]
    gap, never = excerpts(heard, [(0.5, 2.5), (7.0, 8.0)])
    assert gap.covered == pytest.approx(0.5)
    assert not gap.samples[8_000:24_000].any()
    assert gap.samples[24_000:] == pytest.approx(ramp(0.5, 2.0), abs=1e-6)
    assert never.covered == 0.0
    assert not never.samples.any()


def test_nothing_to_cut_from_nothing() -> None:
    assert list(excerpts([], [])) == []


@given(
    spans=st.lists(st.tuples(st.floats(0, 3), st.floats(0.01, 2)), max_size=6),
    size=st.integers(200, 20_000),
)
def test_every_span_comes_once_with_what_there_is(spans: list[tuple[float, float]], size: int) -> None:
    wanted = sorted((start, start + length) for start, length in spans)
    found = list(excerpts(pieces(ramp(4.0), size), wanted))
    assert sorted(cut.index for cut in found) == list(range(len(wanted)))
    for cut in found:
        start, end = wanted[cut.index]
        present = max(0.0, min(end, 4.0) - start) / (end - start)
        assert cut.covered == pytest.approx(present, abs=0.02)

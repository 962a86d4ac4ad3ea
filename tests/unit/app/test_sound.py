"""Samples survive the way through the store to within one step of 16 bit."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.sound import float32, pcm16


@given(st.lists(st.floats(-1, 1, width=32), max_size=200))
def test_what_goes_in_comes_out(values: list[float]) -> None:
    samples = np.array(values, np.float32)
    assert np.allclose(float32(pcm16(samples)), samples, atol=1 / 32_767)


def test_too_loud_is_clipped_not_wrapped() -> None:
    assert float32(pcm16(np.array([3.0, -3.0], np.float32))).tolist() == [1.0, -1.0]

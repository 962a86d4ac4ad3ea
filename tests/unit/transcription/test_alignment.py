"""Dynamic time warping by rows of prefix sums, against the plain recurrence of whisper.timing."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from transcription.engines.alignment import first_places, running_median, token_starts


def plainly(cost: NDArray[np.float64]) -> tuple[float, list[int]]:
    """Least total, and for each row the column at which that path enters it, cell by cell."""
    rows, columns = cost.shape
    total = np.full((rows + 1, columns + 1), np.inf)
    total[0, 0] = 0
    for i in range(1, rows + 1):
        for j in range(1, columns + 1):
            total[i, j] = cost[i - 1, j - 1] + min(total[i - 1, j - 1], total[i - 1, j], total[i, j - 1])
    i, j, entered = rows, columns, [0] * rows
    while i > 0:
        entered[i - 1] = j - 1
        steps = {
            (i - 1, j - 1): total[i - 1, j - 1],
            (i - 1, j): total[i - 1, j],
            (i, j - 1): total[i, j - 1],
        }
        i, j = min(steps, key=lambda step: steps[step])
        if j == 0:
            break
    return float(total[-1, -1]), entered


@pytest.mark.parametrize(("rows", "columns"), [(1, 9), (2, 2), (5, 40), (12, 7), (3, 1), (30, 120)])
def test_the_path_is_the_cheapest(rows: int, columns: int) -> None:
    for seed in range(5):
        cost = np.random.default_rng(seed).normal(0, 1, (rows, columns))
        assert first_places(cost).tolist() == plainly(cost)[1]


def test_tokens_begin_where_the_decoder_looked() -> None:
    """Ten tokens, each looked at for ten places of its own."""
    looks = torch.full((2, 12, 150), 1e-4)
    for token in range(10):
        looks[:, 1 + token, 10 * token : 10 * token + 10] = 1.0
    looks[:, 11, 99] = 1.0
    starts = token_starts(looks, 100, 1)
    assert np.abs(np.array(starts) - np.arange(10) * 0.2).max() <= 0.041
    assert starts == sorted(starts)


@pytest.mark.parametrize("places", [2, 3, 4, 7, 50])
def test_the_median_of_seven_is_the_median_of_seven(places: int) -> None:
    weights = torch.from_numpy(np.random.default_rng(3).normal(0, 1, (2, 3, places)).astype(np.float32))
    found = running_median(weights)
    if places <= 3:
        assert torch.equal(found, weights)
        return
    padded = np.pad(weights.numpy(), ((0, 0), (0, 0), (3, 3)), mode="reflect")
    expected = np.median(np.lib.stride_tricks.sliding_window_view(padded, 7, axis=-1), axis=-1)
    assert np.array_equal(found.numpy(), expected.astype(np.float32))

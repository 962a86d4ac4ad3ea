"""Word times by dynamic time warping over where the decoder looked (``whisper.timing``), without its compiler.

whisper's own ``dtw`` is compiled by numba in each new process, seconds of it. The recurrence along a row is a
running minimum of prefix sums, so numpy does a row at once.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

# Exchanges after which the fourth is the median (Devillard, Fast median search, 1998): whole arrays at a time.
_MEDIAN_OF_SEVEN = [divmod(int(pair), 10) for pair in "05 03 16 24 01 35 26 23 36 45 14 13 34".split()]
_SECONDS_A_PLACE = 0.02


def token_starts(looks: Tensor, places: int, lead: int) -> list[float]:
    """Seconds at which each token of a text begins, and then its end.

    Args:
        looks: ``(heads, lead + tokens + 2, longest)``: each token's attention on 20 ms places, from the start
            of transcript to the end of text, both included.
        places: how many of them belong to the utterance.
        lead: how many tokens were chosen before the text's first: language, task, no timestamps.

    Returns:
        ``(tokens + 1,)``, never decreasing, the first 0.
    """
    weights = looks[:, :, :places]
    weights = weights / weights.sum(-1, keepdim=True)
    deviation, mean = torch.std_mean(weights, dim=-2, keepdim=True, unbiased=False)
    weights = running_median((weights - mean) / deviation.clamp(min=1e-9))
    cost: NDArray[np.float64] = -weights.mean(0)[lead:-1].double().numpy()
    return [float(place) * _SECONDS_A_PLACE for place in first_places(cost)]


def first_places(cost: NDArray[np.float64]) -> NDArray[np.int64]:
    """The column at which the cheapest monotonic path through ``cost`` ``(n, m)`` enters each row.

    The path goes from the first to the last cell by steps right, down or both (``whisper.timing.dtw_cpu``).
    """
    rows, columns = cost.shape
    entered = np.zeros((rows, columns), dtype=np.int64)
    steep = np.zeros((rows, columns), dtype=bool)
    total = np.cumsum(cost[0])
    for row in range(1, rows):
        sums = np.cumsum(cost[row])
        diagonal = np.concatenate([[np.inf], total[:-1]])
        steep[row] = total <= diagonal
        entry = np.minimum(total, diagonal) - sums + cost[row]  # what it costs to enter at each column
        best = np.minimum.accumulate(entry)
        entered[row] = np.maximum.accumulate(np.where(entry <= best, np.arange(columns), 0))
        total = best + sums
    places = np.zeros(rows, dtype=np.int64)
    column = columns - 1
    for row in range(rows - 1, 0, -1):
        places[row] = entered[row, column]
        column = places[row] if steep[row, places[row]] else places[row] - 1
    return places


def running_median(weights: Tensor) -> Tensor:
    """Of seven along the last axis, mirrored at its ends, as ``whisper.timing.median_filter``."""
    around = 3
    if weights.shape[-1] <= around:
        return weights
    padded = torch.nn.functional.pad(weights, (around, around), mode="reflect")
    seven = list(padded.unfold(-1, 7, 1).unbind(-1))
    for low, high in _MEDIAN_OF_SEVEN:
        seven[low], seven[high] = (
            torch.minimum(seven[low], seven[high]),
            torch.maximum(seven[low], seven[high]),
        )
    return seven[3]

"""Stretches cut out of sound that goes by once: what the final pass hears of a recording."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
Span = tuple[float, float]

RATE = 16_000


@dataclass(frozen=True, slots=True, eq=False)
class Excerpt:
    """The sound of the span number `index`: float32 mono, shape (n,), 16 kHz, silent where nothing was recorded.
    `covered`: which share of it was (0 to 1)."""

    index: int
    samples: Samples
    covered: float


def excerpts(heard: Iterable[tuple[float, Samples]], spans: Sequence[Span]) -> Iterator[Excerpt]:
    """Each span, as soon as the sound is past its end; one that is never reached comes last, silent.

    `heard`: (second at which it begins, samples at 16 kHz), in order of time. `spans`: (start, end) in the same
    seconds, in order of their starts. Memory: the spans under way.
    """
    waiting = [_Cut(index, start, end) for index, (start, end) in enumerate(spans)]
    for at, samples in heard:
        yield from _finished(waiting, before=at)
        for cut in waiting:
            if cut.start >= at + len(samples) / RATE:
                break
            cut.take(at, samples)
    yield from _finished(waiting, before=float("inf"))


def _finished(waiting: list[_Cut], before: float) -> Iterator[Excerpt]:
    for cut in [cut for cut in waiting if cut.end <= before]:
        waiting.remove(cut)
        yield cut.done()


class _Cut:
    def __init__(self, index: int, start: float, end: float) -> None:
        self.index, self.start, self.end = index, start, end
        self._length = max(1, round((end - start) * RATE))
        self._samples: Samples | None = None  # made when its time comes: a long visit has hundreds
        self._heard = 0

    def take(self, at: float, samples: Samples) -> None:
        offset = round((at - self.start) * RATE)
        begin, end = max(0, offset), min(self._length, offset + len(samples))
        if begin < end:
            if self._samples is None:
                self._samples = np.zeros(self._length, np.float32)
            self._samples[begin:end] = samples[begin - offset : end - offset]
            self._heard += end - begin

    def done(self) -> Excerpt:
        nothing = self._samples is None
        samples = np.zeros(self._length, np.float32) if self._samples is None else self._samples
        return Excerpt(self.index, samples, 0.0 if nothing else min(1.0, self._heard / self._length))

"""How many live consults one machine holds before finals fall behind, with ``base.en``'s shape, for both engines.

The consults are PriMock57's turn-taking, spoken by synthetic voices and cut into utterances as in a visit. N of them
run side by side, begun at different moments; a closed utterance goes to one engine in batches as in `work`
(at most 8, gathered for 100 ms). What a batch of each size costs is measured first, on the sound of those
utterances, with as many tokens forced as were said; then the queue is played through in simulated time, so that an
hour takes a second. N is held while the 95th percentile of "end of utterance to its text" stays within 3 s over laps
in which a queue that grows would show. Voice activity, media and partials are not in it: the engine has the machine.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import numpy as np

from bench.speech import cpu
from bench.speech.consults import RATE, Consult, Samples, consults
from bench.speech.options import Options
from bench.speech.results import Row, keep_curves, percentile, row
from bench.speech.weights import random_checkpoint
from transcription.model import Request

_GOAL_SECONDS = 3.0
_MOST_BATCHED = 8
_GATHER = 0.1
_LONGEST = 28.0
_MOST_CONSULTS = 200
_LAPS = 6  # of the consults' time: a queue that grows a little in each is late in the last


@dataclass(frozen=True, slots=True)
class Closed:
    """An utterance that is over at ``at`` seconds, ``seconds`` long."""

    at: float
    seconds: float


Cost = Callable[[Sequence[float]], float]
"""Seconds that a batch of utterances of these lengths takes."""


def run(options: Options) -> list[Row]:
    """For each engine: the most consults at once; the curve of delays over their number beside it."""
    count, seconds = (2, 60.0) if options.short else (6, 300.0)
    played = list(consults(options.data, count, seconds))
    rows: list[Row] = []
    for engine in ("openai", "faster"):
        cost = _measured_cost(engine, played, options)
        delays = dict(_until_late(played, cost, seconds))
        held = max((n for n, delay in delays.items() if delay <= _GOAL_SECONDS), default=0)
        name = f"live consults held by {options.threads} threads, base.en's shape, {engine}"
        rows.append(row(name, held, "consults", goal="stated"))
        rows.append(row(f"p95 delay of a final with 2 consults, {engine}", delays.get(2), "s"))
        if options.keep:
            keep_curves({f"capacity-{engine}": sorted(delays.items())})
    return rows


def simulate(closed: Sequence[Closed], cost: Cost) -> list[float]:
    """Delays from each utterance's end to its text, with one engine that takes batches as `work` does."""
    waiting = sorted(closed, key=lambda one: one.at)
    free = 0.0
    delays: list[float] = []
    while waiting:
        begin = max(free, waiting[0].at + _GATHER)
        batch = [one for one in waiting[:_MOST_BATCHED] if one.at <= begin]
        waiting = waiting[len(batch) :]
        free = begin + cost([one.seconds for one in batch])
        delays += [free - one.at for one in batch]
    return delays


def _until_late(played: Sequence[Consult], cost: Cost, seconds: float) -> Iterator[tuple[int, float]]:
    """{number of consults: p95 of the delay}, one more each time, until twice beyond the goal."""
    for number in itertools.count(1):
        delay = percentile(simulate(_together(played, number, seconds), cost), 0.95)
        yield number, delay
        if delay > 2 * _GOAL_SECONDS or number >= _MOST_CONSULTS:
            return


def _together(played: Sequence[Consult], number: int, seconds: float) -> list[Closed]:
    """The utterances of ``number`` consults, each in a circle from a moment of its own, some laps of it."""
    chance = random.Random(number)
    found = []
    for place in range(number):
        shift = chance.uniform(0, seconds)
        for turn, lap in itertools.product(played[place % len(played)].turns, range(_LAPS)):
            at = (turn.end + shift) % seconds + lap * seconds
            found.append(Closed(at, _heard_seconds(turn.start, turn.end)))
    return found


def _heard_seconds(start: float, end: float) -> float:
    return min(end - start + 0.3, _LONGEST)


def _measured_cost(engine: str, played: Sequence[Consult], options: Options) -> Cost:
    """Wall seconds of a batch: fixed, by its longest utterance and by its sound; fitted to real batches."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as child:
        batches = child.submit(
            measure, engine, list(_spoken(played)), options.threads, options.short
        ).result()
    traits = np.array([_traits(lengths) for lengths, _ in batches])
    taken = np.array([seconds for _, seconds in batches])
    weights = np.maximum(np.linalg.lstsq(traits, taken, rcond=None)[0], 0)
    return lambda batch: float(np.dot(weights, _traits(batch)))


def _traits(lengths: Sequence[float]) -> list[float]:
    return [1.0, max(lengths, default=0.0), sum(lengths)]


def measure(
    engine: str, spoken: Sequence[tuple[Samples, str]], threads: int, short: bool
) -> list[tuple[list[float], float]]:
    """In a process of its own: lengths of each batch in seconds, and what it took (the best of three)."""
    from transcription.engines import load

    transcriber: Any = load(engine, random_checkpoint(), threads)
    texts = {cpu._key(samples): cpu._tokens(text) for samples, text in spoken}
    (cpu._force_openai if engine == "openai" else cpu._force_faster)(transcriber, texts)
    requests = [Request(samples, once=True) for samples, _ in spoken]
    transcriber.transcribe(requests[:2])
    found = []
    for size, at in itertools.product((1, 2, 4, _MOST_BATCHED), range(2 if short else 8)):
        batch = requests[at * size : (at + 1) * size]
        lengths = [len(one.samples) / RATE for one in batch]
        found.append((lengths, min(_seconds(transcriber, batch) for _ in range(1 if short else 3))))
    return found


def _seconds(transcriber: Any, batch: Sequence[Request]) -> float:
    began = time.perf_counter()
    transcriber.transcribe(batch)
    return time.perf_counter() - began


def _spoken(played: Sequence[Consult]) -> Iterator[tuple[Samples, str]]:
    """Sound and words of each turn that has some, with a little silence around it."""
    for consult in played:
        for turn in consult.turns:
            begin = max(0.0, turn.start - 0.15)
            end = min(turn.end + 0.15, begin + _LONGEST)
            yield consult.tracks[turn.speaker][round(begin * RATE) : round(end * RATE)], turn.text

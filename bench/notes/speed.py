"""CPU of a draft from nothing, and of the draft again when one more utterance was said, on one core.

From nothing: what the process remembers of earlier drafts is dropped first (tables and models stay loaded). Live: the
consult was drafted before, as it is in a visit. The 15-minute consult is the longest of PriMock57 with the next longest
after it until the time is full, so that no sentence is read twice; the long one goes on to 3,000 words.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from bench.notes.corpora import Encounter, aci, primock
from bench.notes.options import Options
from bench.notes.results import Row, row
from clinical_language import Turn, warm_up
from clinical_language.remembering import forget
from soap import draft_note

MINUTES, WORDS = 15.0, 3000
TRIES = 15
_SAID = (
    "And I have a cough, {} of them a day.",
    "No, never more than {}.",
    "It started {} days ago, after lunch.",
)


def minutes(encounter: Encounter) -> float:
    """Length of its talk."""
    return max(t.end or 0.0 for t in encounter.turns) / 60


def words(turns: Sequence[Turn]) -> int:
    """Spoken words."""
    return sum(len(t.text.split()) for t in turns)


def one_after_another(encounters: Sequence[Encounter]) -> Iterator[Turn]:
    """Their turns as one talk, timed on."""
    begins = [0.0, *accumulate(60 * minutes(e) for e in encounters)]
    for began, encounter in zip(begins, encounters, strict=False):
        for turn in encounter.turns:
            yield replace(turn, start=(turn.start or 0.0) + began, end=(turn.end or 0.0) + began)


def cpu_ms(work: Callable[[], object]) -> float:
    """CPU milliseconds of one call."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def from_nothing(turns: Sequence[Turn]) -> float:
    """Median CPU ms of a draft of which nothing was read before."""
    tries = []
    for _ in range(TRIES):
        forget()
        tries.append(cpu_ms(lambda: draft_note(turns)))
    return statistics.median(tries)


def live(turns: Sequence[Turn]) -> float:
    """Median CPU ms of a draft with one utterance after the turns, which were drafted before; a new one each time."""
    draft_note(turns)
    said = [Turn("patient", _SAID[n % len(_SAID)].format(n + 2)) for n in range(TRIES)]
    return statistics.median(cpu_ms(lambda turn=turn: draft_note([*turns, turn])) for turn in said)  # type: ignore[misc]


def run(options: Options) -> list[Row]:
    """Medians over fifteen tries."""
    warm_up()
    by_length = sorted(primock(options.data), key=minutes, reverse=True)
    talk = list(one_after_another(by_length))
    quarter = [t for t in talk if (t.end or 0.0) <= MINUTES * 60]
    long = talk[: next(n for n in range(1, len(talk)) if words(talk[:n]) >= WORDS)]
    wordiest = max(aci(options.data), key=lambda e: words(e.turns)).turns
    talks = {
        "a 15-minute consult": quarter,
        "the longest consult of ACI-Bench": wordiest,
        "a long talk": long,
    }
    return [made for name, turns in talks.items() for made in _of(f"{name} ({words(turns)} words)", turns)]


def _of(name: str, turns: Sequence[Turn]) -> Iterator[Row]:
    """From nothing, and live."""
    cold, again = from_nothing(turns), live(turns)
    yield row(f"draft of {name}", cold, "ms CPU", goal="<= 300", met=cold <= 300)
    yield row(f"one more utterance, live, after {name}", again, "ms CPU", goal="<= 50", met=again <= 50)


def show_one(options: Options) -> str:
    """Nothing to show."""
    return f"{options.show}: speed has no encounter to show"

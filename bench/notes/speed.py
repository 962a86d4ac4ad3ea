"""CPU of one draft, and of the same draft with one more utterance, on one core.

The consult is the longest of PriMock57, said on (its turns again) until 15 minutes are full; CPU time of this process.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace

from bench.notes.corpora import primock
from bench.notes.options import Options
from bench.notes.results import Row, row
from clinical_language import Turn, warm_up
from soap import draft_note

MINUTES = 15.0


def lasting(turns: tuple[Turn, ...], minutes: float) -> list[Turn]:
    """The turns, from the start again where they are too short, up to `minutes` of talk."""
    length = max(t.end or 0.0 for t in turns)
    again = int(minutes * 60 // length) + 1
    copies = [
        replace(t, start=(t.start or 0.0) + n * length, end=(t.end or 0.0) + n * length)
        for n in range(again)
        for t in turns
    ]
    return [t for t in copies if (t.end or 0.0) <= minutes * 60]


def cpu_ms(work: Callable[[], object]) -> float:
    """CPU milliseconds of one call."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def run(options: Options) -> list[Row]:
    """Medians of nine."""
    warm_up()
    longest = max(primock(options.data), key=lambda e: max(t.end or 0.0 for t in e.turns))
    turns = lasting(longest.turns, MINUTES)
    words = sum(len(t.text.split()) for t in turns)
    draft_note(turns)
    whole = statistics.median(cpu_ms(lambda: draft_note(turns)) for _ in range(9))
    live = [
        cpu_ms(lambda text=text: draft_note([*turns, Turn("patient", text)]))  # type: ignore[misc]
        for text in ("And I have a cough.", "No, never.", "It started two days ago, after lunch.") * 3
    ]
    return [
        row(f"draft of a 15-minute consult ({words} words)", whole, "ms CPU", goal="<= 300", met=whole <= 300),
        row("one more utterance, live", statistics.median(live), "ms CPU", goal="<= 50",
            met=statistics.median(live) <= 50),
    ]  # fmt: skip


def show_one(options: Options) -> str:
    """Nothing to show."""
    return f"{options.show}: speed has no encounter to show"

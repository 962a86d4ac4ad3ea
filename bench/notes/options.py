"""What the benches of the notes are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """Options of one run.

    Attributes:
        data: the development data (its README says what each folder is).
        show: id of one encounter to print in full instead of measuring, "" to measure.
        verbose: print every offender, not only the first.
        every: of large corpora only every so many-th encounter, 1 for a figure.
        keep: write rows and curves to bench/results.
        packaged: score with the packaged weights instead of those trained without the encounter's fold.
    """

    data: Path
    show: str = ""
    verbose: bool = False
    packaged: bool = False
    every: int = 1
    keep: bool = False

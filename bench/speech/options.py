"""What the benches are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """Options of one run.

    Attributes:
        data: the development data (``primock57`` lies in it).
        short: inputs only long enough to show that the bench works.
        threads: processor threads for each engine, ours and the peer's alike.
        keep: write rows (and curves) to bench/results.
    """

    data: Path
    short: bool = False
    threads: int = 2
    keep: bool = True

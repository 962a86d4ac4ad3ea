"""Section of 20 headers of a short dialogue (MTS-Dialog)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.notes.corpora import mts
from soap.topic import features
from tools.notes.examples import Example, Task


def examples(data: Path) -> Sequence[Example]:
    """Each dialogue with its header."""
    return [Example(e.id, features(e.turns), e.label) for e in mts(data)]


TASK = Task(
    "soap",
    "section_of",
    examples,
    "MTS-Dialog, training and validation parts (Ben Abacha et al., 2023; CC BY 4.0)",
    strength=0.2,
    most=40_000,
    balanced=True,
    sharpness=5.5,
)

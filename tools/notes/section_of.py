"""Section of 20 headers of a short dialogue (MTS-Dialog).

What the clinician wrote of a dialogue is an example too, of a lower weight: it names in clinical words what belongs to
a section. It is in its dialogue's fold, and only dialogues are judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.notes.corpora import mts
from clinical_language.linear import Features, character_ngrams, word_ngrams
from soap.topic import features
from tools.notes.examples import Example, Task

_WRITTEN = 0.3  # weight of a section's text beside a dialogue


def examples(data: Path) -> Sequence[Example]:
    """Each dialogue with its header, then each section's text as if a patient had said it."""
    talks = [Example(e.id, features(e.turns), e.label) for e in mts(data)]
    texts = [Example(e.id, _written(e.gold), e.label, _WRITTEN, judged=False) for e in mts(data)]
    return [*talks, *texts]


def _written(text: str) -> Features:
    return {**word_ngrams(text, 2, "w"), **word_ngrams(text, 2, "a"), **character_ngrams(text, 3, 5, "c")}


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

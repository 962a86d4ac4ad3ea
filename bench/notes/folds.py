"""Cross-validation: which fold an encounter belongs to, and drafting with weights that never saw that fold.

`tools/notes/train.py` writes, beside each packaged model NAME, ``build/notes-folds/NAME.K.json`` trained without fold
K. Whatever `clinical_language.linear.packaged(NAME)` gives inside `weights_without(id)` is the model of id's fold. An
encounter that stands in two corpora (ACI-Bench and MEDIQA-OE) is in the same fold in both.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDS = 5
FOLDER = Path(__file__).resolve().parents[2] / "build" / "notes-folds"
_SHARED = re.compile(r"D2N\d+|day\d+_consultation\d+")


def fold_of(encounter: str) -> int:
    """0..4; depends on the id alone."""
    found = _SHARED.search(encounter)
    return zlib.crc32((found[0] if found else encounter).encode()) % FOLDS


@contextmanager
def weights_without(encounter: str) -> Iterator[None]:
    """Draft inside with the models trained without this encounter's fold; "" leaves the packaged models."""
    yield

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
from functools import cache
from pathlib import Path

from clinical_language.linear import LinearModel, from_json, instead

FOLDS = 5
FOLDER = Path(__file__).resolve().parents[2] / "build" / "notes-folds"
_SHARED = re.compile(r"D2N\d+|day\d+_consultation\d+")


def fold_of(encounter: str) -> int:
    """0..4; depends on the id alone."""
    found = _SHARED.search(encounter)
    return zlib.crc32((found[0] if found else encounter).encode()) % FOLDS


@cache
def _models(fold: int) -> dict[str, LinearModel]:
    end = f".{fold}.json"
    return {
        path.name.removesuffix(end): from_json(path.read_text(encoding="utf-8"))
        for path in sorted(FOLDER.glob(f"*{end}"))
    }


@contextmanager
def weights_without(encounter: str) -> Iterator[None]:
    """Draft inside with the models trained without this encounter's fold; "" leaves the packaged models."""
    with instead(_models(fold_of(encounter)) if encounter else {}):
        yield


def missing() -> list[str]:
    """Packaged models that have no fold models here: figures with them would not be cross-validated."""
    root = Path(__file__).resolve().parents[2]
    shipped = [p for name in ("soap", "clinical_language") for p in (root / name / "data").glob("*.json")]
    learned = [p.stem for p in shipped if '"weights":' in p.read_text(encoding="utf-8")]
    return [name for name in learned if any(name not in _models(fold) for fold in range(FOLDS))]

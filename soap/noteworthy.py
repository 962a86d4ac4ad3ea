"""Which candidate statements belong into a note: a linear model over words, concepts, slots and shape."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

from clinical_language.wording import fold
from soap.narrative import Candidate

_WEIGHTS = Path(__file__).parent / "data" / "noteworthy.json"
_TIME = re.compile(r"^(?:days?|weeks?|months?|years?|hours?|ago|yesterday|today|morning|night|daily)$")


def features(candidate: Candidate) -> Iterator[str]:
    """Names of the binary features of a candidate."""
    said = candidate.said
    yield f"form:{candidate.form}"
    yield f"slot:{candidate.slot}"
    yield f"length:{min(len(said) // 3, 8)}"
    yield f"turn:{min(candidate.turn // 8, 12)}"
    yield f"managed:{candidate.managed}"
    yield f"first:{said[0]}"
    yield f"last:{said[-1]}"
    if any(w[:1].isdigit() for w in said):
        yield "number"
    if any(_TIME.match(w) for w in said):
        yield "time"
    for kind in sorted({m.concept.kind.value for m in candidate.mentions}):
        yield f"kind:{kind}"
    yield f"mentions:{min(len(candidate.mentions), 3)}"
    words = [fold(w) for w in said if w.isalpha()]
    for word in dict.fromkeys(words):
        yield f"w:{word}"
    for pair in dict.fromkeys(pairwise(words)):
        yield f"b:{pair[0]}_{pair[1]}"
    for word in dict.fromkeys(fold(w) for w in candidate.asked if w.isalpha()):
        yield f"q:{word}"


@cache
def _weights() -> tuple[float, dict[str, float]]:
    model = json.loads(_WEIGHTS.read_text(encoding="utf-8"))
    return float(model["bias"]), {name: float(w) for name, w in model["weights"].items()}


def noteworthiness(candidate: Candidate) -> float:
    """0 to 1: how likely a clinician would have written it."""
    bias, weights = _weights()
    total = bias + sum(weights.get(name, 0.0) for name in features(candidate))
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))

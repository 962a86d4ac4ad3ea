"""Which candidate statements belong into a note: a linear model over words, concepts, the question asked and shape."""

from __future__ import annotations

import re
from itertools import pairwise

from clinical_language.linear import LinearModel, packaged
from clinical_language.remembering import remembered
from clinical_language.wording import fold
from soap.narrative import Candidate

WRITTEN, LEFT_OUT = "written", "left out"
_TIME = re.compile(r"^(?:days?|weeks?|months?|years?|hours?|ago|yesterday|today|morning|night|daily)$")


def features(candidate: Candidate) -> dict[str, float]:
    """Named features of a candidate, see `clinical_language.linear`."""
    words = [fold(w) for w in candidate.said if w.isalpha()]
    asked = [fold(w) for w in candidate.asked if w.isalpha()]
    names = [
        *(f"d:{name}" for name in _shape(candidate)),
        *(f"w:{word}" for word in words),
        *(f"b:{first} {second}" for first, second in pairwise(words)),
        *(f"q:{word}" for word in asked),
    ]
    return dict.fromkeys(names, 1.0)


def _shape(candidate: Candidate) -> list[str]:
    said = candidate.said
    return [
        f"form {candidate.form}",
        f"slot {candidate.slot}",
        f"length {min(len(said) // 3, 8)}",
        f"turn {min(candidate.turn // 8, 12)}",
        f"managed {candidate.managed}",
        f"first {said[0]}",
        f"last {said[-1]}",
        f"mentions {min(len(candidate.mentions), 3)}",
        *(f"kind {kind}" for kind in sorted({m.concept.kind.value for m in candidate.mentions})),
        *(["number"] if any(w[:1].isdigit() for w in said) else []),
        *(["time"] if any(_TIME.match(w) for w in said) else []),
    ]


def noteworthiness(candidate: Candidate) -> float:
    """0 to 1: how likely a clinician would have written it."""
    return _worth(packaged("soap", "noteworthy"), candidate)


@remembered
def _worth(model: LinearModel, candidate: Candidate) -> float:
    return model.probabilities(features(candidate))[WRITTEN]

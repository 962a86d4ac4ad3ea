"""What the signs around an order weigh: linear models learned by `tools/notes/orders.py`, read from JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from clinical_language.linear import DENSE, LinearModel, packaged
from clinical_language.remembering import remembered

BARS: Mapping[str, float] = {"medication": 0.4, "test": 0.36, "followup": 0.2, "reason": 0.2}
"""From which probability on something is an order of that kind, or a problem the reason for one."""
YES = "yes"


def features(signs: Iterable[str]) -> dict[str, float]:
    """Signs as the models read them."""
    return {f"{DENSE}:{sign}": 1.0 for sign in sorted(signs)}


def probability(decision: str, signs: frozenset[str]) -> float:
    """Between 0 and 1. `decision`: a key of BARS. Signs that the model never met weigh nothing."""
    return _share(packaged("soap", f"order_{decision}"), signs)


@remembered
def _share(model: LinearModel, signs: frozenset[str]) -> float:
    return model.probabilities(features(signs))[YES]

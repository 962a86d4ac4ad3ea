"""What a model is trained from, and what a training task says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from clinical_language.linear import Features


@dataclass(frozen=True, slots=True)
class Example:
    """One example. `group`: id of its encounter; a fold never splits an encounter. `weight` in the loss.

    `judged` False: learned from, but not counted in a score, nor in how often a feature is met.
    """

    group: str
    features: Features
    label: str
    weight: float = 1.0
    judged: bool = True


@dataclass(frozen=True, slots=True)
class Task:
    """One model: package and name it ships under, its examples, and how it is fitted.

    Attributes:
        examples: reads the development data; the same data gives the same examples in the same order.
        strength: inverse of the regularisation (scikit-learn's C).
        rarest: features met in fewer examples are left out.
        most: of the rest only this many are kept, those that tell the classes apart best (chi square).
        balanced: weigh classes by the inverse of their frequency.
        sharpness: 0 for logistic regression; else a support vector machine is fitted, and its margins times this are
            what the softmax makes probabilities of (chosen so that they are right as often as they say).
    """

    package: str
    name: str
    examples: Callable[[Path], Sequence[Example]]
    source: str
    strength: float = 4.0
    rarest: int = 2
    most: int = 30_000
    balanced: bool = False
    sharpness: float = 0.0

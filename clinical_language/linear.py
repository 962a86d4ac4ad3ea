"""Small linear models read from JSON weights: named features in, probabilities of classes out. Pure numpy.

A feature's name is "block:rest" ("w:chest pain", "c:hest", "d:turns"); within a block the values are weighted by the
model's idf and divided by their Euclidean length, so that a long text weighs as much as a short one (block "d": as they
are). Models are trained by ``tools/notes/train.py`` and lie as ``data/NAME.json`` in the package that uses them.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

DENSE = "d"  # the block whose values are taken as they are
Features = Mapping[str, float]
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|[?]")


def words_of(text: str) -> list[str]:
    """Lower-case words, and question marks, as the n-grams see them."""
    return _WORD.findall(text.lower().replace("\u2019", "'"))


def word_ngrams(text: str, longest: int = 2, block: str = "w") -> dict[str, float]:
    """Sublinear counts (1 + ln n) of runs of 1 to `longest` words."""
    words = words_of(text)
    runs = (" ".join(words[at : at + n]) for n in range(1, longest + 1) for at in range(len(words) - n + 1))
    return _sublinear(runs, block)


def character_ngrams(text: str, shortest: int = 3, longest: int = 5, block: str = "c") -> dict[str, float]:
    """Sublinear counts of character runs inside words, a space before and after each word."""
    padded = [f" {word} " for word in words_of(text)]
    runs = (
        word[at : at + n]
        for word in padded
        for n in range(shortest, longest + 1)
        for at in range(len(word) - n + 1)
    )
    return _sublinear(runs, block)


def _sublinear(runs: Iterator[str], block: str) -> dict[str, float]:
    return {f"{block}:{run}": 1.0 + math.log(n) for run, n in Counter(runs).items()}


def normalised(features: Features, idf: Mapping[str, float]) -> dict[str, float]:
    """The features a model knows, weighted by idf and of length 1 within each block."""
    weighted = {name: value * idf[name] for name, value in features.items() if name in idf}
    squares: dict[str, float] = {}
    for name, value in weighted.items():
        block = name.partition(":")[0]
        squares[block] = squares.get(block, 0.0) + value * value
    lengths = {block: 1.0 if block == DENSE else math.sqrt(s) or 1.0 for block, s in squares.items()}
    return {name: value / lengths[name.partition(":")[0]] for name, value in weighted.items()}


@dataclass(frozen=True, slots=True, eq=False)
class LinearModel:
    """Weights of shape (features, classes) as int8 times a scale per class; `bias` per class."""

    classes: tuple[str, ...]
    index: Mapping[str, int]
    idf: Mapping[str, float]
    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]

    def probabilities(self, features: Features) -> dict[str, float]:
        """Probability by class (softmax of the linear scores); they add up to 1."""
        scores = self._scores(features)
        shares = np.exp(scores - scores.max())
        return dict(zip(self.classes, (shares / shares.sum()).tolist(), strict=True))

    def best(self, features: Features) -> tuple[str, float]:
        """The most probable class with its probability; of equal ones the first."""
        found = self.probabilities(features)
        name = max(found, key=lambda c: found[c])
        return name, found[name]

    def _scores(self, features: Features) -> NDArray[np.float64]:
        known = normalised(features, self.idf)
        if not known:
            return self.bias.astype(np.float64)
        rows = self.weights[[self.index[name] for name in known]].astype(np.float32)
        values = np.fromiter(known.values(), np.float32, len(known))
        return (self.bias + (values @ rows) * self.scale).astype(np.float64)


def to_json(
    classes: Sequence[str], idf: Mapping[str, float], weights: NDArray[np.float32], bias: NDArray[np.float32]
) -> dict[str, object]:
    """What `from_json` reads. `weights`: shape (features in the order of idf, classes)."""
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127
    small = np.rint(weights / scale).astype(np.int8)
    return {
        "classes": list(classes),
        "bias": [round(float(b), 5) for b in bias],
        "scale": [float(f"{s:.6g}") for s in scale],
        "features": list(idf),
        "idf": [round(float(value), 3) for value in idf.values()],
        "weights": base64.b64encode(small.tobytes()).decode("ascii"),
    }


def from_json(text: str) -> LinearModel:
    """The model of a JSON text that `to_json` gave. Raises ValueError, KeyError when it is none."""
    value = json.loads(text)
    names, classes = value["features"], tuple(value["classes"])
    flat = np.frombuffer(base64.b64decode(value["weights"]), np.int8)
    return LinearModel(
        classes,
        {name: at for at, name in enumerate(names)},
        dict(zip(names, value["idf"], strict=True)),
        flat.reshape(len(names), len(classes)),
        np.array(value["scale"], np.float32),
        np.array(value["bias"], np.float32),
    )


_INSTEAD: ContextVar[Mapping[str, LinearModel]] = ContextVar("_INSTEAD", default={})  # noqa: B039 - never changed in place


def packaged(package: str, name: str) -> LinearModel:
    """The model ``data/NAME.json`` of a package, read once."""
    return _INSTEAD.get().get(name) or _packaged(package, name)


@cache
def _packaged(package: str, name: str) -> LinearModel:
    return from_json((files(package) / "data" / f"{name}.json").read_text(encoding="utf-8"))


@contextmanager
def instead(models: Mapping[str, LinearModel]) -> Iterator[None]:
    """Inside, `packaged` gives these models by name: how cross-validation keeps a model from what it learned on."""
    token = _INSTEAD.set(models)
    try:
        yield
    finally:
        _INSTEAD.reset(token)

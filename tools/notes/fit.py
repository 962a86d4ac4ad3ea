"""Fits a linear model on named features: multinomial logistic regression, or margins of each class; deterministic."""

from __future__ import annotations

import json
import math
import warnings
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_selection import chi2
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from clinical_language.linear import DENSE, Features, from_json, normalised, to_json
from tools.notes.examples import Example, Task


def fit(examples: Sequence[Example], task: Task) -> dict[str, object]:
    """The JSON of a model trained on these examples."""
    counted = [e for e in examples if e.judged]
    idf = _kept(counted, _idf(counted, task.rarest), task.most)
    table = matrix([e.features for e in examples], idf)
    labels = [e.label for e in examples]
    weighing = "balanced" if task.balanced else None
    model = (
        LinearSVC(C=task.strength, class_weight=weighing, random_state=0)
        if task.sharpness
        else LogisticRegression(C=task.strength, max_iter=400, class_weight=weighing)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(table, labels, sample_weight=[e.weight for e in examples])
    sharpness = task.sharpness or 1.0
    weights, bias = sharpness * model.coef_.T, sharpness * model.intercept_
    if len(model.classes_) == 2:  # one column: the second class against the first
        weights, bias = np.hstack([0 * weights, weights]), np.array([0.0, bias[0]])
    return to_json(list(model.classes_), idf, weights.astype(np.float32), bias.astype(np.float32))


def matrix(rows: Sequence[Features], idf: dict[str, float]) -> csr_matrix:
    """Shape (examples, features), as the model will see them."""
    index = {name: at for at, name in enumerate(idf)}
    known = [normalised(features, idf) for features in rows]
    at = np.cumsum([0, *(len(row) for row in known)])
    columns = np.array([index[name] for row in known for name in row], int)
    values = np.array([value for row in known for value in row.values()], float)
    return csr_matrix((values, columns, at), shape=(len(rows), len(idf)))


def _idf(examples: Sequence[Example], rarest: int) -> dict[str, float]:
    """Smoothed inverse document frequency of what is met often enough, in alphabetical order; 1 for block "d"."""
    met = Counter(name for example in examples for name in example.features)
    return {
        name: 1.0 if name.startswith(f"{DENSE}:") else round(math.log((1 + len(examples)) / (1 + n)) + 1, 3)
        for name, n in sorted(met.items())
        if n >= rarest
    }


def _kept(examples: Sequence[Example], idf: dict[str, float], most: int) -> dict[str, float]:
    if len(idf) <= most:
        return idf
    told: NDArray[np.float64] = np.nan_to_num(
        chi2(abs(matrix([e.features for e in examples], idf)), [e.label for e in examples])[0]
    )
    names = list(idf)
    best = sorted(np.argsort(-told, kind="stable")[:most].tolist())
    return {names[i]: idf[names[i]] for i in best}


def predicted(model: dict[str, object], examples: Sequence[Example]) -> list[tuple[str, float]]:
    """What the shipped reading of this JSON says of the examples."""
    read = from_json(json.dumps(model))
    return [read.best(example.features) for example in examples]

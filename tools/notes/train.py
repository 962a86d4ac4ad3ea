"""Trains the notes' linear models: ``python -m tools.notes.train [NAME ...] [--data ../shared/data]``.

For each task: five folds by encounter (`bench.notes.folds`), the cross-validated scores printed and stored beside the
weights (``data/NAME.json``, key "scores"), and each fold's model under build/notes-folds for `bench.notes`, so that a
figure is never measured with weights that learned from its encounter. Deterministic: the same data, the same bytes.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from bench.notes.folds import FOLDER, FOLDS, fold_of
from tools.notes.examples import Example, Task
from tools.notes.fit import fit, predicted
from tools.notes.tasks import TASKS

_ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Train the named models, all without names."""
    parser = argparse.ArgumentParser(prog="tools.notes.train", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *(t.name for t in TASKS)])
    parser.add_argument("--data", type=Path, default=_ROOT.parent / "shared" / "data")
    given = parser.parse_args()
    for task in TASKS:
        if not given.names or task.name in given.names:
            _train(task, given.data)


def _train(task: Task, data: Path) -> None:
    examples = task.examples(data)
    scores = cross_validated(examples, task)
    model = {"source": task.source, "scores": scores} | fit(examples, task)
    path = _ROOT / task.package.replace(".", "/") / "data" / f"{task.name}.json"
    _write(path, model)
    print(f"{task.name}: {json.dumps(scores)}, {path.stat().st_size / 1e6:.2f} MB")


def cross_validated(examples: Sequence[Example], task: Task) -> dict[str, object]:
    """Accuracy, and F1 by class, in percent, by models that never saw the fold; writes those models."""
    told: list[tuple[str, str]] = []
    sure = 0.0
    for fold in range(FOLDS):
        model = fit([e for e in examples if fold_of(e.group) != fold], task)
        _write(FOLDER / f"{task.name}.{fold}.json", model)
        held = [e for e in examples if e.judged and fold_of(e.group) == fold]
        for example, (best, share) in zip(held, predicted(model, held), strict=True):
            told.append((example.label, best))
            sure += share
    classes = sorted({label for label, _ in told})
    return {
        "examples": len(told),
        "accuracy": round(100 * sum(a == b for a, b in told) / len(told), 1),
        "confidence": round(100 * sure / len(told), 1),  # mean; calibrated where it equals the accuracy
        "f1": {name: _f1(told, name) for name in classes},
    }


def _f1(told: Sequence[tuple[str, str]], name: str) -> float:
    both = sum(a == b == name for a, b in told)
    return round(200 * both / max(1, sum((a == name) + (b == name) for a, b in told)), 1)


def _write(path: Path, model: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(model, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

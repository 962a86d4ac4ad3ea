"""Training of linear models: deterministic, and what is shipped says what was learned."""

import json
from pathlib import Path

import pytest

from clinical_language.linear import from_json, word_ngrams
from tools.notes import train
from tools.notes.examples import Example, Task
from tools.notes.fit import fit


def examples(_: Path = Path()) -> list[Example]:
    said = {"cough": "i have a cough and a fever", "plan": "we will order a test and see you"}
    return [
        Example(f"{label}{n}", word_ngrams(f"{text} {n}"), label)
        for n in range(20)
        for label, text in said.items()
    ]


TASK = Task("soap", "unused", examples, "written here", rarest=2)


def test_the_same_examples_give_the_same_bytes() -> None:
    assert json.dumps(fit(examples(), TASK)) == json.dumps(fit(examples(), TASK))


def test_two_classes_and_more_are_read_back_as_learned() -> None:
    read = from_json(json.dumps(fit(examples(), TASK)))
    assert read.best(word_ngrams("a fever"))[0] == "cough"
    assert read.best(word_ngrams("order"))[0] == "plan"
    three = [*examples(), *(Example(f"x{n}", word_ngrams("hello doctor"), "greeting") for n in range(9))]
    assert from_json(json.dumps(fit(three, TASK))).best(word_ngrams("hello"))[0] == "greeting"


def test_only_the_telling_features_are_kept() -> None:
    few = Task("soap", "unused", examples, "written here", most=3)
    assert len(from_json(json.dumps(fit(examples(), few))).index) == 3


def test_folds_are_written_and_judged_by_models_that_never_saw_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train, "FOLDER", tmp_path)
    assert train.cross_validated(examples(), TASK)["accuracy"] == 100.0
    assert len(list(tmp_path.glob("unused.*.json"))) == 5

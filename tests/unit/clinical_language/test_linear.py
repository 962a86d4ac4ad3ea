"""Linear models from JSON: reading, n-grams, probabilities, and the models of cross-validation in their place."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical_language import linear
from clinical_language.linear import (
    LinearModel,
    character_ngrams,
    from_json,
    instead,
    packaged,
    to_json,
    word_ngrams,
)


def model(bias: float = 0.0) -> LinearModel:
    idf = {"w:cough": 2.0, "w:the": 1.0, "d:turns": 1.0}
    weights = np.array([[3.0, -3.0], [0.0, 0.0], [-0.5, 0.5]], np.float32)
    return from_json(json.dumps(to_json(["no", "yes"], idf, weights, np.array([0.0, bias], np.float32))))


def test_the_class_with_the_larger_score_is_more_probable() -> None:
    assert model().best({"w:cough": 1.0})[0] == "no"
    assert model().best({"d:turns": 9.0})[0] == "yes"


def test_unknown_features_leave_the_bias_to_decide() -> None:
    assert model(bias=1.0).probabilities({"w:never": 1.0})["yes"] == pytest.approx(1 / (1 + np.exp(-1)))


def test_a_block_has_length_one_whatever_its_size_and_dense_features_stay_as_they_are() -> None:
    known = linear.normalised({"w:cough": 10.0, "w:the": 10.0, "d:turns": 7.0}, model().idf)
    assert known["w:cough"] ** 2 + known["w:the"] ** 2 == pytest.approx(1)
    assert known["d:turns"] == 7.0


@given(st.dictionaries(st.sampled_from(["w:cough", "w:the", "d:turns", "w:x"]), st.floats(0, 50)))
def test_probabilities_add_up_to_one(features: dict[str, float]) -> None:
    assert sum(model().probabilities(features).values()) == pytest.approx(1)


def test_word_runs_are_counted_sublinearly() -> None:
    found = word_ngrams("No cough? No.")
    assert found["w:no"] == pytest.approx(1 + np.log(2))
    assert {"w:no cough", "w:cough ?", "w:? no"} < set(found)


def test_character_runs_stay_inside_words() -> None:
    assert set(character_ngrams("ab cd", 3, 4)) == {"c: ab", "c:ab ", "c: ab ", "c: cd", "c:cd ", "c: cd "}


def test_a_hostile_line_takes_no_time_beyond_its_length() -> None:
    assert len(word_ngrams("a'" * 200_000, 1)) <= 2


def test_models_stand_in_for_the_packaged_ones_inside_the_block_only() -> None:
    with instead({"any": model()}):
        assert packaged("soap", "any").classes == ("no", "yes")
    with pytest.raises(FileNotFoundError):
        packaged("soap", "any")

"""Misheard medicine names: what is guessed, and which ordinary words are none."""

import pytest

from clinical_language.spelling import guess_medicine


@pytest.mark.parametrize(
    ("heard", "meant"),
    [("lisonopril", "lisinopril"), ("methothrexate", "methotrexate"), ("metfornin", "metformin")],
)
def test_a_near_miss_is_guessed(heard: str, meant: str) -> None:
    guess = guess_medicine(heard)
    assert guess is not None
    assert guess.label == meant


@pytest.mark.parametrize(
    "word", ["meantime", "determine", "interfering", "nebulized", "alternate", "predispose"]
)
def test_an_ordinary_word_is_no_medicine(word: str) -> None:
    assert guess_medicine(word) is None

"""Whether words bear a name: stems, words that truly mean the same, and nothing that only sounds like it."""

from __future__ import annotations

import pytest

from clinical_language.concepts import rows
from clinical_language.same_words import borne, folded, kin


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("dizzy", "dizziness"),
        ("nausea", "nauseou"),
        ("pregnant", "pregnancy"),
        ("infection", "infected"),
        ("gas", "gas"),
    ],
)
def test_words_of_one_stem(one: str, other: str) -> None:
    assert kin(one, other)
    assert kin(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("heart", "hearing"), ("prostatitis", "prostate"), ("bronchus", "bronchitis"), ("pain", "painless"),
     ("hypertension", "hypotension"), ("diverticulosis", "diverticulitis")],
)  # fmt: skip
def test_words_of_another_stem(one: str, other: str) -> None:
    assert not kin(one, other)
    assert not kin(other, one)


def test_a_name_is_borne_when_each_of_its_words_was_said() -> None:
    assert borne("loss of appetite", folded("no appetite loss"))
    assert not borne("hearing loss", folded("any changes in hearing"))
    assert not borne("uterine prolapse", folded("a prolapse"))


def test_words_that_mean_the_same_count_only_when_asked_for() -> None:
    said = folded("my belly hurts")
    assert not borne("abdominal pain", said)
    assert borne("abdominal pain", said, akin=True)
    assert not borne("chest pain", folded("some discomfort in the chest"), akin=True)


def test_each_row_is_one_word_and_its_words() -> None:
    table = list(rows("same_words.tsv"))
    assert [row for row in table if " " in row["word"] or not row["said"]] == []
    assert len({row["word"] for row in table}) == len(table)

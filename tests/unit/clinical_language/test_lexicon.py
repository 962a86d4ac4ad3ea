"""Wordings found in running speech, over the small words between and never over a negation."""

from __future__ import annotations

import pytest

from clinical_language.lexicon import Lexicon
from clinical_language.patterns import parse, shortest, wordings

LEXICON = Lexicon(
    [
        ("cough", parse("cough")),
        ("blood", parse("(cough|bring) (up )?blood")),
        ("chest pain", parse("pain in chest")),
        ("chest pain", parse("(bad )?(chest|heart) ache")),
    ],
    str.split,
)


@pytest.mark.parametrize(
    ("said", "longest"),
    [
        ("i cough up blood", ("blood", 1, 4)),
        ("cough up some really bright blood", ("cough", 0, 1)),
        ("cough up , um , blood", ("blood", 0, 6)),
        ("pain in like my left chest", ("chest pain", 0, 6)),
        ("cough - yes", ("cough", 0, 1)),
        ("bring blood", ("blood", 0, 2)),
        ("so bad heart ache", ("chest pain", 1, 4)),
        ("chest ache", ("chest pain", 0, 2)),
    ],
)
def test_wording_is_found_over_small_words(said: str, longest: tuple[str, int, int]) -> None:
    found = list(LEXICON.find(said.split()))

    assert max(found, key=lambda f: f[2] - f[1]) == longest


@pytest.mark.parametrize("said", ["pain not in chest", "pain in no chest", "pain , in chest", "pain"])
def test_neither_negation_nor_comma_is_passed_over(said: str) -> None:
    assert list(LEXICON.find(said.split())) == []


def test_a_wording_ends_with_its_own_last_word() -> None:
    assert list(LEXICON.find("cough a bit".split())) == [("cough", 0, 1)]


def test_pattern_writes_out_every_wording() -> None:
    pattern = parse("(sore|bad (and stiff )?) (left )?knee bleed(ing)?")

    assert sorted(wordings(pattern)) == sorted(
        f"{how} {where} {what}".replace("  ", " ")
        for how in ("sore", "bad", "bad and stiff")
        for where in ("left knee", "knee")
        for what in ("bleeding", "bleed")
    )
    assert shortest(pattern) == 3


@pytest.mark.parametrize("surface", ["(a|b", "a) b", "((a) b"])
def test_unpaired_brackets_are_refused(surface: str) -> None:
    with pytest.raises(ValueError, match="bracket"):
        parse(surface)

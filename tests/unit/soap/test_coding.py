"""ICD-10-CM suggestions: billable, no more than was said, justified by a line of the note."""

import warnings

import pytest

from soap import Turn, draft_note
from soap.icd import best_codes, billable, words_of
from soap.model import Coding


def coded(*said: tuple[str, str]) -> list[Coding]:
    return list(
        draft_note([Turn("doctor" if who == "d" else "patient", words) for who, words in said]).coding
    )


@pytest.mark.parametrize(
    ("name", "said", "anchor", "code"),
    [
        ("knee pain", "right", "", "M25.561"),
        ("knee pain", "", "", "M25.569"),
        ("medial epicondylitis", "right elbow", "", "M77.01"),
        ("type 2 diabetes mellitus", "", "E11.9", "E11.9"),
        ("diabetes mellitus", "", "E11.9", "E11.9"),
        ("hypertension", "", "I10", "I10"),
        ("ovarian cancer", "", "", "C56.9"),
        ("kidney stone", "", "", "N20.0"),
        ("migraine", "", "", "G43.909"),
    ],
)
def test_the_best_code_says_what_was_said(name: str, said: str, anchor: str, code: str) -> None:
    assert best_codes(name, words_of(said), anchor)[0][0].code == code


@pytest.mark.parametrize(
    ("name", "wrong"), [("knee pain", "M25.561"), ("allergic rhinitis", "O99.5"), ("asthma", "J45.901")]
)
def test_a_side_or_kind_that_nobody_spoke_of_is_not_offered(name: str, wrong: str) -> None:
    assert wrong not in {code.code for code, _ in best_codes(name)}


def test_the_opposite_is_not_offered() -> None:
    assert not any(
        "allergic" in code.title.lower().split() for code, _ in best_codes("non allergic rhinitis")
    )


def test_words_that_no_title_has_suggest_nothing() -> None:
    assert best_codes("qwertzuiop") == ()
    assert best_codes("") == ()


def test_every_offered_code_is_a_billable_one_of_the_library() -> None:
    with warnings.catch_warnings():  # it reads its files in a way that Python is giving up
        warnings.simplefilter("ignore", DeprecationWarning)
        import simple_icd_10_cm as library
    for name in ("knee pain", "fracture", "diabetes", "pneumonia", "depression", "sprain", "burn"):
        for code, _ in best_codes(name):
            assert library.is_leaf(code.code)
            assert library.get_description(code.code) == code.title


def test_a_confirmed_diagnosis_is_coded_with_its_line() -> None:
    (first, *_) = coded(
        ("p", "My right elbow hurts."),
        ("d", "For your first problem, I think that you have hypertension."),
    )
    assert first.code == "I10"
    assert first.statement == "assessment:condition.hypertension"
    assert first.evidence == (1,)
    assert billable(first.code) is not None


def test_a_suspected_diagnosis_is_not_coded_but_its_symptom() -> None:
    codes = {
        c.code
        for c in coded(
            ("p", "I have had a cough for three days."), ("d", "I suspect this could be pneumonia.")
        )
    }
    assert "J18.9" not in codes
    assert codes & {"R05.1", "R05.8", "R05.9"}


@pytest.mark.parametrize(
    "said", ["I do not have any knee pain.", "My mother has asthma.", "What if I get pneumonia?"]
)
def test_nothing_denied_of_the_family_or_feared(said: str) -> None:
    assert coded(("d", "What brings you in?"), ("p", said)) == []


@pytest.mark.parametrize(
    "said",
    [
        "So the diagnosis is knee osteoarthritis, right, and we will order an x-ray.",
        "Right, your knee pain is likely from a strain. For your knee pain, right, I will prescribe ibuprofen.",
    ],
)
def test_a_right_that_only_agrees_is_no_side_of_a_code(said: str) -> None:
    titles = [code.title for code in coded(("p", "My knee hurts."), ("d", said))]
    assert titles
    assert not any("right" in title for title in titles), titles

"""A line about somebody else names them, and is never read as the patient's."""

from __future__ import annotations

from clinical_language import Turn
from soap import draft_note

OPENING = (
    Turn("doctor", "Hello, how can I help?"),
    Turn("patient", "I have had a bad cough for three days."),
)


def lines(*said: tuple[str, str]) -> list[tuple[str, tuple[int, ...]]]:
    turns = [*OPENING, *(Turn(who, text) for who, text in said)]  # type: ignore[arg-type]
    return [(s.text, s.evidence) for s in draft_note(turns).statements]


def test_he_is_the_colleague_named_before() -> None:
    found = lines(
        ("doctor", "Anyone sick around you?"),
        ("patient", "One of my colleagues at work was off last week. I heard that he was in hospital."),
    )
    told = [text for text, evidence in found if 3 in evidence]
    assert any("heard that colleague was in hospital" in text.lower() for text in told)


def test_she_whom_nobody_named_gives_no_line() -> None:
    found = lines(
        ("doctor", "Where were you when it began?"),
        ("patient", "At the office, and she had been shouting at the printer all morning long."),
    )
    assert not any("shouting" in text for text, _ in found)


def test_what_is_answered_of_a_mother_is_no_medicine_of_the_patient() -> None:
    found = lines(
        ("doctor", "And your mother?"),
        ("patient", "Oh, she has diabetes."),
        ("doctor", "Is she taking insulin?"),
        ("patient", "Yes, she is."),
    )
    assert ("Mother: diabetes mellitus.", (2, 3)) in found
    assert not any("insulin" in text.lower() for text, _ in found)

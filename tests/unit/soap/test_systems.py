"""The review of systems holds symptoms, not circumstances."""

from __future__ import annotations

import pytest

from clinical_language import Turn
from soap import draft_note

_QUESTIONS = [
    "Do you have any pets at home?",
    "Have you been around anyone who is sick?",
    "Did you eat any new food?",
    "Have you had a recent infection?",
    "Have you had any allergic symptoms?",
]


def _review(question: str) -> str:
    note = draft_note([Turn("doctor", question), Turn("patient", "No.")])
    return " ".join(s.text for s in note.statements if s.section.endswith("review_of_systems"))


def test_a_denied_symptom_is_reviewed() -> None:
    assert "cough" in _review("Do you have a cough?")


@pytest.mark.parametrize("question", _QUESTIONS)
def test_a_denied_circumstance_is_not(question: str) -> None:
    assert _review(question) == ""


def test_a_function_that_is_well_is_said_so_and_not_denied() -> None:
    note = draft_note([Turn("doctor", "How is your appetite?"), Turn("patient", "It's fine.")])
    lines = [s.text for s in note.statements if s.section == "subjective.review_of_systems"]
    assert lines == ["Constitutional: Reports normal appetite."]

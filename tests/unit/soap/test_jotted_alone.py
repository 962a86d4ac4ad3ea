"""Jotted answers that mean something without their question, and those that do not."""

import pytest

from soap import Turn, draft_note


def lines_of(*lines: str) -> list[str]:
    turns = [Turn("doctor" if at % 2 == 0 else "patient", line) for at, line in enumerate(lines)]
    return [s.text.lower() for s in draft_note(turns).statements if s.section == "subjective.hpi"]


@pytest.mark.parametrize(
    ("asked", "answered", "written"),
    [
        ("When was your last blood test?", "Last week, I think.", "blood test: last week"),
        ("How would you describe the pain?", "Throbbing.", "throbbing"),
    ],
)
def test_an_answer_takes_the_name_of_what_was_asked(asked: str, answered: str, written: str) -> None:
    lines = lines_of("What is wrong?", "I have had a headache for two days.", asked, answered)
    assert any(written in line for line in lines), lines


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("How have you been in yourself otherwise?", "All fine."),
        ("Do you watch what you eat?", "Very careful."),
        ("Have you noticed any rashes?", "Rashes? Um, no, nothing like that."),
        ("Anything else?", "Not particularly."),
    ],
)
def test_what_means_nothing_alone_is_not_written(asked: str, answered: str) -> None:
    before = lines_of("What is wrong?", "I have had a headache for two days.")
    after = lines_of("What is wrong?", "I have had a headache for two days.", asked, answered)
    assert after == before

"""Jotted answers that mean something without their question, and those that do not."""

import pytest

from clinical_language import Turn, read_consult
from soap.jotted import Jotter
from soap.register import HE


def jotted(asked: str, answered: str) -> list[str]:
    """What an answer makes, in a talk about a headache."""
    talk = [Turn("doctor", "What is wrong?"), Turn("patient", "I have had a headache for two days.")]
    consult = read_consult([*talk, Turn("doctor", asked), Turn("patient", answered)])
    return [" ".join(c.words) for c in Jotter(consult, HE).candidates() if c.turn > 1]


@pytest.mark.parametrize(
    ("asked", "answered", "written"),
    [
        ("When was your last blood test?", "Last week, I think.", "blood test : last week"),
        ("How would you describe the pain?", "Throbbing.", "throbbing"),
    ],
)
def test_an_answer_takes_the_name_of_what_was_asked(asked: str, answered: str, written: str) -> None:
    assert any(written in line for line in jotted(asked, answered)), jotted(asked, answered)


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("How have you been in yourself otherwise?", "All fine."),
        ("Do you watch what you eat?", "Very careful."),
        ("Have you noticed any rashes?", "Rashes? Um, no, nothing like that."),
        ("Anything else?", "Not particularly."),
    ],
)
def test_what_means_nothing_alone_is_not_jotted(asked: str, answered: str) -> None:
    assert jotted(asked, answered) == []


@pytest.mark.parametrize(
    ("asked", "answered", "written"),
    [
        ("Any other symptoms?", "No runny nose, no sore throat, I've been feeling good.", "no sore throat"),
        ("Any blood?", "No blood, but.", "no blood"),
        ("Is anyone else unwell?", "Um, so no one else in the family.", "no one else in family"),
    ],
)
def test_a_second_no_is_kept(asked: str, answered: str, written: str) -> None:
    assert written in jotted(asked, answered)


def test_a_denied_question_heads_nothing() -> None:
    assert jotted("OK, how about any shortness of breath?", "No, not that I've noticed.") == []


def test_a_theme_is_named_once() -> None:
    lines = jotted("And are you currently working?", "Uh, yes, yeah. I I work. Um, I'm an accountant.")
    assert sum("work :" in line for line in lines) == 1

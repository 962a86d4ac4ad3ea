"""The plan in the short form, and what gives way in a long note."""

from dataclasses import replace

import pytest

from clinical_language import State
from soap.model import Statement
from soap.register import HE
from soap.terse import EXPLAINED, WORDS, jotted, terse


@pytest.mark.parametrize(
    ("written", "short"),
    [
        ("Medical Treatment: I advised the patient to take a tablet daily.", "Advised to take tablet daily."),
        ("The patient will follow up in 2 weeks.", "Will follow up in 2 weeks."),
        (
            "If the patient gets a fever, the patient should call back.",
            "If patient gets fever, call back.",
        ),
        ("Possible migraine.", "Possible migraine."),
        ("I will provide the patient with eye drops as well.", "Will provide eye drops."),
        ("If the patient is getting worse, the patient should call back.", "If getting worse, call back."),
    ],
)
def test_a_line_of_the_plan_in_the_short_form(written: str, short: str) -> None:
    assert terse(written, HE) == short


def note(words: int, part: str) -> list[Statement]:
    told = Statement("subjective.hpi:told:a", "subjective.hpi", "word " * words, (0,), State.PRESENT, 0.9)
    line = Statement("plan:a", "plan", "Drink water.", (1,), State.PRESENT, 0.9, part=part)
    return [told, line]


@pytest.mark.parametrize(
    ("words", "part", "kept"),
    [(EXPLAINED, "education", 2), (EXPLAINED + 1, "education", 1), (WORDS + 1, "agreement", 1),
     (WORDS + 1, "treatment", 2), (WORDS + 1, "safety_net", 2)],
)  # fmt: skip
def test_only_what_explains_gives_way(words: int, part: str, kept: int) -> None:
    assert len(list(jotted(note(words, part), HE))) == kept


def test_what_is_told_later_takes_nothing_away() -> None:
    told, line = note(WORDS + 50, "education")
    later = Statement("subjective.hpi:told:b", "subjective.hpi", told.text, (2,), State.PRESENT, 0.9)
    first = Statement(told.key, told.section, "short", (0,), State.PRESENT, 0.9)
    assert [s.key for s in jotted([first, later, line], HE)] == [first.key, later.key, line.key]


def test_the_longer_a_note_the_surer_must_be_what_is_told() -> None:
    first = Statement("subjective.hpi:told:a", "subjective.hpi", "word " * 270, (0,), State.PRESENT, 0.9)
    told = [
        Statement(f"subjective.hpi:told:{sure}", "subjective.hpi", "A cough.", (1,), State.PRESENT, sure)
        for sure in (0.75, 0.95)
    ]
    assert [s.confidence for s in jotted([first, *told], HE)] == [0.9, 0.95]
    short = replace(first, text="word " * WORDS)
    assert [s.confidence for s in jotted([short, *told], HE)] == [0.9, 0.75, 0.95]

"""Why: the doctor's statements about a problem, beside its name and its plan."""

import pytest

from soap.clauses import Clause
from soap.reasoning import Speech, reasoning
from soap.register import HE
from soap.strands import PLAN, Strand


def reasons(
    *said: str, plan: float = 0.5, phase: str = PLAN, about: str = "knee", examined: bool = True
) -> list[str]:
    clauses = [Clause(turn, 0, text, text, asked=False, heard=()) for turn, text in enumerate(said)]
    strands = [Strand(clause, 0.0, 0.0, plan, phase, examined=examined) for clause in clauses]
    speech = Speech(strands, [about] * len(strands), {"migraine": "Migraine"}, frozenset(), HE)
    return [statement.text for _, statement in reasoning(speech, 0.2)]


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("your hemoglobin a1c was a little elevated at 8", "His hemoglobin A1c was a little elevated at 8."),
        ("there 's no infection on the x - ray", "There is no infection on the x-ray."),
        (
            "i do think you have a lumbar strain because of the lifting",
            "I think the patient has a lumbar strain because of the lifting.",
        ),
        (
            "it sounds like you have had a flare of your asthma",
            "The patient has likely had a flare of his asthma.",
        ),
    ],
)
def test_what_is_said_of_a_problem_is_a_sentence(said: str, written: str) -> None:
    assert reasons(said) == [f"Medical Reasoning: {written}"]


@pytest.mark.parametrize(
    "said",
    [
        "they are all on 1 scale",
        "let me go and grab my nurse",
        "that will be good for you",
        "when your kids have stress at school",
        "you are coming in for chronic pain",
        "your allergies are 8",
    ],
)
def test_talk_is_no_reason(said: str) -> None:
    assert reasons(said) == []


def test_the_first_reason_carries_the_label_and_none_comes_twice() -> None:
    said = "your hemoglobin a1c was a little elevated at 8"
    found = reasons(said, "your kidney function was normal", said)
    assert [text.startswith("Medical Reasoning: ") for text in found] == [True, False]


def test_what_is_retold_before_anything_was_announced_needs_more() -> None:
    said = "your pressure was high"
    assert reasons(said, plan=0.3)
    assert not reasons(said, plan=0.3, phase="")


def test_the_heading_is_not_said_again() -> None:
    assert reasons("i think this is a migraine", about="migraine") == []
    assert reasons("i think this is a severe migraine because of the stress", about="migraine")


def test_what_is_retold_before_any_problem_or_plan_is_no_reason() -> None:
    assert reasons("you have had some pain for 3 days", about="") == []


@pytest.mark.parametrize("said", ["that pill would be 1 option", "these tablets are for chronic pain"])
def test_what_points_at_an_unnamed_thing_is_no_reason(said: str) -> None:
    assert reasons(said) == []


def test_without_an_examination_a_reason_is_a_judgement() -> None:
    assert reasons("you have had the pain for 3 days", examined=False) == []
    assert reasons("your pain is most likely due to the gout", examined=False)

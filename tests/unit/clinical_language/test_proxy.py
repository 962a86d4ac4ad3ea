"""Who the patient is: in a talk of patients who speak for themselves "he" and "she" are somebody else."""

from __future__ import annotations

import pytest

from clinical_language import Consult, Turn, read_consult
from clinical_language.relatives import CHILDREN


def read(*lines: str) -> Consult:
    speakers = {"d": "doctor", "p": "patient", "c": "companion"}
    return read_consult([Turn(speakers[line[0]], line[3:]) for line in lines])  # type: ignore[arg-type]


def found(*lines: str) -> list[tuple[str, str, str]]:
    return [(fact.concept.label.lower(), fact.state.value, fact.relation) for fact in read(*lines).facts]


@pytest.mark.parametrize(
    "first",
    [
        "I'm just bringing my son in because he's had a fever.",
        "Hi, I'm here with my 3 year old daughter and she has a fever.",
        "I'm Ann, the mom of the patient, and he has had a fever.",
        "So my little girl, I've noticed she's had a fever since Monday.",
        "He has a fever.",
    ],
)
def test_a_parent_speaks(first: str) -> None:
    talk = read("d: What brings you in?", f"p: {first}")
    assert talk.patients >= CHILDREN
    assert [(f.concept.label, f.state.value, f.relation) for f in talk.facts] == [("fever", "present", "")]


@pytest.mark.parametrize(
    "first",
    [
        "I'm here with my mom because I have a fever.",
        "I have a fever, and my son had one before that.",
        "My wife told me to come, she thinks I have a fever.",
    ],
)
def test_patients_speak_for_themselves(first: str) -> None:
    talk = read("d: What brings you in?", f"p: {first}")
    assert not talk.patients
    assert ("fever", "") in [(f.concept.label, f.relation) for f in talk.facts]


def test_a_talk_in_which_both_speak_of_her_is_about_her() -> None:
    talk = read(
        "d: What brings you all in?",
        "p: When she got home from school I thought it was nothing.",
        "d: And how has she been since? Has she had a fever?",
        "p: She did, and she has been coughing. She does not eat, and her lips are dry.",
        "d: Does she drink?",
        "p: She does.",
    )
    assert talk.patients
    assert ("fever", "present", "") in [(f.concept.label, f.state.value, f.relation) for f in talk.facts]


def test_what_a_colleague_had_is_his() -> None:
    said = "One of my colleagues was off last week. I think he had a fever. He had a rash too."
    assert found("d: Anyone sick?", f"p: {said}") == [
        ("fever", "family", "colleague"),
        ("rash", "family", "colleague"),
    ]


def test_a_question_about_somebody_else_is_answered_of_them() -> None:
    facts = found(
        "p: I have a cough.",
        "d: Is anyone ill at home?",
        "p: My flatmate was.",
        "d: Did he have a fever?",
        "p: Yes.",
        "d: Does he smoke?",
        "p: He does.",
        "d: How long did he have it?",
        "p: About two weeks.",
    )
    assert facts == [
        ("cough", "present", ""),
        ("fever", "family", "flatmate"),
        ("smoking", "family", "flatmate"),
    ]


@pytest.mark.parametrize(
    "said",
    ["She said I have a rash.", "He thought it was a rash.", "He looked at me, and there is a rash."],
)
def test_who_only_tells_of_it_does_not_have_it(said: str) -> None:
    assert [who for label, _, who in found("p: I saw my doctor.", f"p: {said}") if label == "rash"] == [""]


def test_what_a_parent_has_the_child_has_not() -> None:
    talk = (
        "p: I brought my son, he has a cough and he wheezes.",
        "d: Any conditions in his past?",
        "p: No, he is healthy. I have asthma.",
    )
    assert ("asthma", "family", "parent") in found(*talk)

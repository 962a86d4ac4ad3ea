"""Whose finding it is: never a relative's for the patient's, nor the other way round."""

from __future__ import annotations

import pytest

from clinical_language import Turn, read_consult


def found(*lines: str) -> list[tuple[str, str, str]]:
    speakers = {"d": "doctor", "p": "patient"}
    read = read_consult([Turn(speakers[line[0]], line[3:]) for line in lines])  # type: ignore[arg-type]
    return [(fact.concept.label.lower(), fact.state.value, fact.relation) for fact in read.facts]


@pytest.mark.parametrize(
    ("question", "labels"),
    [
        ("Any heart attacks or strokes in the family?", ["myocardial infarction", "stroke"]),
        ("Any diabetes in your family?", ["diabetes mellitus"]),
        ("Any conditions like diabetes or asthma that run in your family?", ["diabetes mellitus", "asthma"]),
    ],
)
def test_what_is_asked_of_the_family_is_denied_of_the_family(question: str, labels: list[str]) -> None:
    assert found(f"d: {question}", "p: No.") == [(label, "absent", "family") for label in labels]


def test_a_sister_described_before_her_illness() -> None:
    assert found("p: My sister, who's older than I am, she has asthma.") == [("asthma", "family", "sister")]


@pytest.mark.parametrize(
    "said", ["I have asthma, and there is diabetes in my family.", "I have asthma, diabetes in my family."]
)
def test_the_patients_own_stays_the_patients(said: str) -> None:
    assert ("asthma", "present", "") in found(f"p: {said}")


def test_a_witness_is_not_the_patient() -> None:
    assert found("p: My wife said she noticed a rash on my back.") == [("rash", "present", "")]


def test_what_it_felt_like_is_not_what_it_was() -> None:
    assert found("p: It felt like I was having a heart attack.") == [
        ("myocardial infarction", "uncertain", "")
    ]


@pytest.mark.parametrize(
    ("question", "reply", "whose"),
    [
        ("Any cancers in the family?", "There's colon cancer, I know.", "family"),
        ("Any cancers?", "I think I've had an aunt who had colon cancer.", "aunt"),
        ("How about cancers?", "Colon cancer. My uncle had it.", "uncle"),
        ("How about cancers?", "There is some colon cancer on my father's side.", "family"),
        ("And your dad?", "He died of colon cancer ten years ago.", "family"),
        ("Any cancers?", "Colon cancer. My doctor found it.", ""),
    ],
)
def test_what_a_relative_had_is_not_the_patients(question: str, reply: str, whose: str) -> None:
    facts = read_consult([Turn("doctor", question), Turn("patient", reply)]).facts
    assert {f.relation for f in facts if f.concept.id == "condition.colon_cancer"} == {whose}

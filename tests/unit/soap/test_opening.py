"""The sentence a history opens with, and who opens it so: a doctor who knows the patient."""

from __future__ import annotations

import pytest

from clinical_language import Turn, read_consult
from soap import draft_note
from soap.opening import known


def _talk(*lines: str) -> list[Turn]:
    return [Turn("doctor" if at % 2 == 0 else "patient", line) for at, line in enumerate(lines)]


def _present_illness(*lines: str) -> list[str]:
    return [s.text for s in draft_note(_talk(*lines)).statements if s.section == "subjective.hpi"]


@pytest.mark.parametrize(
    "greeting", ["hey dylan what's going on", "Hi, Ms. Hill. How are you?", "Good morning, Julie."]
)
def test_who_greets_by_name_knows_the_patient(greeting: str) -> None:
    assert known(read_consult(_talk(greeting, "My elbow hurts.")))


@pytest.mark.parametrize(
    "greeting",
    [
        "Hi there. I'm Doctor Smith.",
        "Hello, hello. Can you hear me?",
        "Good morning, Tim. How can I help you?",
        "Hi. Can you confirm your name, please?",
    ],
)
def test_who_asks_for_the_name_or_the_reason_does_not(greeting: str) -> None:
    assert not known(read_consult(_talk(greeting, "My elbow hurts.")))


def test_the_reason_the_patient_gives_opens_the_history() -> None:
    lines = _present_illness("hey dylan how are you", "i have had right knee pain for two weeks")
    assert lines[0] == "The patient presents today for evaluation of right knee pain for 2 weeks."


def test_a_sort_of_visit_is_not_evaluated() -> None:
    lines = _present_illness("Hi Anna. You are here for your annual exam. How are you?", "I am doing well.")
    assert lines[0] == "The patient presents today for annual exam."


def test_what_the_patient_is_known_to_have_comes_next_with_its_evidence() -> None:
    talk = _talk(
        "hey dylan how are you",
        "my right knee hurts",
        "do you have any medical problems",
        "i have hypertension and gout",
    )
    line = next(s for s in draft_note(talk).statements if s.key == "subjective.hpi:background")
    assert line.text == "The patient has a past medical history that includes hypertension and gout."
    assert 3 in line.evidence


def test_an_age_and_sex_the_doctor_states_open_it_whatever_the_hyphens() -> None:
    lines = _present_illness(
        "Roger is a 62 year old male here for follow-up of chest pain. How are you, Roger?",
        "I am doing well.",
    )
    assert lines[0].startswith("Roger is a 62 year old male")
    assert not any(line.startswith("The patient presents") for line in lines)


def test_what_is_told_in_one_breath_stands_under_one_subject() -> None:
    talk = _talk("hey dylan what happened", "I slipped on a patch of ice. I heard a pop.")
    (line,) = [s for s in draft_note(talk).statements if "ice" in s.text]
    assert line.text == "The patient slipped on a patch of ice and heard a pop."
    assert line.evidence[-1] == 1


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ("the medical assistant told me that you had this ulcer on your foot", "Ulcer on the foot."),
        ("what's going on with your knee pain and while you're here how is work", "Knee pain."),
    ],
)
def test_the_reason_the_doctor_was_told_is_the_complaint(said: str, complaint: str) -> None:
    note = draft_note(_talk(said, "yes and i have a headache now and then"))
    assert [s.text for s in note.statements if s.section == "subjective.chief_complaint"] == [complaint]

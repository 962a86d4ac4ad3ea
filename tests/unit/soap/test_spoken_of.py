"""The patient's sex is taken from what is said of the patient, and from nothing else."""

from __future__ import annotations

import pytest

from clinical_language import Turn, read_consult
from soap.spoken_of import sex_of


def _subject(*lines: str, recorded: str = "") -> str:
    turns = [Turn("doctor" if at % 2 == 0 else "patient", line) for at, line in enumerate(lines)]
    return sex_of(read_consult(turns), recorded).subject


@pytest.mark.parametrize(
    ("doctor", "patient", "subject"),
    [
        ("Roger is a 62 year old male here for chest pain.", "Yes.", "he"),
        ("He's a 59-year-old HIV positive gentleman.", "Yes.", "he"),
        ("carolyn is a 34 -year-old female with headaches", "yes", "she"),
        ("Good morning, Mrs. Hill.", "Hello.", "she"),
        ("Hi miss Russell.", "Hello.", "she"),
        ("What can I do for you, sir?", "I have a cough.", "he"),
        ("How can I help?", "My periods are heavy.", "she"),
        ("How can I help?", "They took out my prostate.", "he"),
        ("Could you be pregnant?", "No.", "she"),
        ("Your age and gender, please?", "39, I am a male.", "he"),
        ("Eyes are normal. He denies any blood thinners.", "Yes.", "he"),
    ],
)
def test_what_is_said_of_the_patient_tells(doctor: str, patient: str, subject: str) -> None:
    assert _subject(doctor, patient) == subject


@pytest.mark.parametrize(
    ("doctor", "patient"),
    [
        ("Good morning, John.", "Hello."),
        ("How can I help?", "My wife says I snore."),
        ("Did you miss a dose?", "I miss one now and then."),
        ("How can I help?", "No sir, I have had it for a period of time."),
        ("Who lives with you?", "I have a 5 year old girl."),
        ("Any family?", "My wife is pregnant."),
        ("She told me you would come.", "Yes, she is my doctor."),
    ],
)
def test_a_name_a_spouse_or_another_person_tells_nothing(doctor: str, patient: str) -> None:
    assert _subject(doctor, patient) == "the patient"


def test_the_record_goes_before_what_is_said() -> None:
    assert _subject("Good morning, sir.", "Hello.", recorded="female") == "she"


def test_where_both_are_said_alike_nobody_knows() -> None:
    assert _subject("Good morning, sir. Or is it ma'am?", "Hello.") == "the patient"

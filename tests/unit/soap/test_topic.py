"""The section of a short dialogue."""

import pytest
from pydantic import JsonValue

from clinical_language import Turn
from soap import section_of
from soap.reading import note_json


def talk(*texts: str) -> list[Turn]:
    return [Turn("patient" if at % 2 else "doctor", text) for at, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("header", "turns"),
    [
        ("ALLERGY", talk("Are you allergic to any medicine?", "Yes, penicillin gives me a rash.")),
        (
            "MEDICATIONS",
            talk("Which medications do you take?", "Metformin twice a day and lisinopril ten milligrams."),
        ),
        ("FAM/SOCHX", talk("Do you smoke or drink?", "No, and I live with my wife. My father had diabetes.")),
        (
            "PASTSURGICAL",
            talk("Have you had any surgeries?", "I had my appendix out and a knee replacement."),
        ),
    ],
)
def test_a_short_talk_is_told_by_its_subject(header: str, turns: list[Turn]) -> None:
    found, confidence = section_of(turns)
    assert found == header
    assert 0 < confidence <= 1


def test_the_note_names_the_topic() -> None:
    asked: list[JsonValue] = [
        {"speaker": "doctor", "text": "Any allergies?"},
        {"speaker": "patient", "text": "Only to penicillin."},
    ]
    topic = note_json({"turns": asked})["topic"]
    assert isinstance(topic, dict)
    assert topic["header"] == "ALLERGY"


def test_half_a_surrogate_pair_is_no_text() -> None:
    note = note_json({"turns": [{"speaker": "patient", "text": "I have a cough \ud800"}]})
    str(note).encode("utf-8")


def test_of_a_long_consult_only_the_beginning_is_looked_at() -> None:
    opening = talk(*(["And the pain is still there when I walk."] * 200))
    assert section_of([*opening, *talk("Are you allergic to anything?")]) == section_of(opening)

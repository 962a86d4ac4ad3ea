"""The history: clauses that were once lost, and the complaint that others deny."""

import pytest

from clinical_language import read_consult
from soap import State, Turn, draft_note
from soap.narrative import Narrator
from soap.register import written as sentence
from soap.spoken_of import sex_of
from soap.subjective import _third


def consult(*lines: str) -> list[Turn]:
    return [Turn("doctor" if at % 2 == 0 else "patient", line) for at, line in enumerate(lines)]


def lines_of(*lines: str) -> list[str]:
    return [statement.text for statement in draft_note(consult(*lines)).statements]


def candidates(*lines: str) -> list[str]:
    talk = read_consult(consult(*lines))
    return [sentence(c.words) for c in Narrator(talk, sex_of(talk, "")).candidates()]


def test_what_others_do_not_have_denies_nothing_of_the_patients_complaint() -> None:
    turns = consult(
        "How can I help?",
        "I've had diarrhoea for three days.",
        "Anyone else ill?",
        "My kids have been vomiting but they haven't got diarrhoea.",
    )
    note = draft_note(turns)
    line = next(s for s in note.statements if s.key == "subjective.chief_complaint")
    assert (line.text, line.state) == ("Diarrhoea for 3 days.", State.PRESENT)
    assert not [s for s in note.statements if s.state is State.ABSENT and "diarrhoea" in s.text.lower()]


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("I was digging in the garden.", "The patient was digging in the garden."),
        ("Hey, I had to come home to the kids early.", "The patient had to come home to the kids early."),
        ("I need to stay close to my bed.", "The patient needs to stay close to their bed."),
    ],
)
def test_a_past_tense_and_a_place_gone_to_are_no_false_starts(said: str, written: str) -> None:
    assert candidates("How can I help?", said) == [written]


def test_a_patients_rising_voice_is_no_question() -> None:
    found = candidates("How can I help?", "I have had chest pain since this morning?")
    assert found == ["The patient has had chest pain since this morning."]


def test_what_the_patient_asks_is_not_told() -> None:
    found = lines_of(
        "How can I help?", "I have had chest pain since this morning. Could I have a heart attack?"
    )
    assert not any("heart attack" in text.lower() for text in found)


def test_a_false_start_is_no_verb() -> None:
    assert _third("worse when I when I am laying down".lower()) == "worse when laying down"
    assert _third("when i get up") == "when getting up"


def test_a_pain_without_a_name_of_its_own_is_quoted_to_its_end_and_goes_before_what_happened() -> None:
    note = draft_note(
        [
            Turn("doctor", "What brings you in?"),
            Turn("patient", "I am having a lot of pain at the end of my right middle finger."),
            Turn("doctor", "What did you do?"),
            Turn("patient", "I got really angry with someone and hit the ceiling of the car."),
        ]
    )
    (complaint,) = [s.text for s in note.statements if s.section == "subjective.chief_complaint"]
    assert complaint.startswith("Pain (")
    assert "right middle finger" in complaint

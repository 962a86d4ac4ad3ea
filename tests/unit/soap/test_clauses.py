"""The doctor's speech in clauses."""

import pytest

from clinical_language import Turn, read_consult
from soap.clauses import LONGEST, doctor_clauses, spoken_clean


def cut(text: str) -> list[str]:
    return [clause.text for clause in doctor_clauses(read_consult([Turn("doctor", text)]))]


def test_speech_without_punctuation_is_cut_where_a_thought_begins() -> None:
    assert cut(
        "so your lungs are clear i do not hear any wheezing okay so i want to get a chest x-ray and i'm also going to "
        "start you on amoxicillin"
    ) == [
        "your lungs are clear",
        "i do not hear any wheezing",
        "i want to get a chest x - ray",
        "i am also going to start you on amoxicillin",
    ]


@pytest.mark.parametrize(
    "said",
    [
        "if your knee is not better we can consider an injection",
        "when the swelling goes down you can start to walk",
        "if you get a fever i want you to call me",
    ],
)
def test_a_condition_keeps_its_consequence(said: str) -> None:
    assert cut(f"okay so take the tablets and {said}")[-1] == said


def test_the_side_is_kept() -> None:
    assert (
        "tenderness over the ribs on the right" in cut("You have tenderness over the ribs on the right.")[0]
    )
    assert cut("Right knee looks swollen.") == ["right knee looks swollen"]


def test_fillers_and_stutters_go_and_words_stay() -> None:
    assert (
        spoken_clean("um , so , you know , i i want you to to rest the the ankle")
        == "i want you to rest the ankle"
    )
    assert spoken_clean("you are doing well") == "you are doing well"


def test_what_was_begun_and_not_said_is_left_out() -> None:
    assert cut("We will order a blood test and then i") == ["we will order a blood test"]


def test_only_the_doctor_and_never_longer_than_the_bound() -> None:
    consult = read_consult([Turn("patient", "I want an x-ray."), Turn("doctor", "word " * 500)])
    clauses = doctor_clauses(consult)
    assert {clause.turn for clause in clauses} == {1}
    assert all(len(clause.words.split()) <= LONGEST for clause in clauses)

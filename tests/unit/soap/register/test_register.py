"""Speech to clinical register: sentences written here, none from a corpus."""

import pytest

from soap.register import HE, SHE, THEY, Person, clean_words, open_question, opened, polar, to_third, written
from soap.register.clauses import clauses, whole


def third(text: str, person: Person = SHE) -> str:
    words = to_third(opened(clean_words(text.split())), person)
    return written(words) if words else ""


@pytest.mark.parametrize(
    ("said", "note"),
    [
        ("i have been gardening a lot", "The patient has been gardening a lot."),
        ("um , i do n't , i do not sleep well", "The patient does not sleep well."),
        (
            "i twisted my ankle when i ran",
            "The patient twisted her ankle when she ran.",
        ),
        ("i sit and watch the birds", "The patient sits and watches the birds."),
        ("my hip hurts when i climb stairs", "Her hip hurts when the patient climbs stairs."),
        ("i took 20 milligrams of it", "The patient took 20 mg of it."),
    ],
)
def test_first_person_becomes_third(said: str, note: str) -> None:
    assert third(said) == note


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("i hurt my knee and my wife drove me", "The patient hurt their knee and their wife drove them."),
        ("my knee hurts when i walk", "The knee hurts when the patient walks."),
        ("i think i was sweaty", "The patient thinks they were sweaty."),
        ("i sit and watch when i eat and drink", "The patient sits and watches when they eat and drink."),
    ],
)
def test_an_unknown_sex_is_they_once_the_patient_was_named(said: str, written: str) -> None:
    assert third(said, THEY) == written


def test_a_question_and_its_answer_become_a_statement() -> None:
    assert polar("did you fall".split(), yes=True) == "i fell".split()
    assert polar("do you take any aspirin".split(), yes=False) == "i do not take any aspirin".split()
    assert (
        open_question("how long have you had it".split(), "3 days".split())
        == "i have had it for 3 days".split()
    )


def test_run_on_speech_is_cut_where_a_new_clause_begins() -> None:
    said = "i slipped on the stairs and i landed on my wrist".split()
    assert [" ".join(c) for c in clauses(said)] == ["i slipped on the stairs", "i landed on my wrist"]


@pytest.mark.parametrize(
    "said",
    ["on the left side", "i am doing", "i was i think", "thank you so much"],
)
def test_what_is_no_statement_is_left_out(said: str) -> None:
    assert not whole(said.split())


def test_he_is_he() -> None:
    assert third("i told my boss", HE) == "The patient told his boss."

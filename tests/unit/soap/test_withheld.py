"""What a draft keeps to itself: identities, self-harm of others."""

import pytest

from soap import DraftNote, Turn, draft_note
from soap.withheld import identifying


def drafted(*lines: str) -> DraftNote:
    """The note of lines "d: ..." and "p: ..."."""
    speakers = {"d": "doctor", "p": "patient"}
    return draft_note([Turn(speakers[line[0]], line[3:]) for line in lines])  # type: ignore[arg-type]


def body(note: DraftNote) -> str:
    return "\n".join(s.text for s in note.statements).lower()


@pytest.mark.parametrize(
    "text",
    [
        "The patient lives at 14 Elm Road.",
        "The address is Flat 3, Harbour House.",
        "The patient gave zero seven nine double four one two three five.",
        "Reachable on 07700 900 123.",
        "The patient writes from jo@example.org.",
        "The patient's date of birth is in May.",
        "The postcode is AB1 2CD.",
        "She lives on SW four zero NG.",
        "The patient was born in nineteen sixty two.",
        "The patient says her name is Jo Bloggs.",
    ],
)
def test_who_the_patient_is_is_no_statement(text: str) -> None:
    assert identifying(text)


@pytest.mark.parametrize(
    "text",
    [
        "Blood pressure 120/80, heart rate 72, temperature 37.2.",
        "The patient fell on the road two days ago.",
        "Lives with two flatmates.",
        "The baby was born in the car.",
        "Takes paracetamol 500 mg one or two times a day.",
        "The pain was a 7 out of 10 on April 12 2005.",
    ],
)
def test_clinical_lines_identify_nobody(text: str) -> None:
    assert not identifying(text)


def test_the_answer_to_who_the_patient_is_is_no_statement_whatever_its_words() -> None:
    note = drafted(
        "d: Hello. Could you tell me the first line of your address please?",
        "p: It's four Elm Park, and I was born on the first of January.",
        "d: OK, thanks.",
        "p: And I live above the bakery.",
        "d: How can I help?",
        "p: I have had a cough for three days and I live above a bakery.",
    )
    assert all(turn >= 4 for s in note.statements for turn in s.evidence)
    assert "cough for 3 days" in body(note)


def test_a_finding_told_with_the_name_is_kept() -> None:
    note = drafted("d: What's your name?", "p: Jo. I've had a bad headache for two days.")
    assert "headache" in body(note)


def test_an_address_told_stays_out_of_the_note() -> None:
    note = drafted(
        "d: Can you confirm your address?",
        "p: I live at 14 Elm Road.",
        "d: What is wrong?",
        "p: I have a cough.",
    )
    assert "elm" not in body(note)
    assert "cough" in body(note)


@pytest.mark.parametrize(
    "said", ["My sister attempted suicide last year.", "It began with the suicide of my brother."]
)
def test_self_harm_of_a_relative_is_never_the_patients(said: str) -> None:
    note = drafted("d: What brings you in?", f"p: I sleep badly. {said}")
    assert "suicidal ideation" not in body(note)
    assert any(item.key.startswith("review:self_harm:") for item in note.review)


def test_self_harm_answered_or_in_the_patients_words_is_written() -> None:
    asked = drafted("d: Have you had thoughts of harming yourself?", "p: No.")
    told = drafted("d: How are you?", "p: I sometimes think about killing myself.")
    assert "denies thoughts of self-harm" in body(asked)
    assert "reports suicidal ideation" in body(told)


def test_no_taken_back_is_no_denial() -> None:
    note = drafted("d: Any chest pain with that?", "p: No, um, well yeah it stings when I run.")
    assert "denies chest pain" not in body(note)

"""Sentences that speech left broken are told from those a note may have."""

import pytest

from soap.wellformed import flaws, jot_flaws, readable


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("She thinks the cholesterol has been.", "cut_off"),
        ("He wants to talk about the.", "cut_off"),
        ("The patient sees a lot of swelling and the patient.", "cut_off"),
        ("Of that swelling.", "left_over"),
        ("It is going the patient misses a tablet.", "run_on"),
        ("He is feeling dizzy it is always there.", "run_on"),
        ("She positive for strep.", "no_verb"),
        ("The patient is and this evening.", "clash"),
        ("No cough, not no fever.", "clash"),
        ("He has has a rash.", "clash"),
        ("Oh, he lives in a bungalow.", "talk"),
        ("Her email is on file.", "talk"),
        ("The knee is fine and I was there.", "talk"),
        ("It is the first time.", "says_nothing"),
        ("If the patient bends over there in the garden with the roses.", "half_condition"),
    ],
)
def test_a_broken_sentence_is_told_by_its_flaw(text: str, flaw: str) -> None:
    assert flaw in flaws(text)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("One smokes at home.", ""),
        ("Not she felt a bit hot; took paracetamol.", "Took paracetamol."),
        ("Works in a shop; not mostly chills.", "Works in a shop."),
        ("Does not is this feeling; nothing like that wheeze.", ""),
        ("Not sleeping well; one of the children is ill.", "Not sleeping well; one of the children is ill."),
    ],
)
def test_a_clause_that_lost_its_denial_is_left_out(line: str, kept: str) -> None:
    assert readable(line) == kept


@pytest.mark.parametrize(
    "text",
    [
        "She takes 10 mg of lisinopril daily.",
        "The patient reports that she has been swimming.",
        "Denies fever, chills or night sweats.",
        "Lungs: Clear to auscultation bilaterally. No wheezes.",
        "If the pain gets worse, the patient should call us.",
        "The first time he noticed the lump was in May.",
        "This has been going on for the last 4 days.",
        "Living: \u201cI live with my two, two sisters\u201d.",
        "I advised the patient to rest.",
        "Not currently pregnant.",
        "Knee pain for 3 days, worse on stairs.",
    ],
)
def test_a_sentence_of_a_note_has_no_flaw(text: str) -> None:
    assert flaws(text) == ()
    assert readable(text) == text


def test_only_what_is_broken_is_left_out() -> None:
    assert readable("Neurological: Good reflexes. Normal the exam is and.") == "Neurological: Good reflexes."
    assert readable("It is the first time.") == ""


def test_a_paragraph_of_speech_is_no_line() -> None:
    assert readable("the patient is " * 50_000) == ""
    assert readable("A " * 200_000) == ""


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("Heard that was ill.", "garbled"),
        ("Something to when in shower.", "garbled"),
        ("Chest feels sometimes.", "garbled"),
        ("Was maybe patient needs to drink.", "garbled"),
        ("Although recently noticed it.", "half"),
    ],
)
def test_a_jotted_line_has_no_piece_that_dangles(text: str, flaw: str) -> None:
    assert flaw in jot_flaws(text)


@pytest.mark.parametrize(
    "text",
    [
        "Gets ringing in left ear.",
        "5 days ago he started having this pain.",
        "When lying down it gets worse.",
        "Cough started first, and then she started having chills.",
        "Gets antihistamines for that.",
        "Unusual for her to have headache.",
    ],
)
def test_a_sound_jotted_line_has_no_flaw(text: str) -> None:
    assert jot_flaws(text) == ()

"""The patient's words for a signed line: facts stay, only register and terms change."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soap.plain import in_plain_words, plain_words
from soap.systems import SYSTEMS


@pytest.mark.parametrize(
    ("signed", "plain"),
    [
        ("Denies dyspnea or pedal edema.", "You said no to: shortness of breath or swollen feet."),
        ("The patient reports that she has been swimming.", "You told us that you have been swimming."),
        ("He takes metformin 500 mg b.i.d.", "You take metformin 500 mg twice a day."),
        ("I advised her to check her pulse.", "I advised you to check your pulse."),
        ("The patient understands and agrees with the plan.", "You understand and agree with the plan."),
        ("Reports headache for 3 days.", "You told us of: headache for 3 days."),
        ("The patient's knee is swollen.", "Your knee is swollen."),
        ("Specialist Referrals: We will refer the patient to a clinic.", "We will refer you to a clinic."),
        ("Medical Treatment: She can take 2 tablets.", "You can take 2 tablets."),
        ("Blood pressure: 142/88 mmHg.", "Blood pressure: 142/88 mmHg."),
        ("Feels sick in morning and takes ibuprofen.", "You feel sick in morning and take ibuprofen."),
        ("Wakes at night.", "You wake at night."),
        ("Is swollen.", "Is swollen."),
        ("Walking makes it worse.", "Walking makes it worse."),
        ("Works: her partner drives.", "Works: her partner drives."),
    ],
)
def test_a_line_is_said_to_the_patient(signed: str, plain: str) -> None:
    assert in_plain_words(signed) == plain


@pytest.mark.parametrize("system", SYSTEMS.values())
def test_a_body_systems_heading_is_for_clinicians(system: str) -> None:
    assert in_plain_words(f"{system}: Denies fever.") == "You said no to: fever."


@pytest.mark.parametrize(
    "signed",
    ["Her mother had a stroke and she lives with him.", "Patient states his wife takes her tablets."],
)
def test_where_somebody_else_is_spoken_of_nobody_becomes_you(signed: str) -> None:
    assert not re.search(r"\byou", in_plain_words(signed), re.IGNORECASE)


def test_no_plain_word_is_a_clinical_one_again() -> None:
    terms = set(plain_words())
    again = {plain for plain in plain_words().values() if plain.lower() in terms}
    assert not again


_WORDS = (
    sorted(plain_words())
    + "she he her his denies reports has no not never 5 mg 38.5 120/80 twice , .".split()
)


@given(st.lists(st.sampled_from(_WORDS), max_size=14))
def test_numbers_and_denials_stay(words: list[str]) -> None:
    signed = " ".join(words)
    plain = in_plain_words(signed)
    number = re.compile(r"(?<![\w])\d[\d./]*")
    assert number.findall(plain) == number.findall(signed)
    for denial in ("not", "never"):
        assert plain.lower().split().count(denial) >= words.count(denial)


def test_a_megabyte_is_read_in_linear_time() -> None:
    assert in_plain_words("she has " * 60_000)

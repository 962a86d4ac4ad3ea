"""Vital signs: measured or judged by the doctor; what is only asked is none, unless the question says the number."""

import pytest

from clinical_language import Turn, read_consult
from soap.vitals import vitals


def _signs(text: str) -> list[str]:
    return [statement.text for statement in vitals(read_consult([Turn("doctor", text)]))]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Your heart rate is elevated.", ["Heart rate: Elevated."]),
        ("Is it so that your heart rate is elevated?", []),
        (
            "alright so why don't we go ahead and do a quick physical exam on you here i just want to take a look at "
            "you your vital signs look good and i will feel your neck and listen to your lungs",
            ["Vital signs: Good."],
        ),
        ("Did they say that your blood pressure was high?", []),
        ("Your blood pressure is 140 over 90, is that usual?", ["Blood pressure: 140/90 mmHg."]),
    ],
)
def test_a_question_without_a_number_judges_nothing(said: str, found: list[str]) -> None:
    assert _signs(said) == found


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Your vitals look great.", ["Vitals: Great."]),
        ("Your vital signs are all within normal limits.", ["Vital signs: Within normal limits."]),
        ("Your blood pressure is a little high today.", ["Blood pressure: A little high."]),
        ("Your blood pressure is high at 150 over 90.", ["Blood pressure: High at 150/90 mmHg."]),
        ("Your vital signs look good, you don't have a fever.", ["Vital signs: Good.", "No fever."]),
    ],
)
def test_a_judgement_is_the_doctors_own(said: str, found: list[str]) -> None:
    assert _signs(said) == found

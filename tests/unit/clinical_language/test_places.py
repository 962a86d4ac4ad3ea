"""Sensation and place: what is felt, where, and that pressing on a knee is not a symptom."""

from __future__ import annotations

import pytest

from clinical_language import read_text
from clinical_language.concepts import body_parts


def _ids(text: str) -> set[str]:
    return {fact.concept.id for fact in read_text(text).facts}


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("My tummy is killing me.", "finding.abdominal_pain"),
        ("There is pain down there when I pee.", "finding.dysuria"),
        ("It is itchy down there.", "finding.genital_itching"),
        ("My knee keeps giving way.", "finding.joint_instability"),
        ("My knee locks up on me.", "finding.joint_locking"),
        ("My hip clicks.", "finding.joint_clicking"),
        ("I have a lump under my left armpit.", "finding.axillary_or_groin_swelling"),
        ("My shins hurt.", "finding.shin_pain"),
        ("My big toe is swollen.", "finding.big_toe_swelling"),
        ("My lips are tingling.", "finding.lip_tingling"),
        ("My collarbone is sore.", "finding.collarbone_pain"),
        ("My tailbone aches.", "finding.tailbone_pain"),
        ("I get pain between my shoulder blades.", "finding.shoulder_blade_pain"),
        ("There is pressure in my chest.", "finding.chest_pain"),
        ("My legs feel heavy.", "finding.leg_heaviness"),
        ("My gums are sore.", "finding.gum_pain"),
        ("My thumb is stiff.", "finding.thumb_stiffness"),
        ("There is discharge from my ear.", "finding.ear_discharge"),
        ("My knuckles are swollen.", "finding.knuckle_swelling"),
        ("I have a swollen calf.", "finding.calf_swelling"),
    ],
)
def test_sensation_at_its_place(text: str, concept: str) -> None:
    assert _ids(text) == {concept}


@pytest.mark.parametrize(
    "text",
    [
        "Put some pressure on the knee for me.",
        "They wrote it in the discharge summary.",
        "After discharge from the ward I went home.",
        "The blood pressure cuff goes on the arm.",
    ],
)
def test_words_of_sensations_that_are_none(text: str) -> None:
    assert not {id_ for id_ in _ids(text) if id_.startswith("finding.")}


def test_the_side_is_a_value() -> None:
    (fact,) = read_text("My left shin is swollen.").facts

    assert fact.concept.id == "finding.shin_swelling"
    assert fact.values["side"] == "left"


def test_there_are_a_hundred_places() -> None:
    assert len(body_parts()) >= 100

"""Orders: what is one, what is none, how it is described, and what it rests on."""

import pytest

from clinical_language import Turn, read_consult
from soap.model import Order
from soap.orders import found_orders


def heard(*said: str) -> tuple[Order, ...]:
    """The orders of a doctor's words after some talk."""
    opening = [
        Turn("patient", "My knee hurts."),
        Turn("doctor", "On your exam, your right knee is a little swollen."),
    ]
    return found_orders(read_consult([*opening, *(Turn("doctor", words) for words in said)]))


@pytest.mark.parametrize(
    ("said", "kind", "description"),
    [
        (
            "I'm going to prescribe meloxicam fifteen milligrams once a day for two weeks.",
            "medication",
            "meloxicam fifteen milligrams once a day two weeks",
        ),
        (
            "Let's go ahead and increase the lisinopril from 10 mg to 20 mg a day.",
            "medication",
            "lisinopril 20 mg a day",
        ),
        (
            "Please take ibuprofen 400 mg three times a day.",
            "medication",
            "ibuprofen 400 mg three times a day",
        ),
        ("I want to order an MRI of your right knee.", "imaging", "mri of your right knee"),
        ("We will order a hemoglobin a1c.", "lab", "hemoglobin a1c"),
        ("I would like to see you back in three weeks.", "followup", "see you back three weeks"),
        ("Come back in two weeks.", "followup", "come back two weeks"),
        ("I am going to refer you to a cardiologist.", "referral", "referral to cardiologist"),
    ],
)
def test_an_order_in_the_words_that_were_said(said: str, kind: str, description: str) -> None:
    (order,) = heard(said)
    assert (order.kind, order.description, order.evidence[-1]) == (kind, description, 2)


@pytest.mark.parametrize(
    "said",
    [
        "If that does not work we will order an MRI.",
        "We can order an MRI if it is still not better.",
        "We did an x-ray last week.",
        "You are taking lisinopril 10 mg once a day.",
        "Did you take any ibuprofen?",
        "I do not want to give you oxycodone.",
        "We do not need to get an MRI.",
        "Let's continue the metformin 500 mg twice a day.",
        "Your hemoglobin a1c is 7.",
        "Hey dragon, show me the hemoglobin a1c.",
        "Have you ever seen a cardiologist?",
        "If it is ongoing, we may need to do further tests like taking a sample of your stool.",
        "And we may need to get a CT scan.",
        "For your diabetes just continue to watch those blood sugars.",
        "I don't think you need anything like antibiotics.",
        "Come back and see me next week, if things don't get better.",
        "Why have you come to see me today?",
        "All right, I'll see you.",
        "It says that you are on ten milligrams of amlodipine daily.",
        "We'll check your blood pressure.",
    ],
)
def test_no_order(said: str) -> None:
    assert heard(said) == ()


@pytest.mark.parametrize(
    ("said", "description"),
    [
        (
            "If you are feeling feverish, take paracetamol 500 mg four times a day.",
            "paracetamol 500 mg four times a day",
        ),
        ("Why don't we go ahead and order an MRI of your right knee.", "mri of your right knee"),
        (
            "I'll see you again in three months or sooner if anything gets worse.",
            "see you again three months",
        ),
        ("I will follow up with you after your surgery.", "follow up after your surgery"),
        (
            "I'm going to increase the furosemide, rather than one tablet a day two tablets a day.",
            "furosemide two tablets a day",
        ),
    ],
)
def test_an_order_all_the_same(said: str, description: str) -> None:
    (order,) = heard(said)
    assert order.description == description


def test_a_slip_of_the_tongue_is_no_order() -> None:
    (order,) = heard(
        "I'm going to treat you with penicillin, I'm sorry, amoxicillin 500 milligrams three times a day."
    )
    assert order.description == "amoxicillin 500 milligrams three times a day"


def test_the_reason_is_evidence_too() -> None:
    (order,) = heard(
        "For your second problem, your hypertension, it is not well controlled.",
        "So I am going to increase the lisinopril to 20 milligrams a day.",
    )
    assert order.reason == "hypertension"
    assert order.evidence == (2, 3)


def test_labels_that_are_mixed_up_hide_no_order() -> None:
    turns = [
        Turn("doctor", "My throat hurts."),
        Turn("patient", "I reviewed the results and your exam shows swelling."),
        Turn("patient", "I am going to order a hemoglobin a1c and I will see you back in two weeks."),
    ]
    assert {order.kind for order in found_orders(read_consult(turns))} == {"lab", "followup"}

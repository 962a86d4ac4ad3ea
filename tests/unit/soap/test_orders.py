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


@pytest.mark.parametrize(
    "said",
    [
        "I'm going to do a quick physical exam.",
        "Please use my physical exam template.",
        "Let's take a look at your x-ray.",
        "I take ibuprofen 400 mg twice a day myself.",
        "Louis is here for a follow up in one week from the emergency room.",
        "You're coming in with three weeks of shoulder pain.",
    ],
)
def test_what_is_done_now_or_told_of_is_no_order(said: str) -> None:
    assert heard(said) == ()


@pytest.mark.parametrize(
    ("said", "medicine"),
    [
        (
            "I'm going to prescribe some pain medicine. Take tramadol 50 milligrams every six hours.",
            "tramadol",
        ),
        ("I'm going to prescribe a muscle relaxant, flexeril 5 mg three times a day.", "cyclobenzaprine"),
        ("I'm going to prescribe amoxicillin 500 mg three times a day, an antibiotic.", "amoxicillin"),
        ("I'm going to prescribe an antibiotic for seven days.", "antibiotic"),
    ],
)
def test_a_kind_of_medicine_is_said_of_the_one_that_is_named(said: str, medicine: str) -> None:
    (order,) = heard(said)
    assert order.details["medicine"] == medicine


def test_a_dose_may_follow_in_the_next_breath() -> None:
    (order,) = heard(
        "So we're going to put you on a medicine called combivent.", "You take two puffs twice a day."
    )
    assert order.description == "combivent two puffs twice a day"
    assert order.evidence == (2, 3)


def test_a_dose_after_another_medicine_is_that_ones() -> None:
    orders = heard(
        "I'm going to prescribe some naproxen.", "And some omeprazole.", "You take that 20 mg once a day."
    )
    assert not any("20 mg" in order.description for order in orders if "naproxen" in order.description)


def test_a_false_start_is_no_condition() -> None:
    (order,) = heard(
        "So I want to go ahead and if ... and prescribe some tramadol 50 milligrams every six hours."
    )
    assert order.kind == "medication"


def test_urine_is_not_drawn_with_the_blood() -> None:
    orders = heard("I'm going to order some blood tests, a urinalysis and a lipid panel.")
    assert {order.description for order in orders} == {"urinalysis", "blood lipid panel"}


def test_a_dose_said_twice_is_one() -> None:
    (order,) = heard(
        "Increase the lisinopril to 40 mg once a day, and see how you do on the 40 mg once a day."
    )
    assert order.description == "lisinopril 40 mg once a day"


def test_a_follow_up_without_a_day_is_one_when_it_is_wished() -> None:
    (order,) = heard("I'm going to have you follow up with me here in the clinic.")
    assert (order.kind, order.description) == ("followup", "follow up")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("From a diabetes standpoint, let's increase the metformin to 1000 mg twice a day.", "diabetes"),
        ("For your heart failure, I'm going to start you on lasix 40 mg once a day.", "heart failure"),
        ("I think you have a history of gout. I'm going to prescribe colchicine 0.5 mg twice a day.", "gout"),
    ],
)
def test_a_reason_is_the_name_of_the_problem(said: str, reason: str) -> None:
    (order,) = heard(said)
    assert order.reason == reason

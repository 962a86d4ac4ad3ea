"""Orders as British doctors say them, and what only sounds like one."""

import pytest

from clinical_language import Turn, read_consult
from soap.model import Order
from soap.orders import found_orders
from tests.unit.soap.test_orders import heard


@pytest.mark.parametrize(
    ("said", "kind", "named"),
    [
        ("I'll send a prescription for amoxicillin to the pharmacy.", "medication", "amoxicillin"),
        ("What I'd suggest is a course of antibiotics.", "medication", "antibiotics"),
        (
            "I'm going to give you a course of flucloxacillin, 500 mg four times a day for seven days.",
            "medication",
            "flucloxacillin 500 mg four times a day seven days",
        ),
        ("You can buy some paracetamol over the counter.", "medication", "paracetamol"),
        ("You can get some Dioralyte from the pharmacy.", "medication", "dioralyte"),
        ("I'd try some cetirizine 10 mg once a day.", "medication", "cetirizine 10 mg once a day"),
        ("I would recommend taking some ibuprofen with food.", "medication", "ibuprofen with food"),
        ("I'll pop a prescription for trimethoprim through to the chemist.", "medication", "trimethoprim"),
        ("Let's try you on omeprazole 20 mg once a day.", "medication", "omeprazole 20 mg once a day"),
        ("I'd like to start you on ramipril 2.5 mg.", "medication", "ramipril 2.5 mg"),
        ("I'll write you a script for prednisolone.", "medication", "prednisolone"),
        ("Try some gaviscon after meals.", "medication", "gaviscon"),
        ("We have steroid creams I can give you.", "medication", "steroid creams"),
        ("There are things like Dioralyte, which you can get from the pharmacy.", "medication", "dioralyte"),
        ("I think it's important to get a sample of the stool.", "lab", "sample of the stool"),
        ("Arrange a review in a week or so.", "followup", "arrange a review a week"),
        ("If you're happy to, book an appointment with us next week.", "followup", "book an appointment"),
        ("I'm going to refer you to a stroke, a TIA clinic.", "referral", "clinic"),
        ("We'll get some bloods done.", "lab", "bloods"),
        ("I'd like to arrange some blood tests.", "lab", "blood tests"),
        ("Could you drop in a urine sample?", "lab", "urine sample"),
        ("We'll send off a stool sample.", "lab", "stool sample"),
        ("I'll book you in for an ECG.", "lab", "ecg"),
        ("I'm going to request a full blood count.", "lab", "full blood count"),
        ("We need to check your thyroid function.", "lab", "thyroid function"),
        ("Pop in for a blood test this week.", "lab", "blood test"),
        ("I'll get you an X-ray of your knee.", "imaging", "x-ray of your knee"),
        (
            "I'd like to arrange an ultrasound scan of your abdomen.",
            "imaging",
            "ultrasound scan of your abdomen",
        ),
        ("I'll send you for a chest x-ray.", "imaging", "chest x-ray"),
        ("I'm going to request an MRI of your back.", "imaging", "mri of your back"),
        ("I'd like to see you again in two weeks.", "followup", "see you again two weeks"),
        ("Pop in to see us next week.", "followup", "pop in"),
        ("I'll book you in with one of our GPs today.", "followup", "book you in"),
        ("I would like you to be seen by one of our GPs in the next few days.", "followup", "be seen"),
        ("I'll book you in for a face to face appointment today.", "followup", "book you in"),
        ("Let's review you in a month's time.", "followup", "review you a month"),
        ("Give me a ring in a week's time to let me know how you are.", "followup", "give me a ring a week"),
        ("Come back and see me in about a week's time.", "followup", "come back and see me about a week"),
        ("I'd like you to come in to one of our clinics today.", "followup", "come in"),
        ("We need to bring you into one of our clinics.", "followup", "bring you in"),
        ("I'll refer you to the dermatologist.", "referral", "dermatologist"),
        ("I'm going to do an urgent neurology referral.", "referral", "neurology"),
        ("I'll refer you to a physio.", "referral", "physio"),
        ("I'm going to refer you to the stroke clinic.", "referral", "stroke clinic"),
        ("I'll send a referral to ENT.", "referral", "ent"),
        ("I'd suggest getting an appointment with the physiotherapist.", "referral", "physiotherapist"),
    ],
)
def test_an_order(said: str, kind: str, named: str) -> None:
    (order,) = heard(said)
    assert order.kind == kind
    assert named in order.description


@pytest.mark.parametrize(
    "said",
    [
        "Have you had any blood tests?",
        "They did an ECG last year.",
        "If it gets worse we may need an x-ray.",
        "You don't need antibiotics.",
        "I don't think antibiotics would help.",
        "Antibiotics don't work for a virus.",
        "There's no need for a scan.",
        "Did the GP refer you to a dermatologist?",
        "Carry on with the paracetamol.",
        "Keep taking the ibuprofen.",
        "Have you tried any over the counter antihistamines?",
        "Have you tried paracetamol?",
        "Do you take anything like cetirizine or loratadine?",
        "If you're not better in a week, come back and see us.",
        "You might need some blood tests later on.",
        "We could think about a scan down the line.",
        "Stop the naproxen.",
        "Don't take ibuprofen with it.",
        "You've been taking the paracetamol four times a day.",
        "Were you prescribed antibiotics last time?",
        "Any allergies to medicines, like penicillin?",
        "An x-ray would not show that.",
        "The pharmacy can give you advice.",
        "At the hospital they'll be doing an ultrasound of your neck arteries.",
        "Depending on what we find, you might need some antibiotics and some steroids.",
        "Some people take aspirin for that.",
        "I'm on the edge about giving you antibiotics.",
        "All right, see you then, bye bye.",
        "Has anyone booked you in for a scan?",
        "I'll see what the blood test shows.",
        "Come back to us if you get a fever in the next two days.",
        "They'll call you in the next one to two days.",
        "You can get a rash from penicillin.",
        "Stop taking any anti-inflammatories such as your ibuprofen or naproxen.",
        "Before the surgery we will have to get you off your clopidogrel for a week.",
        "Are you still taking the metformin we have you on, a thousand milligrams twice a day?",
        "You mentioned using steroid creams yesterday.",
        "The thrush can come from the antibiotics.",
        "I can prescribe you something slightly stronger.",
        "Wait for the ambulance in the meantime.",
        "If you're really not getting better, or if you have a fever, I'd like you to come back and see me sooner.",
        "If anything changes, either make an appointment with us or go straight to A and E.",
    ],
)
def test_no_order(said: str) -> None:
    assert heard(said) == ()


def talk(*lines: str) -> tuple[Order, ...]:
    """The orders of lines "d: ..." and "p: ..."."""
    turns = [Turn("doctor" if line[0] == "d" else "patient", line[3:]) for line in lines]
    return found_orders(read_consult(turns))


def test_a_medicine_that_is_offered_and_then_sent_to_the_pharmacy_is_ordered() -> None:
    (order,) = talk(
        "d: I think this is a simple infection of the bladder.",
        "d: So the usual treatment is nitrofurantoin.",
        "p: Okay.",
        "d: I'll send that through to your pharmacy.",
    )
    assert order.details["medicine"] == "nitrofurantoin"
    assert order.evidence[-2:] == (1, 3)


def test_a_medicine_that_the_patient_agrees_to_is_ordered() -> None:
    (order,) = talk(
        "d: I think this is an infection of the urine.",
        "d: Are you happy to take a course of antibiotics, if I send it through to the pharmacy?",
        "p: Yeah, that's fine.",
    )
    assert order.kind == "medication"


def test_a_medicine_that_the_patient_refuses_is_not() -> None:
    assert not talk(
        "d: I think this is an infection of the urine.",
        "d: Are you happy to take a course of antibiotics?",
        "p: No, I'd rather not.",
    )

"""Words that name a condition or a medicine without claiming that the patient has or takes it."""

from __future__ import annotations

import pytest

from clinical_language import Speaker, Turn
from soap import model
from soap.draft import draft_note


def said(section: str, *lines: str) -> str:
    who: dict[str, Speaker] = {"d": "doctor", "p": "patient"}
    note = draft_note([Turn(who[line[0]], line[3:]) for line in lines])
    return " ".join(s.text for s in note.statements if s.section == section)


@pytest.mark.parametrize(
    ("told", "condition"),
    [
        ("They checked my diabetes and it was fine.", "iabetes"),
        ("I'm worried about COVID.", "COVID"),
        ("She's off school because they think it's COVID.", "COVID"),
        ("I thought it was asthma.", "sthma"),
        ("I did think it was like, a heart problem really.", "eart"),
        ("I don't want it to be a migraine.", "igraine"),
        ("I have not seen anybody since COVID.", "COVID"),
    ],
)
def test_a_condition_tested_for_or_feared_is_no_history(told: str, condition: str) -> None:
    assert condition not in said(model.PAST_MEDICAL_HISTORY, "d: How are you?", f"p: {told}")


def test_what_the_doctor_concludes_is_no_history() -> None:
    talk = ["d: How is the shoulder?", "p: It hurts when I lift my arm."] * 8
    end = "d: So this raises the concern of a rotator cuff tear."
    assert "otator" not in said(model.PAST_MEDICAL_HISTORY, *talk, end)
    assert "otator" in said(
        model.PAST_MEDICAL_HISTORY, "d: Any problems before?", "p: I had a rotator cuff tear.", *talk
    )


def test_a_medicine_asked_about_is_not_taken() -> None:
    asked = "p: I am on digoxin. Will the tramadol be okay with that?"
    taken = said(model.MEDICATIONS, "d: I will give you tramadol. Any questions?", asked)
    assert "igoxin" in taken
    assert "ramadol" not in taken


def test_a_medicine_to_be_given_is_not_taken() -> None:
    assert "orphine" not in said(
        model.MEDICATIONS, "d: Anything else?", "p: They don't need to give me morphine."
    )


def test_a_medicine_taken_note_of_is_not_denied() -> None:
    assert "etformin" not in said(
        model.MEDICATIONS, "d: Metformin, okay. Do you have any allergies?", "p: No."
    )


def test_what_is_taken_for_allergies_is_no_allergen() -> None:
    lines = ("d: Do you take anything?", "p: I take Claritin for my allergies.")
    assert said(model.ALLERGIES, *lines) == ""
    assert "laritin" in said(model.MEDICATIONS, *lines)


def test_each_drug_is_told_as_it_was_said() -> None:
    text = said(
        model.SOCIAL_HISTORY,
        "d: Do you use marijuana?",
        "p: No.",
        "d: Anything else?",
        "p: I do use cocaine.",
    )
    assert "Does not use marijuana." in text
    assert "Uses cocaine." in text


def test_what_somebody_is_allergic_to_is_not_taken() -> None:
    lines = (
        "d: Any allergies?",
        "p: I'm allergic to amoxicillin.",
        "d: Amoxicillin, okay. Anything else?",
        "p: No.",
    )
    assert "moxicillin" in said(model.ALLERGIES, *lines)
    assert "moxicillin" not in said(model.MEDICATIONS, *lines)


def test_a_test_for_a_condition_is_no_history() -> None:
    lines = ("d: Anything in the past?", "p: I had a tuberculosis test for work and it was normal.")
    assert "uberculosis." not in said(model.PAST_MEDICAL_HISTORY, *lines)


def test_a_relatives_illness_is_family_history() -> None:
    lines = ("d: Do you have any other problems?", "p: My father has had an operation on his neck.")
    assert "ather" not in said(model.PAST_MEDICAL_HISTORY, *lines)


def test_a_no_with_an_exception_is_not_told_as_none() -> None:
    lines = ("d: Are you on any medication?", "p: No, other than sertraline, nothing else.")
    text = said(model.MEDICATIONS, *lines)
    assert "ertraline" in text
    assert "Not on any" not in text


def test_no_very_rarely_is_drinking() -> None:
    text = said(model.SOCIAL_HISTORY, "d: Do you drink alcohol?", "p: No, very rarely.")
    assert text == "Drinks alcohol: very rarely."


def test_how_seldom_one_thing_is_done_says_nothing_of_another() -> None:
    lines = (
        "d: Do you smoke or take any drugs?",
        "p: I try not to smoke, but I do, occasionally, but I don't take drugs.",
    )
    assert "Uses" not in said(model.SOCIAL_HISTORY, *lines)


@pytest.mark.parametrize(
    ("question", "condition"),
    [
        ("And did you take malaria preventative medication?", "alaria"),
        ("And you're up to date with all the vaccinations, hepatitis B, and that kind of thing?", "epatitis"),
        ("Have you had your influenza jab?", "nfluenza"),
        ("Were you in contact with tuberculosis?", "uberculosis"),
        ("Are you worried about asthma?", "sthma"),
        ("Have you been told about the risk of diabetes?", "iabetes"),
    ],
)
def test_a_condition_prevented_met_or_feared_is_no_history(question: str, condition: str) -> None:
    lines = said(model.PAST_MEDICAL_HISTORY, "d: How are you?", "p: I cough.", f"d: {question}", "p: Yes.")
    assert f"{condition}." not in lines


def test_a_name_is_no_disease() -> None:
    assert "arkinson" not in said(model.PAST_MEDICAL_HISTORY, "d: Your name?", "p: It is Laura Parkinson.")

"""An order's parts as values for who fills the prescription or draws the blood."""

import pytest

from soap.order_details import duration, shown
from tests.unit.soap.test_orders import heard


def test_a_prescription_in_parts() -> None:
    (order,) = heard(
        "I'm going to prescribe flomax zero point four milligrams once a day for fourteen days with two refills."
    )
    assert order.details["medicine"] == "tamsulosin"
    assert order.details["said"] == "flomax"
    assert order.details["dose"] == "0.4 mg"
    assert order.details["frequency"] == "once a day"
    assert order.details["length"] == "P14D"
    assert order.details["refills"] == "two refills"


def test_a_change_of_dose_keeps_the_new_one() -> None:
    (order,) = heard("I want to increase the lisinopril from ten milligrams to twenty milligrams a day.")
    assert (order.details["dose"], order.details["change"]) == ("20 mg", "increase")


def test_an_image_with_its_place() -> None:
    (order,) = heard("I'm going to order an MRI of your left shoulder.")
    assert (order.details["body_site"], order.details["laterality"]) == ("shoulder", "left")


def test_a_test_with_its_time() -> None:
    (order,) = heard("We will repeat a hemoglobin a1c in about six months.")
    assert order.details["timing"] == "P6M"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("two weeks", ("P2W", "")),
        ("three to four weeks", ("P3W", "P4W")),
        ("a couple days", ("P2D", "")),
        ("a month", ("P1M", "")),
        ("tomorrow", ("P1D", "")),
        ("a few weeks", ("", "")),
        ("next visit", ("", "")),
        ("", ("", "")),
    ],
)
def test_durations_are_those_that_were_said(said: str, expected: tuple[str, str]) -> None:
    assert duration(said) == expected


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("zero point four milligrams", "0.4 mg"),
        ("fifteen milligrams", "15 mg"),
        ("a thousand milligrams", "1,000 mg"),
        ("one fifty milligrams", "one fifty milligrams"),  # 150, or one of 50: stays as spoken
    ],
)
def test_a_dose_is_never_guessed(said: str, read: str) -> None:
    assert shown(said) == read


def test_a_time_that_is_corrected_in_the_same_breath_is_the_later_one() -> None:
    (order,) = heard(
        "I'm going to order another hemoglobin a1c in a couple weeks, or, I'm sorry, a couple months."
    )
    assert order.details["timing"] == "P2M"


def test_a_dose_that_is_corrected_in_the_same_breath_is_the_later_one() -> None:
    (order,) = heard("I'm going to start you on ramipril 5 mg, sorry, 2.5 mg once a day.")
    assert (order.details["dose"], order.description) == ("2.5 mg", "ramipril 2.5 mg once a day")


def test_a_test_for_which_one_comes_back_keeps_its_day() -> None:
    (order,) = heard("Have you come back in two weeks to get a follow-up x-ray.")
    assert (order.kind, order.details["timing"]) == ("imaging", "P2W")


def test_a_share_of_a_hundred_is_no_dose() -> None:
    assert heard("And your ejection fraction thirty five percent is a bit low.") == ()


@pytest.mark.parametrize(
    ("brand", "medicine"),
    [
        ("percocet", "oxycodone and acetaminophen"),
        ("zestoretic", "lisinopril and hydrochlorothiazide"),
        ("symbicort", "budesonide and formoterol"),
        ("co-codamol", "co-codamol"),
    ],
)
def test_a_brand_of_two_medicines_names_both(brand: str, medicine: str) -> None:
    (order,) = heard(f"I'm going to prescribe {brand} twice a day.")
    assert (order.details["medicine"], order.details["said"]) == (medicine, brand)


@pytest.mark.parametrize(
    ("said", "route"),
    [
        ("by mouth", "by mouth"),
        ("orally", "orally"),
        ("into each nostril", "into each nostril"),
        ("under the tongue", "under the tongue"),
        ("to your skin", "to your skin"),
    ],
)
def test_a_route_is_the_one_that_was_said(said: str, route: str) -> None:
    (order,) = heard(f"I'm going to prescribe lidocaine {said} twice a day.")
    assert (order.details["route"], order.details["frequency"]) == (route, "twice a day")
    (silent,) = heard("I'm going to prescribe lidocaine twice a day.")
    assert "route" not in silent.details

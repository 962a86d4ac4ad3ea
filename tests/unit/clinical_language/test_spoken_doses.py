"""Spoken numbers in doses, vital signs and results: the number that was said, or the words where it could be two."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical_language.dosing import medicine_values
from clinical_language.measurements import laboratory_values, vital_signs
from clinical_language.pipeline import read_sentences
from clinical_language.plain_numbers import digits
from clinical_language.values import values_in


def doses(text: str) -> list[str]:
    return [
        v.text for s in read_sentences(text) for v in medicine_values(s.plain) if v.name in {"dose", "count"}
    ]


@pytest.mark.parametrize(
    ("said", "dose"),
    [
        ("zero point four milligrams", "0.4 mg"),
        ("point five milligrams", "0.5 mg"),
        ("one point two five milligrams", "1.25 mg"),
        ("oh point four milligrams", "0.4 mg"),
        ("two and a half milligrams", "2.5 mg"),
        ("twenty-five milligrams", "25 mg"),
        ("fifteen hundred milligrams", "1,500 mg"),
        ("two thousand units", "2,000 units"),
        ("100,000 units", "100,000 units"),
        ("1,000,000 units", "1,000,000 units"),
        ("fifty micrograms", "50 micrograms"),
        ("50 mcg", "50 micrograms"),
        ("fifty milligrams", "50 mg"),
        (".4 milligrams", "0.4 mg"),
        ("0 . 4 milligrams", "0.4 mg"),
        ("5.0 mg", "5 mg"),
        ("twenty five to fifty milligrams", "25 to 50 mg"),
        ("5-10mg", "5 to 10 mg"),
        ("half a tablet", "half a tablet"),
        ("two tablets", "two tablets"),
        ("one or two tablets", "1 or 2 tablets"),
        ("0.5 tablets", "0.5 tablets"),
        ("two and a half tablets", "2 and a half tablets"),
    ],
)
def test_a_dose_is_the_whole_number(said: str, dose: str) -> None:
    assert doses(f"Take {said} every day.") == [dose]


@pytest.mark.parametrize(
    "said",
    [
        "one fifty milligrams", "two hundred milligram tablets", "two two hundred milligram tablets",
        "twenty five milligram tablets", "2 500 milligram tablets", "1 000 milligrams",
        "two to three hundred milligrams", "starting point five milligrams",
    ],
)  # fmt: skip
def test_what_could_be_two_numbers_stays_as_said(said: str) -> None:
    (dose,) = doses(f"Take {said}.")
    assert said.endswith(dose.replace("2 to", "two to"))


def test_a_spray_in_the_house_is_no_count() -> None:
    assert doses("I've got a spray.") == []
    assert doses("I take a tablet.") == ["one tablet"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("for a day or two", [("duration", "one or two days", "")]),
        ("a week or two ago", [("onset", "one or two weeks ago", "")]),
        ("for a day", [("duration", "one day", "P1D")]),
        ("for a week or so", [("duration", "one week", "P1W")]),
    ],
)
def test_a_day_or_two_is_not_a_day(said: str, expected: list[tuple[str, str, str]]) -> None:
    (sentence,) = read_sentences(f"I had it {said}.")
    assert [(v.name, v.text, v.iso) for v in values_in(sentence.plain)] == expected


@pytest.mark.parametrize("said", ["a tablet and a half", "a quarter of a tablet", "5 mg per kilo"])
def test_a_part_of_an_amount_is_no_dose(said: str) -> None:
    assert doses(f"Take {said}.") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Blood pressure is one hundred and twenty over eighty.", ["120/80"]),
        ("Blood pressure is one twenty over eighty.", ["120/80"]),
        ("Blood pressure is one-twenty over eighty.", ["120/80"]),
        ("Blood pressure is 120 to 130 over 80.", []),
        ("Pulse is one ten.", ["110/min"]),
        ("Pulse is 80 to 90.", []),
        ("Temperature is thirty eight point five.", ["38.5 \u00b0C"]),
        ("Temperature is 98 . 6 .", ["98.6 \u00b0F"]),
        ("Sats were 97.5.", ["97.5%"]),
        ("Weighs 1,200 pounds.", []),
    ],
)
def test_vital_signs_are_whole_numbers(text: str, expected: list[str]) -> None:
    assert [v.text for s in read_sentences(text) for v in vital_signs(s.plain)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Your a1c is seven point five.", ["7.5%"]),
        ("Your a1c is 7 . 5 .", ["7.5%"]),
        ("The wbc was 12,000.", ["12,000"]),
        ("The wbc was 12 , 000.", []),
        ("Glucose was one fifty.", []),
        ("Potassium is between 3 and 5 or 6 to 7.", ["3 mmol/L"]),
        ("Creatinine was 1.2 to 1.4.", []),
    ],
)
def test_results_are_whole_numbers(text: str, expected: list[str]) -> None:
    assert [v.text for s in read_sentences(text) for v in laboratory_values(s.plain)] == expected


def test_half_points_of_severity() -> None:
    assert [v.text for v in values_in("7.5 out of 10") if v.name == "severity"] == ["7.5/10"]


_FIGURE = "zero one two three four five six seven eight nine".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


@given(
    st.integers(0, 99),
    st.lists(st.integers(0, 9), min_size=1, max_size=3).filter(lambda figures: figures[-1] != 0),
    st.sampled_from(["milligrams", "micrograms"]),
    st.booleans(),
)
def test_a_spoken_decimal_is_that_decimal(whole: int, decimals: list[int], unit: str, hyphen: bool) -> None:
    spoken = f"{_whole(whole, '-' if hyphen else ' ')} point {' '.join(_FIGURE[d] for d in decimals)}"
    number = Decimal(f"{whole}.{''.join(map(str, decimals))}")
    assert doses(f"Take {spoken} {unit}.") == [f"{number} {'mg' if unit == 'milligrams' else 'micrograms'}"]


def _whole(number: int, joint: str) -> str:
    if number < 10:
        return _FIGURE[number]
    if number < 20:
        return "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()[
            number - 10
        ]
    tens = _TENS[number // 10 - 2]
    return tens if number % 10 == 0 else f"{tens}{joint}{_FIGURE[number % 10]}"


@given(
    st.lists(
        st.sampled_from([*_FIGURE, *_TENS, "point", "hundred", "and", "a", "oh", "-", ".", "7", "over", "mg"])
    )
)
def test_every_word_is_kept_in_its_place(words: list[str]) -> None:
    places = [at for _, at in digits(words)]
    assert places == sorted(set(places))
    assert all(0 <= at < len(words) for at in places)

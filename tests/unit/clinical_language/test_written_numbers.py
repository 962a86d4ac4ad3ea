"""Spoken numbers as clinicians read them; what could mean two things stays as spoken."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical_language import written_numbers

UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
TENS = ["", "", *"twenty thirty forty fifty sixty seventy eighty ninety".split()]


def shown(said: str) -> str:
    """The sentence as it is shown."""
    words, out, at = said.split(), [], 0
    for span in written_numbers(words):
        out += [*words[at : span.first], span.text]
        at = span.last + 1
    return " ".join([*out, *words[at:]])


def below_hundred(number: int, joint: str = " ") -> str:
    if number < 20:
        return UNITS[number]
    return TENS[number // 10] + (joint + UNITS[number % 10] if number % 10 else "")


def spelled(number: int, *, british: bool = True) -> str:
    """Written by hand beside the parser, so that one does not repeat the other's mistake."""
    parts = []
    if number >= 1000:
        parts.append(f"{below_hundred(number // 1000)} thousand")
        number %= 1000
        if not number:
            return parts[0]
        if number < 100 and british:
            parts.append("and")
    if number >= 100:
        parts.append(f"{UNITS[number // 100]} hundred")
        number %= 100
        if number and british:
            parts.append("and")
    if number or not parts:
        parts.append(below_hundred(number))
    return " ".join(parts)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("Your blood pressure was one-twenty over eighty, which is fine.",
         "Your blood pressure was 120/80 mmHg, which is fine."),
        ("It was a hundred and forty-five over ninety.", "It was 145/90 mmHg."),
        ("one oh five over seventy", "105/70 mmHg"),
        ("from one forty over ninety to one twenty over eighty", "from 140/90 mmHg to 120/80 mmHg"),
        ("120 over 80 millimetres of mercury", "120/80 mmHg"),
        ("Please take ibuprofen four hundred milligrams three times a day.",
         "Please take ibuprofen 400 mg three times a day."),
        ("fifty micrograms of levothyroxine", "50 micrograms of levothyroxine"),
        ("two thousand milligrams", "2,000 mg"),
        ("five point zero milligrams", "5 mg"),
        ("point five milligrams", "0.5 mg"),
        ("Digoxin, point one two five milligrams. Now take point five milligrams.",
         "Digoxin, 0.125 mg. Now take 0.5 mg."),
        ("one and a half grams", "1.5 g"),
        ("ten thousand units", "10,000 units"),
        ("five hundred M G every day", "500 mg every day"),
        ("fifteen milligrams per kilogram", "15 mg/kg"),
        ("five point six millimoles per litre", "5.6 mmol/L"),
        ("five to ten milligrams", "5 to 10 mg"),
        ("between five and ten milligrams", "between 5 and 10 mg"),
        ("one point five to two litres", "1.5 to 2 L"),
        ("twenty four to forty eight hours", "24 to 48 hours"),
        ("thirty eight point five degrees celsius", "38.5 °C"),
        ("thirty eight degrees", "38°"),
        ("temperature above thirty seven point five,", "temperature above 37.5,"),
        ("sats are ninety four percent on air", "sats are 94% on air"),
        ("ninety-eight per cent", "98%"),
        ("pulse of seventy two beats per minute", "pulse of 72 bpm"),
        ("heart rate is one ten.", "heart rate is 110."),
        ("sixteen breaths a minute", "16 breaths/min"),
        ("The pain is seven out of ten.", "The pain is 7/10."),
        ("the pain at that point seven out of ten", "the pain at that point seven out of 10"),
        ("I am thirty two years old", "I am 32 years old"),
        ("(forty five)", "(45)"),
        ("120 over 80 in the left arm", "120/80 mmHg in the left arm"),
        ("take 300 mcg", "take 300 micrograms"),
        ("oh point oh five milligrams", "0.05 mg"),
        ("the thirty first of October nineteen ninety", "the 31st of October 1990"),
        ("June third nineteen eighty two", "June 3rd 1982"),
        ("since nineteen oh five", "since 1905"),
        ("call nine nine nine", "call 999"),
        ("oh seven seven double oh nine double oh one two three", "07700 900123"),
        ("oh two oh, seven nine four six, double oh one eight", "020 7946 0018"),
    ],
)  # fmt: skip
def test_is_written_as_clinicians_read_it(said: str, written: str) -> None:
    assert shown(said) == written


@pytest.mark.parametrize(
    "said",
    [
        "one fifty milligrams",  # one tablet of 50?
        "two five hundred milligram tablets",
        "twenty five milligram tablets",  # twenty of 5 mg?
        "two hundred milligram tablets",  # two of 100 mg?
        "two to three hundred milligrams",  # 200 to 300?
        "one, fifty milligrams",
        "1 50 milligrams",
        "hundred milligrams",
        "at this point five milligrams",
        "at one point five people came",
        "the starting point five milligrams a day",
        "from that point two to three milligrams",
        "co-codamol thirty five hundred",  # 30/500, or 3,500
        "I took his pulse at one thirty.",
        "nine eight seven six five four three",
        "five, four, three, six, seven, six, five",
        "one point five two times a day",  # 1.5, two times?
        "six point twelve",
        "between five hundred and ten milligrams",
        "twenty two times a day",
        "every four to six hours",
        "three times a day for two weeks",
        "two twenty nine",
        "in twenty fifteen minutes",
        "nineteen eighty two",  # a year, or 19 and 82
        "half past ten, or ten to five",
        "eight over ten",
        "eighty over one twenty",
        "one two three four five six seven",
        "nine nine nine",
        "five foot eleven, eleven stone twelve",
        "one in twenty",
        "quarter to twelve",
        "several hundred milligrams",
        "twenty four seven",
        "a thousand times, and the first may be wrong",
        "June thirty two thousand and four",
        "a thirty-five-year-old woman",
        "medical record number 123456",
        "give me a second, no one is here",
    ],
)
def test_what_could_mean_two_things_stays_as_spoken(said: str) -> None:
    assert shown(said) == said


@given(st.integers(1, 99_999), st.booleans())
def test_every_dose_is_the_number_that_was_said(number: int, british: bool) -> None:
    assert shown(f"take {spelled(number, british=british)} milligrams daily") == f"take {number:,} mg daily"


@given(st.integers(0, 99), st.lists(st.integers(0, 9), min_size=1, max_size=3))
def test_decimals_keep_every_figure(whole: int, decimals: list[int]) -> None:
    said = f"{below_hundred(whole)} point {' '.join(UNITS[figure] for figure in decimals)}"
    assert shown(f"potassium of {said} today") == f"potassium of {whole}.{''.join(map(str, decimals))} today"


@given(st.integers(60, 260), st.integers(30, 160), st.sampled_from([" ", "-"]), st.booleans())
def test_blood_pressures_in_any_way_of_speaking(upper: int, lower: int, joint: str, hurried: bool) -> None:
    def say(value: int) -> str:
        if not hurried or value < 100 or value % 100 == 0:
            return spelled(value)
        rest = value % 100
        return (
            f"{UNITS[value // 100]}{joint}{below_hundred(rest, joint) if rest > 9 else 'oh ' + UNITS[rest]}"
        )

    said = f"it was {say(upper)} over {say(lower)} today"
    assert shown(said) == (f"it was {upper}/{lower} mmHg today" if upper > lower else said)


def test_hours_of_number_words_are_read_in_no_time_and_mean_nothing() -> None:
    assert written_numbers(["million", "thousand", "hundred", "one"] * 5_000) == ()
    assert written_numbers([",".join("!" * 20_000), "a" + "!" * 20_000 + "a"]) == ()


_WORDS = st.sampled_from(
    "the pain pulse point one two oh five nine twenty thirty hundred thousand and a half milligrams percent over to or "
    "out of ten double degrees units twenty-five 500 1.5 tablets, minutes. times June first in nineteen".split()
)


@given(st.lists(_WORDS, max_size=12))
def test_spans_are_in_order_within_the_words_and_never_overlap(words: list[str]) -> None:
    spans = written_numbers(words)
    edges = [edge for span in spans for edge in (span.first, span.last)]
    assert edges == sorted(edges)
    assert all(one.last < other.first for one, other in itertools.pairwise(spans))
    assert all(0 <= span.first <= span.last < len(words) and span.text for span in spans)
    assert all(any(char.isdigit() for char in span.text) for span in spans)


@given(st.lists(st.text(max_size=8), max_size=10))
def test_any_text_is_read_without_an_error(words: list[str]) -> None:
    written_numbers(words)

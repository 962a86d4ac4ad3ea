"""Values: their texts, their ISO durations, and which symptom or medicine they are said of."""

from datetime import date

import pytest

from clinical_language import Consult, Turn, read_consult, read_text
from clinical_language.measurements import laboratory_values, vital_signs
from clinical_language.pipeline import read_sentences
from clinical_language.spans_of_time import day_of, iso_length


def consult(*lines: str) -> Consult:
    """Lines "d: ..." and "p: ..."."""
    speakers = {"d": "doctor", "p": "patient", "c": "companion"}
    return read_consult([Turn(speakers[line[0]], line[3:]) for line in lines])  # type: ignore[arg-type]


def values(read: Consult, label: str) -> dict[str, str]:
    return {
        name: text for fact in read.facts if fact.concept.label == label for name, text in fact.values.items()
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I've had a headache for about three weeks.", {"duration": "three weeks", "duration_iso": "P3W"}),
        ("The headache started two hours ago.", {"onset": "two hours ago", "onset_iso": "PT2H"}),
        ("I've had a headache since yesterday.", {"onset": "yesterday", "onset_iso": "P1D"}),
        ("I've had a headache for a few days.", {"duration": "a few days"}),
        ("My headache is an eight or nine out of ten.", {"severity": "8-9/10"}),
        ("I have a sharp throbbing headache.", {"quality": "sharp, throbbing"}),
        ("The headache comes and goes.", {"course": "intermittent"}),
        ("The headache is getting worse.", {"course": "worsening"}),
        ("The headache is worse when I bend over.", {"worse_with": "when i bend over"}),
        ("Bright light makes the headache worse.", {"worse_with": "bright light"}),
        ("The headache started after I hit the wall.", {"trigger": "after i hit the wall"}),
        ("I get a headache three times a week.", {"frequency": "3 times a week"}),
    ],
)
def test_values_of_a_symptom(text: str, expected: dict[str, str]) -> None:
    assert values(read_text(text), "headache") == expected


@pytest.mark.parametrize(
    ("said", "name", "text"),
    [
        ("metformin 500 milligrams twice a day", "frequency", "twice a day"),
        ("metformin for my sugar", "indication", "sugar"),
        ("metformin and I keep forgetting but I never skip, I forget it", "adherence", "misses doses"),
        ("metformin as prescribed", "adherence", "as prescribed"),
        ("metformin by mouth", "route", "by mouth"),
        ("metformin for ten days", "length", "10 days"),
    ],
)
def test_how_a_medicine_is_taken(said: str, name: str, text: str) -> None:
    assert values(read_text(f"I take {said}."), "metformin")[name] == text


def test_each_medicine_has_its_own_effect() -> None:
    read = read_text("Acetaminophen didn't help but ibuprofen did help.")
    assert values(read, "acetaminophen")["effect"] == "no relief"
    assert values(read, "ibuprofen")["effect"] == "relief"


def test_short_answers_are_values_of_the_symptom_in_focus() -> None:
    read = consult(
        "p: I've got chest pain.",
        "d: Where exactly is it?",
        "p: In the middle of my chest.",
        "d: Does it go anywhere?",
        "p: Yeah, down my left arm and into my jaw.",
        "d: How bad is it, from one to ten?",
        "p: I'd say an eight.",
        "d: Does anything make it worse?",
        "p: Cold air.",
        "d: And what makes it better?",
        "p: Nothing really.",
    )
    assert values(read, "chest pain") == {
        "place": "middle of chest", "radiation": "left arm and jaw", "severity": "8/10", "worse_with": "cold air",
        "better_with": "nothing",
    }  # fmt: skip
    assert all(fact.evidence == (fact.at - 1, fact.at) for fact in read.facts[1:])
    assert not any(fact.named for fact in read.facts[1:])


def test_did_it_help() -> None:
    read = consult(
        "d: Have you tried anything?", "p: I tried ibuprofen.", "d: Did it help?", "p: A little bit."
    )
    assert values(read, "ibuprofen")["effect"] == "partial relief"
    assert read.facts[-1].evidence == (2, 3)


def test_only_a_cough_is_dry() -> None:
    read = read_text("My cough is dry and I have a headache.")
    assert values(read, "cough") == {"quality": "dry"}
    assert values(read, "headache") == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Blood pressure is one forty over ninety.", [("Blood pressure", "140/90")]),
        ("Temp one hundred and one point two.", [("Temperature", "101.2 \u00b0F")]),
        ("Temperature was 38.5.", [("Temperature", "38.5 \u00b0C")]),
        ("He weighs 80 kilos.", [("Weight", "80 kg")]),
        ("Her BMI is 31.", [("BMI", "31 kg/m2")]),
        ("Heart rate 800.", []),
    ],
)
def test_vital_signs(text: str, expected: list[tuple[str, str]]) -> None:
    (sentence,) = read_sentences(text)
    assert [(value.name, value.text) for value in vital_signs(sentence.plain)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Your hemoglobin A1c is 7.4.", [("Hemoglobin A1c", "7.4%")]),
        ("The glucose was 145 milligrams per deciliter.", [("Glucose", "145 mg/dL")]),
        ("Creatinine of 1.2.", [("Creatinine", "1.2 ")]),
        ("Take your sodium tablets for 140 days.", []),
    ],
)
def test_laboratory_values(text: str, expected: list[tuple[str, str]]) -> None:
    (sentence,) = read_sentences(text)
    found = [(value.name, value.text) for value in laboratory_values(sentence.plain)]
    assert found == [(name, text.strip()) for name, text in expected]


def test_days_are_told_from_the_visit() -> None:
    visit = date(2026, 11, 27)  # a Friday
    assert day_of("three days ago", "P3D", visit) == date(2026, 11, 24)
    assert day_of("last tuesday", "", visit) == date(2026, 11, 24)
    assert day_of("last friday", "", visit) == date(2026, 11, 20)
    assert day_of("a few days ago", "", visit) is None
    assert iso_length("a few", "days") == ""


def test_what_is_asked_next_has_its_own_time() -> None:
    read = consult(
        "p: I have a cough and a fever.",
        "d: So the cough started four days ago, what about the fever?",
        "p: I think, like, last night was when I checked.",
    )
    assert values(read, "fever")["onset"] == "last night"
    assert "onset" not in values(read, "cough")


def test_how_a_new_finding_feels_is_no_value_of_the_old_one() -> None:
    read = consult(
        "p: I have a cough.",
        "d: Have you also had a sore throat?",
        "p: Yeah, it is severe and it came on last night.",
    )
    assert "severity" not in values(read, "cough")


def test_a_steady_weight_is_no_course_of_a_symptom() -> None:
    read = consult("p: My heart is racing.", "d: And your weight?", "p: My weight's about the same.")
    assert "course" not in values(read, "palpitations")


def test_at_the_same_time_is_no_course() -> None:
    read = consult(
        "p: I have a headache.", "d: When did it start?", "p: It started at about the same time as the job."
    )
    assert "course" not in values(read, "headache")

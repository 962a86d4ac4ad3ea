"""Vital signs, examination and results from what the doctor says."""

import pytest

from soap import DraftNote, Statement, Turn, draft_note


def note(*lines: str) -> DraftNote:
    """Turns given as "d: ..." and "p: ..."."""
    speakers = {"d": "doctor", "p": "patient"}
    return draft_note([Turn(speakers[line[0]], line[3:]) for line in lines])  # type: ignore[arg-type]


def of(found: DraftNote, section: str) -> list[Statement]:
    return [s for s in found.statements if s.section == section]


def texts(found: DraftNote, section: str) -> list[str]:
    return [s.text for s in of(found, section)]


def test_vital_signs_with_units() -> None:
    found = note(
        "d: Let me look at your vital signs. Your blood pressure is 156 over 94, your heart rate is "
        "82 and your temperature "
        "is 98.4."
    )
    assert texts(found, "objective.vitals") == [
        "Blood pressure: 156/94 mmHg.",
        "Heart rate: 82 beats per minute.",
        "Temperature: 98.4 degrees F.",
    ]


def test_a_judged_sign_without_number() -> None:
    found = note("d: Your blood pressure is a little high today.")
    assert texts(found, "objective.vitals") == ["Blood pressure: A little high."]


@pytest.mark.parametrize(
    "said", ["Call me if your blood pressure is over 180 over 100.", "How is your blood pressure at home?"]
)
def test_a_condition_or_question_is_no_vital_sign(said: str) -> None:
    assert texts(note(f"d: {said}"), "objective.vitals") == []


def test_examination_by_system() -> None:
    found = note(
        "d: I will do a physical exam now.",
        "p: Okay.",
        "d: On your heart exam I hear a two out of six systolic ejection murmur, which I have heard "
        "in the past. Your lungs "
        "are clear bilaterally. I do not hear any wheezes. You do have one plus pitting edema in your legs.",
    )
    exam = texts(found, "objective.exam")
    assert "Cardiovascular: 2/6 systolic ejection murmur." in exam
    assert "Respiratory: Lungs are clear bilaterally. No wheezes." in exam
    assert any("1+ pitting edema in the legs" in line for line in exam)
    assert all(s.evidence == (2,) for s in of(found, "objective.exam"))


def test_an_organ_nobody_spoke_of_is_not_normal() -> None:
    found = note(
        "d: Let me examine you.", "p: Sure.", "d: On your heart exam you have a regular rate and rhythm."
    )
    assert [text.partition(":")[0] for text in texts(found, "objective.exam")] == ["Cardiovascular"]


@pytest.mark.parametrize(("answer", "expected"), [("No.", "No pain with"), ("Yes, that hurts.", "Pain with")])
def test_a_manoeuvre_with_its_answer(answer: str, expected: str) -> None:
    found = note(
        "d: Let me take a look at your knee for the physical exam.",
        "p: Okay.",
        "d: Does it hurt when I push on the outside of the knee?",
        f"p: {answer}",
        "d: Okay.",
    )
    exam = of(found, "objective.exam")
    assert [s.text for s in exam] == [f"Musculoskeletal: {expected} palpation of the lateral knee."]
    assert exam[0].evidence == (2, 3)


def test_what_is_summed_up_before_anything_was_examined_is_no_finding() -> None:
    assert texts(note("d: So you have a sore throat and a low mood, no rash."), "objective.exam") == []


@pytest.mark.parametrize("said", ["Range of motion of the neck.", "With the knee.", "Your right knee shows."])
def test_a_place_without_a_finding_is_none(said: str) -> None:
    assert texts(note(f"d: Let me do a quick exam. {said}"), "objective.exam") == []


def test_results_by_test() -> None:
    found = note(
        "d: Let's look at your x-ray. The x-ray of your right knee shows no fracture. Your "
        "hemoglobin A1c is elevated at 8."
    )
    results = texts(found, "objective.results")
    assert results[0] == "X-ray of the right knee: No fracture."
    assert results[1] == "Hemoglobin A1c is elevated at 8."


def test_what_is_only_planned_is_no_result() -> None:
    assert (
        texts(
            note("d: We will order an x-ray of your knee to see whether it is broken."), "objective.results"
        )
        == []
    )


@pytest.mark.parametrize(
    "said", ["your blood pressure and your heart rate ", "x-ray of the left knee ", "if you , "]
)
def test_hostile_repetition_ends(said: str) -> None:
    """A pattern that backtracks over repeats would not come back from this."""
    found = draft_note([Turn("doctor", said * 1500)])
    assert all(s.evidence == (0,) for s in found.statements)

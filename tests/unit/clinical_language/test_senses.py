"""Words that mean more than one thing: each sentence names the findings it tells of, and no others."""

from __future__ import annotations

import pytest

from clinical_language import Kind, Turn, read_consult, read_text


def _ids(text: str) -> set[str]:
    return {fact.concept.id for fact in read_text(text).facts}


@pytest.mark.parametrize(
    "question",
    [
        "Do you feel safe at home?",
        "Do you have full range of motion?",
        "Is he meeting his developmental milestones?",
        "Do you have normal bowel movements?",
        "Is it really hot over there?",
    ],
)
def test_yes_to_what_is_well_tells_of_no_trouble(question: str) -> None:
    facts = read_consult([Turn("doctor", question), Turn("patient", "Yes.")]).facts

    assert [fact.concept.id for fact in facts if fact.concept.kind is Kind.FINDING] == []


@pytest.mark.parametrize(
    "text",
    [
        "The fall pollen gets me each year.",
        "We moved here this fall.",
        "We drove up for the fall foliage.",
        "I'm not a fall person.",
        "I had the boiler done last fall.",
        "Spring and fall are busy at the shop.",
        "I shook hands with him.",
        "It doesn't hurt to ask.",
        "I am sick of this job.",
        "I only drink cold water.",
        "We are thinking about surgery.",
        "Let me break it down for you.",
    ],
)
def test_everyday_talk_is_no_finding(text: str) -> None:
    assert _ids(text) == set()


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("I had a fall on the stairs.", "finding.fall"),
        ("I feel shaky.", "finding.shakiness"),
        ("I have the shakes.", "finding.shakiness"),
        ("My hands are trembling.", "finding.tremor"),
        ("I was shaking with cold.", "finding.chills"),
        ("It is tender when I press there.", "finding.tenderness"),
        ("The elbow is tender.", "finding.elbow_tenderness"),
        ("The belly is tender to palpation.", "finding.abdominal_tenderness"),
        ("My father has heart problems.", "condition.heart_disease"),
        ("I was told I have diverticulosis.", "condition.diverticulosis"),
        ("I had diverticulitis.", "condition.diverticulitis"),
        ("I get out of breath with exercise.", "finding.dyspnea_on_exertion"),
        ("I lost my appetite.", "finding.loss_of_appetite"),
    ],
)
def test_the_sense_that_was_meant(text: str, concept: str) -> None:
    assert _ids(text) == {concept}

"""Conditions said in one breath and what to do in another."""

import pytest

from soap import Turn, draft_note
from soap.safety_net import consequence

ASKED = [Turn("doctor", "From your chart, I think you have gastroenteritis."), Turn("patient", "Right.")]


def nets(*said: Turn) -> list[tuple[str, tuple[int, ...]]]:
    note = draft_note([*ASKED, *said])
    return [(s.text, s.evidence) for s in note.statements if s.part == "safety_net"]


def test_a_condition_waits_for_its_consequence() -> None:
    found = nets(
        Turn("doctor", "If you get a fever, or you notice blood in your stool."),
        Turn("patient", "Okay."),
        Turn("doctor", "We'd need to see you straight away."),
    )
    assert found == [
        (
            "If the patient gets a fever, or the patient notices blood in the stool, "
            "we would need to see the patient straight away.",
            (2, 4),
        )
    ]


def test_conditions_of_one_warning_stay_together() -> None:
    (line, evidence), *others = nets(
        Turn(
            "doctor",
            "If the pain is getting worse. Or you are being sick all the time. I want you to give us a call back.",
        )
    )
    assert not others
    assert evidence == (2,)
    assert "worse" in line
    assert "sick" in line
    assert line.endswith("the patient should call back.")


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (
            "I'll admit if you're no better in three to four days, I'd like to come and see you again.",
            "If the patient is no better in 3 to 4 days, the patient should come back again.",
        ),
        (
            "However, if anything changes. Either make an appointment with us, or go straight to A and E.",
            "If anything changes, either make an appointment with us, or go straight to A&E.",
        ),
        (
            "If you feel worse in any way. Then I think you should see somebody more urgently.",
            "If the patient feels worse in any way, the patient should see somebody more urgently.",
        ),
        (
            "Now, if your symptoms return and they persist, they're prolonged. Then you may need to attend A and E.",
            "If the symptoms return and they persist, or they are prolonged, the patient may need to attend A&E.",
        ),
        (
            "And things to look out for if you have a high fever, I'd like you to come back and see me.",
            "If the patient has a high fever, the patient should come back.",
        ),
        (
            "Any deterioration in your symptoms, like worsening wheeze. Seek further medical attention.",
            "If there is any deterioration in the symptoms, like worsening wheeze, the patient should seek further "
            "medical attention.",
        ),
        (
            "While you are waiting for this, if there's any weakness. That would be an A and E.",
            "If there's any weakness, the patient should go to A&E.",
        ),
        (
            "If you have any chest pain, do get in touch with us.",
            "If the patient has any chest pain, do get in touch with us.",
        ),
        (
            "If next week you're still not better, come back.",
            "If next week the patient is still not better, come back.",
        ),
    ],
)
def test_warnings_in_the_words_of_general_practice(said: str, written: str) -> None:
    assert [text for text, _ in nets(Turn("doctor", said))] == [written]


@pytest.mark.parametrize(
    "said",
    [
        "If you get a fever.",
        "If you take it with food. The weather is nice. Call us tomorrow.",
        "Do you have a fever? If you do. Have you been to hospital?",
        "If those things happen, get back to us.",
        "You need to go to A and E for that.",
    ],
)
def test_half_a_warning_is_none(said: str) -> None:
    assert not nets(Turn("doctor", said))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("i want you to call 999", "you should call 999"),
        ("you would need to go to a and e", "you should go to a and e"),
        ("please ring us", "you should ring us"),
        ("we would need to see you", "we would need to see you"),
    ],
)
def test_what_to_do_is_an_instruction(said: str, told: str) -> None:
    assert consequence(said) == told


def test_a_condition_left_hanging_is_carried_over() -> None:
    note = draft_note(
        [
            *ASKED,
            Turn(
                "doctor",
                "So if. Your breathing is getting worse. You would need to take yourself to hospital.",
            ),
        ]
    )
    texts = [s.text for s in note.statements if "worse" in s.text]
    assert texts
    assert all(text.startswith("If ") for text in texts)


@pytest.mark.parametrize("emergency", ["that it's an emergency", "that's more of a medical emergency"])
def test_what_to_do_for_that_keeps_what_it_is_for(emergency: str) -> None:
    said = f"Obviously with palpitations or chest pain, if you get {emergency}. You need to go to A and E for that."
    ((line, evidence),) = nets(Turn("doctor", said))
    assert line.startswith("If the patient gets palpitations or chest pain, the patient should go to A&E")
    assert evidence == (2,)

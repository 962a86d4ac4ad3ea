"""The history in the short form: what an answer says stands once, and a denial stays one."""

import pytest

from clinical_language import read_consult
from soap import Turn, draft_note
from soap.jotted import Jotter
from soap.register import HE


def lines_of(*lines: str) -> list[str]:
    turns = [Turn("doctor" if at % 2 == 0 else "patient", line) for at, line in enumerate(lines)]
    return [statement.text for statement in draft_note(turns).statements]


@pytest.mark.parametrize(
    ("asked", "answered", "jotted"),
    [
        (
            "What have you eaten since?",
            "Just soups and, um, yeah, light food.",
            ["eaten soups and light food since"],
        ),
        (
            "And when you were sick?",
            "Yeah, no blood, just what I had eaten.",
            ["no blood"],
        ),
        (
            "Has anyone else been ill?",
            "So my wife is fine but one, um, child was vomiting.",
            ["wife is fine but one child was vomiting"],
        ),
        ("Can you walk a mile?", "Yes.", ["can walk mile"]),
        (
            "Does the pain move anywhere else?",
            "No, just my stomach.",
            ["pain does not move anywhere else", "stomach"],
        ),
        ("Could I have your name?", "It's Anna Berg.", []),
    ],
)
def test_an_answer_is_jotted_with_what_it_needs_of_its_question(
    asked: str, answered: str, jotted: list[str]
) -> None:
    talk = read_consult([Turn("doctor", asked), Turn("patient", answered)])
    assert [" ".join(c.words) for c in Jotter(talk, HE).candidates()] == jotted


def test_the_complaint_stands_first_and_is_not_told_again() -> None:
    found = lines_of(
        "How can I help?", "I've had a headache for three days.", "How bad is it?", "It is seven out of ten."
    )
    hpi = [line for line in found if "eadache" in line]
    assert hpi == ["Headache for 3 days.", "Headache for 3 days, 7/10."]
    assert lines_of("How can I help?", "I've had a headache for three days.") == ["Headache for 3 days."]


def test_a_later_temperature_is_not_swallowed_by_an_earlier_takeaway() -> None:
    found = lines_of(
        "How can I help?", "I had a takeaway about four days ago.", "Any fever?", "I had a fever about four days ago."
    )  # fmt: skip
    assert any("takeaway" in line for line in found)
    assert any("fever" in line.lower() for line in found)


def test_a_doctor_who_presents_the_patient_gets_sentences() -> None:
    found = lines_of(
        "Mary is a 40 year old female here for evaluation of right knee pain. What happened?",
        "I twisted my knee when I was running on Sunday.",
    )
    assert any(line.startswith(("The patient", "She")) and "twisted" in line for line in found)


def test_a_fact_of_the_history_stands_once_and_as_the_record_names_it() -> None:
    found = lines_of(
        "How can I help?",
        "My knee hurts.",
        "Are you otherwise well?",
        "Other than my athsma, yeah, I use an inhaler, everything else is fine.",
        "Is your asthma well controlled?",
        "Yes, that's fine.",
    )
    assert [line for line in found if "sthma" in line] == ["Asthma, well controlled."]
    assert "Inhaler." in found


def test_what_was_had_in_the_past_is_told_as_past() -> None:
    assert "History of asthma." in lines_of("Any medical problems?", "I had asthma in the past.")


def test_an_operation_keeps_its_time() -> None:
    found = lines_of(
        "Have you had any surgery?",
        "I had a hysterectomy a few weeks ago.",
        "How long ago was that?",
        "Um, four weeks.",
    )
    assert [line for line in found if "ysterectomy" in line] == ["Hysterectomy, 4 weeks ago."]


def test_a_relatives_illness_stands_with_the_family_though_it_is_called_a_history() -> None:
    note = draft_note(
        [
            Turn("doctor", "How can I help?"),
            Turn("patient", "Um, sore knee."),
            Turn("doctor", "Does anyone in your family have any medical problems?"),
            Turn("patient", "My dad had high blood pressure, and he's got a history of migraines."),
        ]
    )
    family = [s.text for s in note.statements if s.section == "subjective.family_history"]
    assert family == ["Father: hypertension.", "Father: migraine."]


def test_a_time_after_a_breath_belongs_to_what_it_is_the_time_of() -> None:
    talk = read_consult(
        [
            Turn("doctor", "Have you had a fever?"),
            Turn("patient", "I did notice a temperature when it started. Um, yeah, about three days ago."),
        ]
    )
    jotted = [" ".join(c.words) for c in Jotter(talk, HE).candidates()]
    assert "temperature when it started , about 3 days ago" in jotted


def test_what_follows_a_denial_does_not_read_as_denied() -> None:
    talk = read_consult(
        [
            Turn("doctor", "When do you fall asleep?"),
            Turn("patient", "Not for ages, I am lying awake all night."),
        ]
    )
    assert [" ".join(c.words) for c in Jotter(talk, HE).candidates()] == ["lying awake all night"]


def test_where_a_pain_goes_stands_in_its_line() -> None:
    asked = ("How can I help?", "I've had a sharp pain in my back.", "Does the pain go anywhere?")
    assert "Back pain, sharp, not radiating." in lines_of(*asked, "No.")
    assert "Back pain, sharp, radiating to left leg." in lines_of(*asked, "Down my left leg.")


@pytest.mark.parametrize(
    ("doctor", "patient", "jotted"),
    [
        ("So your left ear is fine?", "It seems to be, yeah.", ["left ear is fine"]),
        ("In half an hour you developed the rash, yeah?", "Yeah.", ["in half an hour he developed rash"]),
        (
            "You so you can walk a mile and you don't feel breathless?",
            "That's right, yes.",
            ["can walk mile and does not feel breathless"],
        ),
        ("So your left ear is fine?", "No.", []),
        ("So the left ear drum is thin, yes?", "Yeah.", []),
    ],
)
def test_what_the_doctor_says_of_the_patient_and_the_patient_agrees_to(
    doctor: str, patient: str, jotted: list[str]
) -> None:
    talk = read_consult([Turn("doctor", doctor), Turn("patient", patient)])
    assert [" ".join(c.words) for c in Jotter(talk, HE).candidates() if c.form == "stated"] == jotted


@pytest.mark.parametrize(
    ("asked", "answered", "jotted"),
    [
        (
            "Have you had any hearing problem before?",
            "I had something maybe about a year ago.",
            "had hearing problem maybe about a year ago",
        ),
        (
            "When was your last blood test?",
            "Haven't taken one in a long time.",
            "not taken blood test in long time",
        ),
        ("Any asthma?", "I had asthma as a child. But not any more.", "had asthma as child , not any more"),
        (
            "Have you had any weakness or numbness in the rest of your body?",
            "No.",
            "not had any weakness or numbness in rest of body",
        ),
    ],
)
def test_an_answer_says_what_it_is_about(asked: str, answered: str, jotted: str) -> None:
    talk = read_consult([Turn("doctor", asked), Turn("patient", answered)])
    assert jotted in [" ".join(c.words) for c in Jotter(talk, HE).candidates()]


def test_some_medicine_after_a_no_is_no_denial_of_medicine() -> None:
    found = lines_of(
        "How can I help?", "My knee hurts.", "Do you take any medicine?", "No. Just some codeine."
    )
    assert "Codeine." in found
    assert not [line for line in found if "not take" in line]


def test_what_has_stopped_now_is_told_so() -> None:
    talk = read_consult(
        [
            Turn("doctor", "Any vomiting?"),
            Turn("patient", "I vomited at the start but now um I've stopped vomiting."),
        ]
    )
    assert [" ".join(c.words) for c in Jotter(talk, HE).candidates()] == [
        "vomited at start",
        "now stopped vomiting",
    ]


def test_what_the_history_says_there_is_none_of() -> None:
    found = lines_of(
        "How can I help?",
        "My knee hurts.",
        "Are you normally fit and well?",
        "Yes.",
        "Any hospital admissions?",
        "No.",
        "Any allergies?",
        "No, just latex.",
    )
    assert {"Normally fit and well.", "No hospital admission.", "Allergic to latex."} <= set(found)
    assert "No other known allergies." in found

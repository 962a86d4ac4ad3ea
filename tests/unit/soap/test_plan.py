"""Assessment and plan by problem."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soap import DraftNote, Turn, draft_note
from soap.plan_parts import PARTS

VISIT = [
    Turn("doctor", "Okay, let's talk about my assessment and plan."),
    Turn("patient", "Sure."),
    Turn(
        "doctor",
        "For your first problem of knee pain, I think this is an acute exacerbation of your arthritis. I'm going to "
        "prescribe meloxicam 15 milligrams once a day and I want you to ice your knee.",
    ),
    Turn("patient", "Okay."),
    Turn(
        "doctor",
        "For your second problem of hypertension, let's continue you on the lisinopril 20 milligrams a day. I want to "
        "order a lipid panel. I'll see you back in three months. Does that sound okay?",
    ),
    Turn("patient", "Yes, that sounds good."),
    Turn("doctor", "Call me if your knee gets worse."),
]


def of(note: DraftNote, section: str) -> list[str]:
    return [s.text for s in note.statements if s.section == section]


def test_problems_are_named_with_codes() -> None:
    note = draft_note(VISIT)
    named = {s.text: dict(s.codes) for s in note.statements if s.section == "assessment"}
    assert any("rthritis" in text for text in named)
    assert "icd10cm" in named["Hypertension."]


def test_each_line_of_the_plan_has_its_problem() -> None:
    note = draft_note(VISIT)
    lines = {s.text.split(": ")[-1]: s.problem for s in note.statements if s.section == "plan"}
    assert lines["Continue lisinopril 20 mg a day."] == "Hypertension"
    assert lines["Will order lipid panel."] == "Hypertension"
    assert "ypertension" not in lines["Will prescribe meloxicam 15 mg once a day."]


def test_parts_of_the_plan() -> None:
    parts = {s.part: s.evidence for s in draft_note(VISIT).statements if s.section == "plan"}
    assert parts["follow_up"] == (4,)
    assert parts["safety_net"] == (6,)
    assert parts["agreement"] == (5,)


@pytest.mark.parametrize(
    "answer", ["Mm-hmm.", "I would rather not.", "No, I don't want that.", "What does it do?"]
)
def test_nobody_agrees_who_does_not_say_so(answer: str) -> None:
    note = draft_note([*VISIT[:5], Turn("patient", answer)])
    assert "agreement" not in {s.part for s in note.statements}


@pytest.mark.parametrize(
    "said",
    [
        "We got that knee x-ray when you first came in, but tell me a little bit about what happened.",
        "Are you taking your lisinopril?",
        "Let me take a look at your knee.",
        "Do you have any questions for me?",
    ],
)
def test_what_is_no_plan(said: str) -> None:
    assert of(draft_note([Turn("doctor", said)]), "plan") == []


def test_a_condition_stays_one() -> None:
    note = draft_note(
        [*VISIT[:5], Turn("doctor", "If your symptoms do not improve we can consider an injection.")]
    )
    assert "If symptoms do not improve we can consider injection." in of(note, "plan")


def test_the_patients_own_theory_is_no_problem() -> None:
    turns = [Turn("doctor", "What do you think it is?"), Turn("patient", "I think I have lung cancer.")]
    assert of(draft_note(turns), "assessment") == []


SAYS = st.sampled_from(
    [t.text for t in VISIT]
    + [
        "i will order a blood test",
        "your heart sounds normal",
        "if it gets worse call us",
        "<script>",
        "you should rest",
        "",
    ]
)
TALK = st.lists(st.builds(Turn, st.sampled_from(["doctor", "patient"]), SAYS), max_size=10)


@settings(max_examples=60, deadline=None)
@given(TALK, SAYS)
def test_a_later_turn_drops_no_line(turns: list[Turn], more: str) -> None:
    earlier = {s.key for s in draft_note(turns).statements if not s.section.startswith("subjective")}
    later = {s.key for s in draft_note([*turns, Turn("doctor", more)]).statements}
    assert earlier <= later


def of_doctor(*said: str) -> DraftNote:
    return draft_note(
        [Turn("doctor", "Here is my assessment and plan."), *(Turn("doctor", text) for text in said)]
    )


def test_lines_of_a_problem_stand_together_and_in_order() -> None:
    note = draft_note(VISIT)
    plan = [s for s in note.statements if s.section == "plan" and s.part != "agreement"]
    problems = [s.problem for s in plan]
    assert len([1 for at, p in enumerate(problems) if at == 0 or p != problems[at - 1]]) == len(set(problems))
    for problem in problems:
        parts = [PARTS.index(s.part) for s in plan if s.problem == problem]
        assert parts == sorted(parts)


@pytest.mark.parametrize(
    "said",
    [
        "You have no food allergies.",
        "You have not had an asthma check for some time.",
        "In terms of your ears, any ringing in your ears or ear pain.",
        "OK, so for the cough, is it like a dry cough.",
        "We will do a blood film to check for malaria.",
        "You are a bit more likely to get a chest infection than other people.",
    ],
)
def test_what_is_no_problem(said: str) -> None:
    note = of_doctor(said)
    assert not [s for s in note.statements if s.section == "assessment" and ":reasoning:" not in s.key]


@pytest.mark.parametrize(
    "said",
    [
        "We will leave that number in the notes.",
        "We can assess you over the phone.",
        "We will order a test.",
        "I would like to proceed to the examination.",
        "You can get dehydrated.",
        "Let's start with your cough first.",
    ],
)
def test_how_the_call_works_is_no_plan(said: str) -> None:
    assert not of(of_doctor(said), "plan")


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (
            "I am going to prescribe naproxen 500 milligrams twice a day. That's going to help with the swelling.",
            ["Will prescribe naproxen 500 mg twice a day to help with swelling."],
        ),
        (
            "I am going to prescribe naproxen 500 milligrams twice a day. I'll help you with the form.",
            ["Will prescribe naproxen 500 mg twice a day."],
        ),
        (
            "I will prescribe something stronger. Something like naproxen. It's normally one tablet twice a day.",
            ["Will prescribe something stronger, such as naproxen, 1 tablet twice a day."],
        ),
    ],
)
def test_what_a_treatment_is_for_stands_with_it(said: str, written: list[str]) -> None:
    assert of(of_doctor(said), "plan") == written


def test_a_breath_before_the_thing_it_is_about_is_one_line() -> None:
    lines = [
        Turn("doctor", "What we could think about is giving you a"),
        Turn("patient", "Mm-hmm."),
        Turn(
            "doctor",
            "a script for antibiotics, to use in the next two days if your symptoms don't get better.",
        ),
    ]
    (line,) = [s for s in draft_note(lines).statements if s.section == "plan"]
    assert "script for antibiotics" in line.text
    assert "if symptoms do not get better" in line.text
    assert line.evidence == (0, 2)


def test_a_visit_in_person_is_noted_in_sentences() -> None:
    said = [Turn("doctor", "What brings you in?"), Turn("patient", "My knee."), *VISIT[2:6]]
    exam = "Let me do a quick physical exam. Your blood pressure is 140 over 90. Your lungs are clear."
    examined = [*said[:2], Turn("doctor", exam), *said[2:]]
    assert of(draft_note(said), "plan")[-1].startswith("Agrees with plan")
    assert "understands and agrees with the recommended" in of(draft_note(examined), "plan")[-1]


def test_the_second_half_of_a_question_is_no_advice() -> None:
    said = "How many flights of stairs roughly you can climb before you start feeling breathless?"
    assert of(of_doctor(said), "plan") == []


@pytest.mark.parametrize(
    "said", ["If we need to get you on something like a diuretic.", "If you can avoid it while it clears up."]
)
def test_a_condition_without_what_follows_is_no_plan(said: str) -> None:
    assert of(of_doctor(said), "plan") == []


def test_the_history_in_the_same_breath_does_not_make_a_diagnosis_history() -> None:
    said = (
        "Based on your past history of a heart attack, I think you might be having congestive heart failure."
    )
    assert "Possible congestive heart failure" in of(of_doctor(said), "assessment")[0]


def test_a_concern_is_a_possibility() -> None:
    said = "That certainly raises concern of having a rotator cuff tear."
    assert of(of_doctor(said), "assessment")[0].startswith("Possible rotator cuff tear")

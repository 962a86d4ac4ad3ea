"""What an answer makes of its question."""

import pytest

from clinical_language import Consult, State, Turn, read_consult


def consult(*lines: str) -> Consult:
    """Lines "d: ..." and "p: ..."."""
    speakers = {"d": "doctor", "p": "patient", "c": "companion"}
    return read_consult([Turn(speakers[line[0]], line[3:]) for line in lines])  # type: ignore[arg-type]


def states(read: Consult) -> dict[str, str]:
    return {fact.concept.label: fact.state.value for fact in read.facts}


def test_a_question_alone_is_never_a_fact() -> None:
    read = consult("d: Do you have a fever?", "d: And any cough or chest pain?")
    assert read.facts == ()
    assert {fact.concept.label for fact in read.unanswered} == {"fever", "cough", "chest pain"}


@pytest.mark.parametrize(
    "answer", ["No.", "Nope", "no not really", "Not that I know of.", "Uh, no, nothing like that."]
)
def test_no_to_a_list_denies_each(answer: str) -> None:
    read = consult("d: Any fever, chills or night sweats?", f"p: {answer}")
    assert states(read) == {"fever": "absent", "chills": "absent", "night sweats": "absent"}
    assert {fact.evidence for fact in read.facts} == {(0, 1)}


def test_just_the_cough() -> None:
    assert states(consult("d: Any fever, cough or sore throat?", "p: Just the cough.")) == {
        "cough": "present", "fever": "absent", "sore throat": "absent",
    }  # fmt: skip


def test_no_but_something_else() -> None:
    read = consult("d: Any chest pain?", "p: No, but I do get palpitations.")
    assert states(read) == {"chest pain": "absent", "palpitations": "present"}


def test_yes_to_a_list_is_left_open() -> None:
    read = consult("d: Do you have fever or chills?", "p: Yes.")
    assert read.facts == ()
    assert len(read.unanswered) == 2


def test_yes_to_one() -> None:
    assert states(consult("d: Do you get dizzy?", "p: Yeah, a little.")) == {"dizziness": "present"}


def test_yeah_to_a_negative_question_is_left_open() -> None:
    read = consult("d: No fever?", "p: Yeah.")
    assert read.facts == ()
    assert [fact.concept.label for fact in read.unanswered] == ["fever"]
    assert states(consult("d: No fever?", "p: That's right.")) == {"fever": "absent"}
    assert states(consult("d: No fever?", "p: No.")) == {"fever": "absent"}


def test_family_question() -> None:
    read = consult("d: Does anyone in your family have diabetes?", "p: Yes, my mother.")
    assert states(read)["Diabetes mellitus"] == "family"


def test_a_parent_speaks_for_the_child() -> None:
    read = consult("d: What brings you in?", "c: My son has had a fever since yesterday.")
    assert states(read) == {"fever": "present"}


def test_values_bind_to_the_symptom_in_focus() -> None:
    read = consult(
        "p: I have a headache.",
        "d: How long?",
        "p: About three days.",
        "d: How bad is it?",
        "p: 7 out of 10.",
    )
    values = {name: text for fact in read.facts for name, text in fact.values.items()}
    assert values == {"duration": "three days", "duration_iso": "P3D", "severity": "7/10"}


@pytest.mark.parametrize(
    "said", ["ten milligrams once a day", "10 mg once daily", "10 milligrams 1 time a day"]
)
def test_dose_and_frequency(said: str) -> None:
    (fact,) = consult("d: What do you take?", f"p: I take lisinopril {said}").facts
    assert (fact.values["dose"], fact.values["frequency"]) == ("10 mg", "once a day")


def test_a_misheard_medicine_is_marked() -> None:
    (fact,) = consult("p: I take lysinoprill ten milligrams").facts
    assert fact.concept.label == "lisinopril"
    assert not fact.certain


def test_allergy_and_reaction() -> None:
    (fact,) = consult("d: Any allergies?", "p: Penicillin, it gives me a rash.").facts
    assert (fact.values["role"], fact.values["reaction"]) == ("allergy", "rash")


def test_turns_out_of_order_are_read_by_their_time() -> None:
    read = read_consult([Turn("patient", "No.", 2.0, 2.4), Turn("doctor", "Any fever?", 0.0, 1.5)])
    assert [(fact.concept.label, fact.state.value, fact.evidence) for fact in read.facts] == [
        ("fever", "absent", (0, 1))
    ]


def test_nobody_else_is_not_the_patient() -> None:
    read = consult("p: I've had diarrhea.", "d: Anyone else?", "p: No, nobody else has diarrhea.")
    assert [(fact.state.value, fact.relation) for fact in read.facts] == [
        ("present", ""),
        ("absent", "others"),
    ]


def test_present_then_and_absent_now_is_resolved() -> None:
    read = consult("p: I don't have a fever at the moment, but I had a fever when it started.")
    assert {fact.state.value for fact in read.facts} == {"resolved"}


def test_a_theme_is_granted_not_denied() -> None:
    assert states(consult("d: Does the cough wake you at night?", "p: No.")) == {"cough": "present"}


def test_a_summary_agreed_to_is_a_fact_of_both() -> None:
    read = consult(
        "d: So you've had a cough for two weeks and no fever. Is that right?", "p: Yes, that's right."
    )
    assert states(read) == {"cough": "present", "fever": "absent"}
    assert {fact.evidence for fact in read.facts} == {(0, 1)}


def test_a_question_not_heard_stays_asked() -> None:
    read = consult("d: Any chest pain?", "p: Sorry, can you say that again?", "p: No, no.")
    assert states(read) == {"chest pain": "absent"}


@pytest.mark.parametrize("answer", ["Mm, no not that I've seen.", "Hmm, not that I have noticed."])
def test_a_hum_before_no_is_no_yes(answer: str) -> None:
    assert states(consult("d: Any rashes at all?", f"p: {answer}")) == {"rash": "absent"}


@pytest.mark.parametrize("answer", ["No, um, well yeah it stings when I run.", "No. Well, sometimes."])
def test_a_no_taken_back_denies_nothing(answer: str) -> None:
    read = consult("d: Any chest pain with that?", f"p: {answer}")
    assert "chest pain" not in {fact.concept.label for fact in read.facts if fact.state.value == "absent"}
    assert "chest pain" in {fact.concept.label for fact in read.unanswered}


def test_what_is_asked_of_a_finding_is_not_taken_for_known() -> None:
    read = consult("d: And is the cough worse at night?", "p: No, it's the same all day.")
    assert states(read).get("nighttime cough") == "absent"


def test_the_other_of_two_questions_is_what_yes_answers() -> None:
    read = consult(
        "d: Does aspirin give you heartburn? Or is it more of a rash?", "p: Yeah, I get a rash from it."
    )
    assert "heartburn" not in states(read)


def test_yes_to_what_may_be_leaves_it_open() -> None:
    read = consult("d: Is there any chance you could be pregnant?", "p: Yes.")
    assert states(read) == {"pregnancy": "uncertain"}


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("I used to, but I've stopped for about six months now.", State.RESOLVED),
        ("Yeah, I gave it up two years ago.", State.RESOLVED),
        ("Yes, ten a day. I stopped taking the tablets.", State.PRESENT),
        ("I used to smoke a lot, I still have one now and then.", State.PRESENT),
    ],
)
def test_a_habit_given_up_is_one_of_the_past(answer: str, state: State) -> None:
    facts = read_consult([Turn("doctor", "Do you smoke at all?"), Turn("patient", answer)]).facts
    assert [fact.state for fact in facts if fact.concept.id == "habit.smoking"][-1:] == [state]

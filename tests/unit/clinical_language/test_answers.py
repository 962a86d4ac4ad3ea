"""What is said by a question and its answer together; sentences written by us, one class a test."""

import pytest

from clinical_language import Consult, State, Turn, read_consult
from tests.unit.clinical_language.test_consult import consult, states


def timed(*lines: tuple[str, float, float, str]) -> Consult:
    """Turns of (speaker, start, end, text)."""
    speakers = {"d": "doctor", "p": "patient"}
    return read_consult([Turn(speakers[who], text, start, end) for who, start, end, text in lines])  # type: ignore[arg-type]


def values(read: Consult, label: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for fact in read.facts:
        if fact.concept.label == label:
            found |= fact.values
    return found


# --- several questions in one turn, and answers while the doctor still speaks ---------------------------


def test_the_doctors_own_no_answers_the_question_before_it() -> None:
    read = consult(
        "d: Any sweating or night sweats? No? And any vomiting?", "p: Yeah, I vomited at the start."
    )
    assert states(read)["sweating"] == states(read)["night sweats"] == "absent"
    assert states(read)["vomiting"] == "present"


def test_a_no_at_the_end_of_the_turn_waits_for_the_patient() -> None:
    assert states(consult("d: Any sweating? No?", "p: Yes, a little.")) == {"sweating": "present"}


def test_an_echo_in_the_next_turn_answers_what_nobody_was_heard_to_answer() -> None:
    read = consult("d: Any discharge from the ear?", "d: No, okay. And any fever?", "p: No.")
    assert states(read) == {"ear discharge": "absent", "fever": "absent"}
    assert read.facts[0].evidence == (0, 1)
    assert consult("d: Any fever?", "d: Okay. So, your knee.").facts == ()


def test_a_short_answer_in_mid_turn_is_to_what_was_asked_by_then() -> None:
    read = timed(
        ("d", 0.0, 10.0, "Have you had any chest pain at all recently? And then, have you been vomiting?"),
        ("p", 5.5, 6.0, "Uh, no."),
        ("p", 10.5, 11.5, "Yes, twice."),
    )
    assert states(read) == {"chest pain": "absent", "vomiting": "present"}


def test_a_hum_before_the_answer_to_an_open_question_is_none() -> None:
    read = consult(
        "p: I have a pain in my chest.", "d: How long have you had it?", "p: Yep.", "p: Three days."
    )
    assert values(read, "chest pain")["duration"] == "three days"


# --- words of an answer ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "reply", "expected"),
    [
        ("Have you had any fever?", "Not specifically.", {"fever": "absent"}),
        ("Have you had any fever?", "Not specifically, apart from the cough.", {"fever": "absent", "cough": "present"}),
        ("Does it cause any pain in your chest?", "No.", {"chest pain": "absent"}),
        ("And the shortness of breath, is it worse lying down?", "No.", {"shortness of breath": "present"}),
        ("Any flare-ups of your asthma recently?", "No, pretty well.", {"Asthma": "present", "flare-up": "absent"}),
        ("Do you feel feverish?", "I don't feel like I'm feverish.", {"fever": "absent"}),
        ("Are you sleeping all right?", "It's not the kind of headache that wakes me.", {"headache": "present"}),
        ("How is the headache?", "I can cope without sounding off about the headache.", {"headache": "present"}),
        ("Did they check for diabetes as well?", "Yes.", {}),
        ("Did they check anything?", "They checked my diabetes and the doctor said it was all okay.", {}),
        ("Are you allergic to anything?", "I'm allergic to penicillin only.", {"penicillin": "present"}),
        ("Are you using the ramipril every day?", "Not anymore.", {"ramipril": "resolved"}),
        ("Did the ramipril help?", "I had to stop ramipril.", {"ramipril": "resolved"}),
        ("Any other symptoms besides the sore throat?", "No.", {"sore throat": "present"}),
        ("Do you have palpitations, like your heart racing?", "Yeah.", {"palpitations": "present"}),
    ],
)  # fmt: skip
def test_question_and_answer(question: str, reply: str, expected: dict[str, str]) -> None:
    assert states(consult(f"d: {question}", f"p: {reply}")) == expected


def test_a_summary_stands_when_nothing_is_added_to_it() -> None:
    read = consult(
        "d: So you've had a dry cough for two days. Been feeling tired. Any other symptoms?",
        "p: No, that covers it.",
    )
    assert states(read) == {"dry cough": "present", "fatigue": "present"}


def test_an_unheard_question_confirms_nothing() -> None:
    read = consult(
        "d: You've been having some problems with your asthma. Is that right?",
        "p: Sorry, say that again.",
        "d: How can I help you today?",
        "p: Yes, I have a rash.",
    )
    assert states(read) == {"rash": "present"}


# --- sides --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        "Right.",
        "Right, okay.",
        "It came right back.",
        "Right now it is a bit better.",
        "I left the house at eight.",
        "It started right after I left work.",
        "I live with both my parents.",
        "They have both been the same.",
        "It is worse than my right knee was.",
        "There isn't much of the day left.",
        "All right, that's fine.",
        "It hurts, right?",
        "At the moment, right, it is okay.",
    ],
)
def test_no_side_in_discourse(said: str) -> None:
    read = consult("p: I have knee pain.", "d: I see. Tell me more.", f"p: {said}")
    assert "side" not in values(read, "knee pain")
    read = consult(f"p: I have knee pain. {said}")
    assert "side" not in values(read, "knee pain")


@pytest.mark.parametrize(
    ("question", "said", "side"),
    [
        ("Which side?", "Right.", "right"),
        ("Is it the left or the right?", "Left.", "left"),
        ("Where is it?", "Both.", "bilateral"),
        ("Where is it?", "In both knees.", "bilateral"),
        ("Where is it?", "On the right side.", "right"),
        ("Where is it?", "It's my left knee.", "left"),
    ],
)
def test_a_side_that_is_told(question: str, said: str, side: str) -> None:
    assert (
        values(consult("p: I have knee pain.", f"d: {question}", f"p: {said}"), "knee pain")["side"] == side
    )


# --- values go where they belong ------------------------------------------------------------------------------


def test_when_a_treatment_was_is_not_when_the_symptom_was() -> None:
    read = consult(
        "p: I have a cough.", "d: Do you take any medication?", "p: I'm on ramipril.",
        "d: When did you start that one?", "p: About six years ago.",
    )  # fmt: skip
    assert values(read, "cough") == {}
    read = consult(
        "p: I have a cough, and I had a C-section.", "d: How long ago was that?", "p: Four weeks ago."
    )
    assert values(read, "cough") == {}


def test_how_often_one_goes_is_of_the_bowels() -> None:
    read = consult(
        "p: I have diarrhea and some tummy pain.",
        "d: How many times a day are you going?",
        "p: Six times a day.",
    )
    assert values(read, "abdominal pain") == {}
    assert values(read, "diarrhea")["frequency"] == "6 times a day"


# --- functions of the body --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "reply", "expected"),
    [
        ("How is your appetite?", "It's all right.", {"loss of appetite": "absent"}),
        ("How has your appetite been?", "Not great.", {"loss of appetite": "present"}),
        ("How's your sleep?", "Not too bad.", {"insomnia": "absent"}),
        ("How's your sleep?", "I don't know.", {}),
        ("Is your appetite okay?", "Yeah, yeah.", {"loss of appetite": "absent"}),
        ("Have you been eating and drinking okay?", "Yeah, yeah.", {"loss of appetite": "absent"}),
        ("Are your bowels normal?", "Yes.", {"change in bowel habit": "absent"}),
        ("Anything else?", "My appetite's been all right.", {"loss of appetite": "absent"}),
        ("Anything else?", "My appetite was fine until last week.", {}),
        ("Anything else?", "My breathing is not good.", {}),
        (
            "Any changes in vision or hearing?",
            "No changes to vision or hearing.",
            {"visual disturbance": "absent", "hearing loss": "absent"},
        ),
        (
            "Anything else?",
            "Just the normal mood swings, and normal weight training.",
            {"mood swings": "present"},
        ),
        (
            "Any changes to your vision, hearing or appetite?",
            "No.",
            {"visual disturbance": "absent", "hearing loss": "absent", "loss of appetite": "absent"},
        ),
    ],
)
def test_a_function_that_is_well_is_no_complaint(question: str, reply: str, expected: dict[str, str]) -> None:
    assert states(consult(f"d: {question}", f"p: {reply}")) == expected


# --- conditions: what is taken for known, tested for, feared, controlled ------------------------------------------


@pytest.mark.parametrize(
    ("question", "reply", "expected"),
    [
        (
            "Have you had such pain as when you had your heart attack?",
            "No.",
            {"Myocardial infarction": "present"},
        ),
        ("Any chest pain since your surgery?", "No.", {"chest pain": "absent"}),
        ("Did it start after you had the fall?", "Yes.", {"fall": "present"}),
        ("Any time when you've lost consciousness?", "No.", {"fainting": "absent"}),
        ("Have you been around someone who's been ill?", "No.", {"sick contact": "absent"}),
        ("Is anyone sick at home?", "No one is sick at home.", {"sick contact": "absent"}),
        ("Anything else?", "I had a tuberculosis test for work and it was normal.", {}),
        ("Anything else?", "My mum was worried about meningitis.", {"Meningitis": "uncertain"}),
        ("Anything else?", "I was scared about the rash.", {"rash": "present"}),
        ("Anything else?", "Other than asthma everything else is fine.", {"Asthma": "present"}),
    ],
)
def test_what_is_known_tested_or_feared(question: str, reply: str, expected: dict[str, str]) -> None:
    found = states(consult(f"d: {question}", f"p: {reply}"))
    assert {label: found.get(label) for label in expected} == expected
    assert expected or not found


@pytest.mark.parametrize(
    ("question", "reply", "control"),
    [
        ("Is your asthma well controlled?", "That's fine, it's under control.", "well controlled"),
        ("Is your asthma under control?", "Not really.", "not well controlled"),
        ("Anything else?", "My asthma is badly controlled.", "not well controlled"),
    ],
)
def test_control_is_a_value_of_the_condition(question: str, reply: str, control: str) -> None:
    assert values(consult(f"d: {question}", f"p: {reply}"), "Asthma")["control"] == control


@pytest.mark.parametrize(
    ("question", "reply", "expected"),
    [
        ("Do you smoke?", "I used to, but not anymore.", {"smoking": "resolved"}),
        ("Do you get headaches?", "I used to.", {"headache": "resolved"}),
        (
            "Is it worse because of your shortness of breath?",
            "It's probably because of my shortness of breath.",
            {"shortness of breath": "present"},
        ),
        (
            "What kind of cough is it, like a dry cough?",
            "I always bring up some gunk.",
            {"productive cough": "present", "cough": "present"},
        ),
        ("Any numbness in your arms or legs?", "No.", {"arm numbness": "absent", "leg numbness": "absent"}),
        ("Anything else?", "Pain in my knees and ankles, and my foot is fine.",
         {"knee pain": "present", "ankle pain": "present"}),
    ],
)  # fmt: skip
def test_what_stands_in_a_list_or_was_once(question: str, reply: str, expected: dict[str, str]) -> None:
    assert states(consult(f"d: {question}", f"p: {reply}")) == expected


def test_when_all_was_well_is_no_onset() -> None:
    read = consult("p: I'm breathless.", "d: Could you walk before?", "p: Yes, three months ago I was fine.")
    assert values(read, "shortness of breath") == {}


@pytest.mark.parametrize(
    ("lines", "label"),
    [
        (("d: Are you bringing up any phlegm?", "p: Yes.", "d: Any blood?", "p: No."), "hemoptysis"),
        (("d: How are your stools?", "p: Loose.", "d: Any blood at all?", "p: No."), "blood in stool"),
        (("d: Any blood in the phlegm?", "p: No blood."), "hemoptysis"),
    ],
)
def test_blood_is_from_where_the_talk_is_of(lines: tuple[str, ...], label: str) -> None:
    found = states(consult(*lines))
    assert found[label] == "absent"
    assert "Blood test" not in found


def test_a_blood_test_stays_one() -> None:
    assert "hemoptysis" not in states(consult("p: I have a cough.", "p: They took some blood and tested it."))


def test_what_was_affirmed_and_is_denied_for_now_is_resolved() -> None:
    read = consult("p: I had a fever on Monday.", "d: Do you have a fever now?", "p: No.")
    assert states(read)["fever"] == "resolved"


def test_what_the_doctor_only_repeats_is_not_asked() -> None:
    read = consult("d: Is it dry or wet?", "p: A dry cough.", "d: Dry cough, okay. Any fever?", "p: No.")
    assert states(read) == {"dry cough": "present", "fever": "absent"}


@pytest.mark.parametrize(
    "told", ["Penicillin. It gives me a rash.", "I'm allergic to penicillin. I got a rash."]
)
def test_what_an_allergen_gives_is_its_reaction_and_no_finding_of_today(told: str) -> None:
    talk = [Turn("doctor", "Are you allergic to anything?"), Turn("patient", told)]
    facts = read_consult(talk).facts
    assert [f.values.get("reaction") for f in facts if f.values.get("role") == "allergy"] == ["rash"]
    assert not any(f.concept.id == "finding.rash" for f in facts)


@pytest.mark.parametrize(
    ("question", "reply", "state"),
    [
        ("And do you smoke?", "Uh no, I haven't smoked before.", State.ABSENT),
        ("Do you smoke cigarettes?", "No I've never tried cigarettes.", State.ABSENT),
        ("And do you smoke?", "Absolutely not.", State.ABSENT),
        ("And do you smoke?", "No, I can't even stand cigarette smoke.", State.ABSENT),
        ("And do you smoke?", "Yeah, a long time ago, in college, once or twice.", State.RESOLVED),
        ("And do you smoke?", "Yes, I started a long time ago and I smoke every day.", State.PRESENT),
    ],
)
def test_a_habit_that_never_was_is_none(question: str, reply: str, state: State) -> None:
    facts = read_consult([Turn("doctor", question), Turn("patient", reply)]).facts
    assert {f.state for f in facts if f.concept.id == "habit.smoking"} == {state}


@pytest.mark.parametrize(
    ("question", "reply", "state"),
    [
        ("Is there any chest pain?", "Absolutely not!", State.ABSENT),
        ("Is there any chest pain?", "Absolutely, all the time.", State.PRESENT),
        ("Have you had chest pain?", "Yes, I've never had this chest pain before.", State.PRESENT),
    ],
)
def test_absolutely_not_and_not_before(question: str, reply: str, state: State) -> None:
    facts = read_consult([Turn("doctor", question), Turn("patient", reply)]).facts
    assert {f.state for f in facts if f.concept.id == "finding.chest_pain"} == {state}


@pytest.mark.parametrize("reply", ["Stroke? No no.", "No, no stroke."])
def test_what_the_family_does_not_have_is_no_history_of_the_patient(reply: str) -> None:
    facts = read_consult(
        [Turn("doctor", "Any stroke that runs in the family?"), Turn("patient", reply)]
    ).facts
    assert {(f.state, f.relation) for f in facts if f.concept.id == "condition.stroke"} == {
        (State.ABSENT, "family")
    }


def test_what_happens_with_an_allergen_is_its_reaction_and_no_finding_of_today() -> None:
    read = consult(
        "d: Any allergies?",
        "p: I'm allergic to aspirin.",
        "d: What happens when you take it?",
        "p: I feel sick.",
    )
    assert [f.values.get("reaction") for f in read.facts] == [None, "nausea"]
    assert states(read) == {"aspirin": "present"}
    other = consult("d: I use aspirin.", "d: What happens when you take it?", "p: I feel sick.")
    assert states(other)["nausea"] == "present"


def test_other_drugs_after_smoking_are_no_medicine() -> None:
    read = consult("d: Do you smoke?", "p: No.", "d: Do you take any other drugs of any sort?", "p: No.")
    assert states(read) == {"smoking": "absent", "recreational drug use": "absent"}
    assert "recreational drug use" not in states(consult("d: Are you on any other drugs?", "p: No."))


@pytest.mark.parametrize(
    ("reply", "label", "state"),
    [
        ("I would say that I have chest pain.", "chest pain", State.PRESENT),
        ("I wouldn't say that I've had, I haven't had any chest pain.", "chest pain", State.ABSENT),
        ("I didn't think that I was suffering from actual depression.", "depression", State.ABSENT),
        ("The GP did say that it was asthma.", "asthma", State.PRESENT),
    ],
)
def test_to_say_that_is_not_to_ask_for_the_question_again(reply: str, label: str, state: State) -> None:
    read = consult("d: How have you been?", f"p: {reply}")
    assert {f.state for f in read.facts if f.concept.label.lower() == label} == {state}


@pytest.mark.parametrize(
    "reply",
    [
        "Can you say that again?",
        "Could you please repeat the question?",
        "Sorry, I didn't catch that.",
        "Pardon?",
    ],
)
def test_a_question_not_heard_stays_asked(reply: str) -> None:
    read = consult("d: Any chest pain?", f"p: {reply}", "d: Any chest pain?", "p: No.")
    assert [(f.concept.label, f.state) for f in read.facts] == [("chest pain", State.ABSENT)]


def test_yes_i_cannot_is_yes() -> None:
    assert states(consult("d: Do you drink?", "p: Yes, I cannot stop myself.")) == {"alcohol use": "present"}
    assert states(consult("d: Any trouble sleeping?", "p: Yes, I can't fall asleep.")) == {
        "insomnia": "present"
    }


def test_but_nothing_recently_is_no_and_nothing_new_after_yes_is_yes() -> None:
    read = consult("d: Any changes in your vision?", "p: Um, I got glasses last year but nothing recently.")
    assert [fact.state for fact in read.facts] == [State.ABSENT]
    assert [f.state for f in consult("d: Any cough?", "p: Yes, but nothing new.").facts] == [State.PRESENT]


def test_a_named_operation_is_no_denial_of_operations() -> None:
    read = consult(
        "d: Any hospitalizations or surgeries?", "p: I had my tonsils removed, but that's about it."
    )
    assert State.ABSENT not in {fact.state for fact in read.facts}


def test_letters_spelt_apart_are_one_word_and_their_span_is_whole() -> None:
    said = "I have H I V and got I V antibiotics."
    (hiv,) = [f for f in consult("d: What do you have?", f"p: {said}").facts if "HIV" in f.concept.label]
    assert said[slice(*hiv.span)] == "H I V"

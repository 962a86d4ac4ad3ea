"""What is named by organ and ailment, what the table does not list, and what the doctor speaks of as known."""

import pytest

from clinical_language import Kind, Turn, read_consult, read_sentences
from tests.unit.clinical_language.test_consult import consult, states


def named(text: str) -> list[tuple[str, str]]:
    return [(m.concept.id, m.text) for sentence in read_sentences(text) for m in sentence.mentions]


# --- organ and ailment -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "concept"),
    [
        ("knee problems", "finding.knee_problem"),
        ("some trouble with my knee", "finding.knee_problem"),
        ("blood disorders", "condition.blood_condition"),
        ("an infection in my gums", "condition.gum_infection"),
        ("lung conditions", "condition.lung_disease"),  # the table's own name comes first
        ("cancer of the bowel", "condition.colon_cancer"),
        ("abdominal surgeries", "procedure.abdominal_surgery"),
    ],
)
def test_an_organ_and_an_ailment_are_one_concept(said: str, concept: str) -> None:
    assert [id_ for id_, _ in named(said)] == [concept]


def test_each_organ_of_a_list_has_the_ailment() -> None:
    assert [id_ for id_, _ in named("Any heart, lung or kidney problems?")] == [
        "condition.heart_disease",
        "condition.lung_disease",
        "condition.chronic_kidney_disease",
    ]
    assert [id_ for id_, _ in named("any problems with your knees or hips?")] == [
        "finding.knee_problem",
        "finding.hip_problem",
    ]


@pytest.mark.parametrize(
    "said", ["any problem with your knee sock?", "your first problem, the knee", "a skin cream"]
)
def test_an_organ_that_is_part_of_another_name_has_no_ailment(said: str) -> None:
    assert named(said) == []


def test_sensations_before_a_place_are_all_of_that_place() -> None:
    found = named("any numbness or tingling in your arm?")
    assert [id_ for id_, _ in found] == ["finding.arm_numbness", "finding.arm_tingling"]


# --- not listed ------------------------------------------------------------------------------------------


def test_what_stands_beside_findings_in_a_question_is_a_finding() -> None:
    read = consult("d: Any fever, chills or wobbliness?", "p: No.")
    assert states(read)["wobbliness"] == "absent"
    (fact,) = (fact for fact in read.facts if fact.concept.label == "wobbliness")
    assert fact.concept.kind is Kind.FINDING
    assert not fact.concept.codes
    assert read.turns[fact.turn].text[slice(*fact.span)] == fact.words == "wobbliness"


def test_what_is_noticed_is_a_finding() -> None:
    assert states(consult("d: Have you noticed any odd humming?", "p: Yes.")) == {"odd humming": "present"}


def test_a_loss_of_something_is_a_finding() -> None:
    assert states(consult("d: Any loss of coordination skills?", "p: No."))


@pytest.mark.parametrize(
    "question",
    [
        "Do you have any questions?",
        "Any fever, or any brothers or sisters?",
        "Have you noticed any improvement?",
        "Do you have any fever or medications?",
        "Any cough, and do you have children?",
    ],
)
def test_what_is_no_complaint_is_none(question: str) -> None:
    read = read_consult([Turn("doctor", question), Turn("patient", "No.")])
    assert [f.concept.id for f in read.facts if f.concept.id.startswith("unlisted.")] == []


def test_the_patients_own_words_are_not_completed() -> None:
    read = read_consult([Turn("patient", "I have no fever, chills or wobbliness.")])
    assert "wobbliness" not in states(read)


# --- spoken of as known ----------------------------------------------------------------------------------


def test_what_stands_and_is_spoken_of_as_known_is_said_again() -> None:
    read = consult(
        "d: What brings you in?",
        "p: I have a cough.",
        "d: Okay.",
        "p: Yes.",
        "d: I see your cough is on the form.",
        "p: Right.",
    )
    cough = [fact for fact in read.facts if fact.concept.id == "finding.cough"]
    assert [fact.at for fact in cough] == [1, 5]
    assert cough[-1].evidence == (4, 5)


@pytest.mark.parametrize("told", ["I have no cough.", "I had a cough, but it's gone.", "Hello."])
def test_what_does_not_stand_is_not_said_again(told: str) -> None:
    read = consult("d: What brings you in?", f"p: {told}", "d: I will listen for the cough.", "p: Right.")
    assert [f.at for f in read.facts if f.concept.id == "finding.cough" and f.at == 3] == []


# --- asking ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "answer", "label", "state"),
    [
        ("Do you suffer from migraines?", "No.", "Migraine", "absent"),
        ("I wanted to ask if you had any trauma.", "No, nothing.", "injury", "absent"),
        ("Apart from that, do you have any nausea.", "No.", "nausea", "absent"),
        ("Any joint pain?", "You know, not really.", "joint pain", "absent"),
        ("Do you feel your heart's racing?", "Yes.", "palpitations", "present"),
        ("Any complications of your diabetes?", "No.", "complications", "absent"),
    ],
)
def test_ways_to_ask(question: str, answer: str, label: str, state: str) -> None:
    assert states(consult(f"d: {question}", f"p: {answer}"))[label] == state


def test_what_something_is_of_is_known() -> None:
    assert states(consult("d: Any complications of your asthma?", "p: No."))["Asthma"] == "present"


# --- soft answers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("Any diarrhea?", "Not, not really no, not that I can find.", {"diarrhea": "absent"}),
        (
            "Any cough or sore throat?",
            "Mmm, not those, really.",
            {"cough": "absent", "sore throat": "absent"},
        ),
        ("Any fever?", "Can't say I have.", {"fever": "absent"}),
        ("Any loss of smell?", "Uhh no.", {"loss of smell": "absent"}),
        ("A headache?", "Uhm? Maybe a little bit, yeah.", {"headache": "present"}),
        ("How about travel? Have you had any recently?", "No.", {"travel": "absent"}),
        ("Is it dry, or are you bringing up sputum?", "It's dry.", {"productive cough": "absent"}),
        (
            "Any fever, chills or cough?",
            "I have been having a cough, but that's it.",
            {"cough": "present", "fever": "absent", "chills": "absent"},
        ),
        ("Do you drink alcohol?", "Not really, I drink socially.", {"alcohol use": "present"}),
    ],
)
def test_soft_answers(question: str, answer: str, expected: dict[str, str]) -> None:
    assert states(consult(f"d: {question}", f"p: {answer}")) == expected


def test_what_is_all_leaves_a_kind_open() -> None:
    read = consult("d: Any lung conditions or gout in the family?", "p: My dad has asthma, but that's it.")
    assert "lung disease" not in states(read)

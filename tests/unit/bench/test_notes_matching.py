"""The matchers that judge our notes: what counts as said, and as supported, on hand-made examples."""

import pytest

from bench.notes import lexicon, support
from bench.notes.matching import note_units, says, stem, talk_units
from clinical_language import Turn


@pytest.mark.parametrize(
    ("fact", "note"),
    [
        ("Diarrhoea", "3/7 hx of loose stools"),
        ("3days", "3/7 hx of loose stools"),
        ("No fever", "Denies chest pain, cough or fever."),
        ("SOB", "Reports shortness of breath on the stairs."),
        ("Non smoker", "Does not smoke."),
        ("7 times/day", "Opening bowels seven times a day."),
        ("allergic to aspirin", "Allergy: aspirin"),
    ],
)
def test_a_fact_in_other_words_is_said(fact: str, note: str) -> None:
    assert says(fact, note_units(note))


@pytest.mark.parametrize(
    ("fact", "note"),
    [
        ("Fever", "Denies chest pain, cough or fever."),
        ("No fever", "Fever for two days."),
        ("Headache", "Pain in the left ear."),
        ("7 times/day", "Opening bowels six times a day."),
        ("left ear pain", "Knee pain.\nNo cough.\nLeft ear is fine."),
    ],
)
def test_what_is_not_said_or_said_otherwise_is_not_found(fact: str, note: str) -> None:
    assert not says(fact, note_units(note))


def asked(question: str, answer: str) -> list[Turn]:
    return [Turn("doctor", question), Turn("patient", answer)]


def test_a_question_takes_its_answers_polarity() -> None:
    assert says("No fever", talk_units(asked("Any fever?", "No, not at all.")))
    assert not says("Fever", talk_units(asked("Any fever?", "No, not at all.")))
    assert says("Fever", talk_units(asked("Any fever?", "Yeah, last night.")))


def test_what_was_only_asked_is_not_said() -> None:
    units = talk_units(asked("Any fever?", "The cough is bad."))
    assert not says("Fever", units)
    assert not says("No fever", units)


def test_a_no_before_a_new_thought_denies_nothing() -> None:
    assert says("chest pain", talk_units([Turn("patient", "No, I have chest pain right now.")]))


TABLE = lexicon.build(iter([("1", "Dyspnea"), ("1", "Air hunger"), ("2", "Fever"), ("3", "Migraine")]))


def faults(text: str, *turns: Turn, evidence: tuple[int, ...] = (0, 1)) -> list[str]:
    statement: dict[str, object] = {"text": text, "evidence": list(evidence)}
    return [f"{f.kind} {f.word}" for f in support.judge(statement, turns, TABLE)]


def test_supported_statements_have_no_faults() -> None:
    assert faults("Denies fever.", *asked("Any fever?", "No.")) == []
    assert faults("Reports dyspnea for 3 days.", *asked("How long?", "Air hunger, three days now.")) == []


def test_a_new_word_a_new_number_and_the_wrong_polarity_are_faults() -> None:
    assert faults("Reports migraine.", *asked("Any fever?", "No.")) == ["word migraine"]
    assert faults("Fever for 4 days.", *asked("Fever?", "Yes, for three days.")) == ["number 4"]
    assert faults("Reports fever.", *asked("Any fever?", "No.")) == ["polarity fever"]
    assert faults("Denies fever.", *asked("Any fever?", "Yes, a bit.")) == ["polarity fever"]


def test_a_question_alone_supports_nothing() -> None:
    assert faults("Reports fever.", Turn("doctor", "Any fever?"), Turn("patient", "Hm."), evidence=(0,)) == [
        "polarity fever"
    ]


@pytest.mark.parametrize(
    ("statement", "question", "answer", "fault"),
    [
        ("Denies vomiting.", "Any vomiting?", "Yeah, twice.", "polarity vomiting"),
        ("Reports chest pain.", "Is there any chest pain?", "Mm, no.", "polarity chest pain"),
        ("Reports chills.", "Have you had the chills?", "No.", "polarity chills"),
        ("Reports wheezing.", "Any wheezing?", "No, just the cough.", "polarity wheezing"),
        ("Naproxen 500 mg.", "What do you take?", "Ibuprofen, five hundred milligrams.", "word naproxen"),
        ("Lisinopril 20 mg.", "And the lisinopril?", "Ten milligrams.", "number 20"),
        ("Fever for 5 minutes.", "Fever?", "Yes, for five hours.", "word minutes"),
        ("Fever for 5 days.", "Fever?", "Yes, for four days.", "number 5"),
        ("Left knee pain.", "Which knee hurts?", "The right one.", "word left"),
        ("Reports migraine.", "What kind of headache is it?", "A dull one.", "word migraine"),
        ("Insect bite.", "What happened?", "I was stung by a wasp.", "word insect"),
        ("Reports insomnia.", "And the cough?", "It kept me up.", "word insomnia"),
        ("Not taking metformin.", "And you are on metformin?", "Yes, I am.", "polarity metformin"),
        ("Allergic to penicillin.", "Are you allergic to penicillin?", "No.", "polarity allergic"),
        ("Cough, now resolved.", "Do you have a cough?", "Yes, a dry one.", "word resolved"),
        ("Smokes.", "Do you smoke?", "Never.", "polarity smokes"),
        ("Reports dyspnea.", "Is the breathing fine?", "It is.", "word dyspnea"),
        ("Reports normal appetite.", "How is your appetite?", "Terrible.", "word normal"),
        ("Reports normal sleep.", "Any trouble with sleep?", "No.", "word normal"),
        ("Reports chest pain.", "Is there any chest pain?", "Absolutely not.", "polarity chest pain"),
        ("Reports chest pain.", "Any chest pain?", "I don't think so, no.", "polarity chest pain"),
        ("Drinks alcohol.", "Do you drink alcohol?", "Not at all.", "polarity alcohol"),
        ("Drinks alcohol.", "Do you drink alcohol?", "Absolutely not!", "polarity drinks"),
        ("Denies alcohol.", "Do you drink alcohol?", "Rarely, on some occasions.", "polarity alcohol"),
        ("Allergic to penicillin.", "Any allergies?", "No, no penicillin allergy.", "polarity allergic"),
        ("Allergic to latex.", "Any allergies?", "Penicillin.", "word latex"),
        ("Father: cancer.", "And your family?", "My dad had no cancer.", "polarity cancer"),
        ("Facial droop.", "And the face?", "It is red.", "word facial droop"),
        ("Prediabetes.", "Any diabetes?", "No.", "word prediabetes"),
        ("Denies hemoptysis.", "Any blood in the urine?", "No.", "word hemoptysis"),
    ],
)
def test_statements_made_faulty_by_hand_are_caught(
    statement: str, question: str, answer: str, fault: str
) -> None:
    assert fault in faults(statement, *asked(question, answer))


@pytest.mark.parametrize(
    ("statement", "question", "answer"),
    [
        ("Denies rash.", "Any rashes at all, on your skin?", "Mm, no not that I've noticed."),
        ("The pain is intermittent.", "Is the pain constant, or intermittent?", "Intermittent."),
        ("Appetite has been good.", "Changes in your appetite?", "Uh, no my appetite's been good."),
        ("Cough, now resolved.", "Do you have a cough?", "I did, but it cleared up."),
        ("Reports coughing up blood.", "Any blood?", "Yes, I coughed up some blood."),
        ("He went to work.", "Did you go to work?", "Yes, I did go."),
        ("Temperature: 38.5 degrees C.", "What was your temperature?", "It was 38.5."),
        ("Allergic to latex.", "Any allergies to medication?", "No, just latex."),
        ("Allergic to penicillin.", "Do you have any allergies?", "Penicillin, I get hives."),
        ("Drinks alcohol: rarely.", "And do you drink alcohol?", "Rarely, just on some occasions."),
        ("Reports normal hearing.", "How about vision or hearing?", "I think those are fine."),
        ("Denies abdominal pain.", "And no abdominal aches?", "No."),
        ("Denies hemoptysis.", "Have you coughed up any blood?", "No."),
        ("Denies visual problems.", "Any visual problems?", "I, I don't think so, but I wear glasses."),
        ("Father: heart disease.", "And family?", "Mom had non-Hodgkin's lymphoma, dad had heart disease."),
    ],
)
def test_inflection_and_the_form_of_a_question_are_no_faults(
    statement: str, question: str, answer: str
) -> None:
    assert faults(statement, *asked(question, answer)) == []


def test_an_answer_is_what_the_other_one_says() -> None:
    turns = [Turn("doctor", "Any fever?"), Turn("doctor", "Hello?"), Turn("patient", "No.")]
    assert faults("Denies fever.", *turns, evidence=(0, 2)) == []
    assert faults("Reports fever.", *turns, evidence=(0, 2)) == ["polarity fever"]


def test_numbers_in_words_are_read_every_way_they_may_be_meant() -> None:
    assert {"41", "132", "80", "2002", "1.5"} <= support.spoken_numbers(
        "forty one, one thirty two over eighty, two thousand and two, one point five"
    )
    assert "5" not in support.spoken_numbers("forty one")


def test_the_heading_of_a_line_needs_no_evidence() -> None:
    assert faults("Respiratory: Denies fever.", *asked("Any fever?", "Ah, nope.")) == []


def test_what_a_question_takes_for_granted_is_said() -> None:
    assert faults("Fever.", *asked("When did the fever start?", "Last night.")) == []
    assert faults("Fever.", Turn("doctor", "So it's the fever , okay ?"), evidence=(0,)) == []


def test_evidence_that_does_not_exist_is_a_fault() -> None:
    assert faults("Fever.", *asked("Fever?", "Yes."), evidence=(7,)) == ["word (no evidence)"]


@pytest.mark.parametrize(
    ("british", "american"),
    [("haematuria", "hematuria"), ("dyspnoea", "dyspnea"), ("oedema", "edema"), ("tumours", "tumors"),
     ("laboured", "labored"), ("ischaemic", "ischemic")],
)  # fmt: skip
def test_both_spellings_are_one_word(british: str, american: str) -> None:
    assert stem(british) == stem(american)


def test_four_is_not_for() -> None:
    assert {stem("four"), stem("hour"), stem("your")}.isdisjoint({"for", "hor", "yor"})

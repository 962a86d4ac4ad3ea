"""States of mentions in patients' speech. Traps of our own; the shared trap list is scored by bench.notes.polarity."""

import pytest

from clinical_language import Turn, read_consult, read_text


def states(text: str) -> dict[str, str]:
    return {fact.concept.label: fact.state.value for fact in read_text(text).facts}


@pytest.mark.parametrize(
    ("text", "label", "state"),
    [
        ("I have no fever.", "fever", "absent"),
        ("I dont have a fever", "fever", "absent"),
        ("No, I have chest pain right now.", "chest pain", "present"),
        ("I've never had a headache like this before.", "headache", "present"),
        ("I can't stop vomiting.", "vomiting", "present"),
        ("I haven't noticed any rash, itching or swelling in my legs.", "leg swelling", "absent"),
        ("There is no relief from the back pain.", "back pain", "present"),
        ("I couldn't breathe and the chest pain came on suddenly.", "shortness of breath", "present"),
        ("The dizziness is gone now.", "dizziness", "resolved"),
        ("I used to have migraines.", "Migraine", "resolved"),
        ("I stopped vomiting yesterday.", "vomiting", "resolved"),
        ("Nothing helps the cough go away.", "cough", "present"),
        ("I wish this cough would go away.", "cough", "present"),
        ("The cough did go away.", "cough", "resolved"),
        ("My mother had diabetes.", "Diabetes mellitus", "family"),
        ("My wife noticed a rash on my back.", "rash", "present"),
        ("Maybe I have a fever.", "fever", "uncertain"),
        ("I was worried that if I get a fever I should call.", "fever", "hypothetical"),
        ("I had kidney stones five years ago.", "Kidney stone", "historical"),
        ("My son has a fever.", "fever", "present"),
        ("Tylenol does nothing for the headache.", "headache", "present"),
    ],
)
def test_state(text: str, label: str, state: str) -> None:
    assert states(text).get(label) == state


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("My tummy is killing me.", "abdominal pain"),
        ("There's pain in the, um, left side of my knee.", "knee pain"),
        ("My ears are really itchy.", "ear itching"),
        ("I can't catch my breath.", "shortness of breath"),
        ("I've been throwing up all night.", "vomiting"),
        ("I've got the runs.", "diarrhea"),
        ("Both ankles are swollen.", "leg swelling"),
        ("I have diarrhoea.", "diarrhea"),
        ("It burns when I pee.", "dysuria"),
    ],
)
def test_lay_words_name_the_concept(text: str, label: str) -> None:
    assert states(text).get(label) == "present"


def test_markup_and_control_characters_are_no_words() -> None:
    assert states("I have a <b>fever</b>\x00\x07 and <script>nausea</script>") == {
        "fever": "present",
        "nausea": "present",
    }


def test_the_words_stand_at_their_span() -> None:
    text = "Well, <b>honestly</b> I can\u2019t catch my breath, and my head hurts."
    for fact in read_text(text).facts:
        first, last = fact.span
        assert text[first:last].replace("\u2019", "'") == fact.words


@pytest.mark.parametrize(
    "text",
    [
        "I'm fit and well.",
        "It was cold outside.",
        "I have a growth mindset.",
        "I went to see my mother.",
        "Two hours and add one.",
    ],
)
def test_ordinary_words_are_no_findings(text: str) -> None:
    assert states(text) == {}


@pytest.mark.parametrize(
    "text",
    [
        "I can't fall asleep before two.",
        "I've been sat in a van for long periods of time.",
        "He said I salt my food a wee bit too much.",
        "I can't remember the name of the tablets, sorry.",
        "I can't remember, it was blue I think.",
        "I'm confused as to which form you need.",
        "Parking here is a bloody nightmare.",
        "I tend to panic about deadlines.",
        "After the run I have a big breakfast.",
        "I can't go to work in these shoes.",
        "I told him to shake it off.",
        "I felt better after the longer runs.",
    ],
)
def test_words_in_another_sense_name_no_finding(text: str) -> None:
    assert set(states(text)) <= {"insomnia"}


def test_the_same_words_in_their_own_sense() -> None:
    assert states("I fell on the stairs and I'm confused.") == {"fall": "present", "confusion": "present"}
    assert states("I've got the runs.") == {"diarrhea": "present"}
    assert states("I keep having nightmares.") == {"nightmares": "present"}
    assert states("I can't remember anything since June.") == {"memory loss": "present"}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I had some heart problems.", "Heart disease"),
        ("I have an ulcer on my leg.", "Peptic ulcer"),
        ("I drink a lot of water.", "increased thirst"),
        ("There's some yellow discharge from my ear.", "vaginal discharge"),
        ("I was quite drunk that night.", "substance craving"),
    ],
)
def test_general_words_name_nothing_more_specific(text: str, label: str) -> None:
    found = states(text)
    assert (label in found) is (label == "Heart disease")
    assert "Coronary artery disease" not in found


def test_a_wording_that_doubts_itself_is_uncertain() -> None:
    assert states("If the implant failed then I could be pregnant.") == {"pregnancy": "uncertain"}


def test_they_after_a_sentence_about_the_family_is_not_the_patient() -> None:
    asked = Turn("doctor", "Anyone else unwell?")
    told = Turn(
        "patient", "A husband and three kids, and one, um, kid was coughing. But they have not got a fever."
    )
    fever = [fact for fact in read_consult([asked, told]).facts if fact.concept.id == "finding.fever"]
    assert [fact.relation for fact in fever] == ["child"]

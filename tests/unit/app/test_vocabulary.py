"""The words of a visit, from the record and the formulary."""

from typing import Any, cast
from uuid import UUID, uuid4

from app.vocabulary import Vocabularies, medical_words_beside, names_in, vocabulary_from
from clinical_store import Background, Statement
from clinical_store.errors import RecordUnreadable
from clinical_store.note import Origin
from core.clock import ManualClock
from transcription.clinic_speech import ClinicSpeech
from transcription.vocabulary import Term

CLINIC = ClinicSpeech(version=3, language="en", formulary=("apixaban", "Amlodipine"))


def line(text: str, state: str = "present") -> Statement:
    return Statement(
        id=uuid4(), key=str(uuid4()), section="plan", text=text, state=state, origin=Origin.CLINICIAN
    )


def test_medicines_come_first_then_allergies_then_problems_then_the_formulary() -> None:
    background = Background(
        reason="My asthma is worse",
        statements=(
            line("Continue Amlodipine 5 mg daily."),
            line("Allergic to penicillin."),
            line("Edoxaban 60 mg once a day, hypothyroidism."),
        ),
    )
    made = vocabulary_from(background, CLINIC)
    kinds = [term.kind for term in made.terms]
    assert kinds == sorted(kinds, key=["medicine", "allergy", "problem", "formulary"].index)
    assert Term("medicine", "Edoxaban") in made.terms
    assert {"asthma", "hypothyroidism"} <= {term.text for term in made.terms if term.kind == "problem"}
    assert made.prompt.count("mlodipine") == 1
    assert made.prompt.startswith("apixaban, ")


def test_what_is_denied_is_not_expected() -> None:
    made = vocabulary_from(Background(reason="", statements=(line("No asthma.", "absent"),)), CLINIC)
    assert [term.text for term in made.terms] == ["apixaban", "Amlodipine"]


def test_an_ordinary_word_before_a_dose_is_no_medicine() -> None:
    assert list(names_in(["Take about 60 mg, please 20 mg"])) == []


def test_the_other_names_of_a_term_do_not_stand_against_it() -> None:
    beside = medical_words_beside([Term("medicine", "furosemide")])
    assert "frusemide" not in beside
    assert "frusemide" in medical_words_beside([])
    assert "bisoprolol" in beside


class Unreadable:
    """A record whose note does not open any more."""

    async def background(self, session: object, visit_id: UUID) -> Background:
        raise RecordUnreadable


class Settings:
    async def read(self, session: object) -> ClinicSpeech:
        return CLINIC


async def test_a_note_that_cannot_be_read_costs_its_names_and_not_the_transcript() -> None:
    store, settings, session = (cast("Any", one) for one in (Unreadable(), Settings(), None))
    made = await Vocabularies(store, settings, ManualClock()).of_visit(session, uuid4())
    assert [term.text for term in made.terms] == ["apixaban", "Amlodipine"]

"""The clinic's speech settings over HTTP, and what they and the record make of the next utterance."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from access import Actor
from app.demo.people import DOCTOR, PATIENT
from app.flows import Writing, utterance_closed
from app.vocabulary import KEPT, Vocabularies
from clinical_store import ClinicalStore, NoteEdits, StatementEdit, VisitStatus
from core.clock import ManualClock
from core.ids import new_id
from tests.integration.app.service import Caller, Service
from tests.integration.app.test_completion import Heard, said
from transcription import Priority, Request, Transcription
from transcription.clinic_speech import ClinicSpeechStore

pytestmark = pytest.mark.integration
ADDRESS = "/api/clinic/speech"


@pytest.fixture
async def administrator(service: Service) -> Caller:
    return await service.sign_in("admin@demo.clinic")


async def save(caller: Caller, version: int, **settings: object) -> tuple[int, dict[str, Any]]:
    body = {"language": "en", "formulary": [], **settings}
    answer = await caller.ask("PUT", ADDRESS, json=body, headers={"If-Match": f'"{version}"'})
    return answer.status, await answer.json()


async def audited(service: Service) -> int:
    async with service.clinic.database.transaction() as session:
        rows = text(
            "SELECT count(*) FROM audit_event WHERE action = 'clinic:speech:write' AND outcome = 'allowed'"
        )
        return int((await session.execute(rows)).scalar_one())


async def test_a_clinic_begins_with_english_and_no_names(administrator: Caller) -> None:
    answer = await administrator.ask("GET", ADDRESS)
    view = await answer.json()
    assert answer.headers["ETag"] == '"0"'
    assert (view["language"], view["formulary"], view["notice"]) == ("en", [], None)
    assert (view["model"], view["english_only"]) == ("demo", True)
    assert {"code": "cy", "name": "Welsh"} in view["languages"]


async def test_settings_are_saved_as_versions_and_audited(administrator: Caller, service: Service) -> None:
    status, view = await save(administrator, 0, formulary=["Apixaban", "apixaban", "co-codamol"])
    assert (status, view["version"], view["formulary"]) == (200, 1, ["apixaban", "co-codamol"])
    assert (await save(administrator, 1, formulary=["apixaban", "co-codamol"]))[1]["version"] == 1
    status, view = await save(administrator, 1, language="de")
    assert (status, view["version"], view["formulary"]) == (200, 2, [])
    assert "English only" in view["notice"]
    assert await administrator.get(ADDRESS) == view
    assert await audited(service) == 2


async def test_who_saves_on_an_old_version_is_told(administrator: Caller) -> None:
    await save(administrator, 0, formulary=["apixaban"])
    for stale in (0, 2):
        status, problem = await save(administrator, stale, formulary=["edoxaban"])
        assert (status, problem["code"], problem["current_version"]) == (412, "clinic_speech_changed", 1)
    assert (await administrator.ask("PUT", ADDRESS, json={"language": "en"})).status == 428
    assert (await administrator.get(ADDRESS))["formulary"] == ["apixaban"]


async def test_of_two_who_save_first_at_once_one_is_told(administrator: Caller, service: Service) -> None:
    saved = await asyncio.gather(
        *(save(administrator, 0, formulary=[name]) for name in ("apixaban", "edoxaban"))
    )
    assert sorted(status for status, _ in saved) == [200, 412]
    assert await audited(service) == 1


async def test_what_cannot_be_heard_changes_nothing(administrator: Caller) -> None:
    assert (await save(administrator, 0, language="xx"))[1]["code"] == "language_unknown"
    for wrong in ({"language": "English"}, {"formulary": ["12"]}, {"formulary": "apixaban"}):
        status, problem = await save(administrator, 0, **wrong)
        assert (status, problem["code"]) == (422, "invalid_input")
    assert (await administrator.get(ADDRESS))["version"] == 0


async def test_only_the_administrator_reads_and_writes_them(service: Service) -> None:
    for email in (DOCTOR.email, PATIENT.email, "scheduler@demo.clinic"):
        caller = await service.sign_in(email)
        assert await caller.refused("GET", ADDRESS) == (403, "forbidden")
        put = await caller.refused("PUT", ADDRESS, json={"language": "en"}, headers={"If-Match": '"0"'})
        assert put == (403, "forbidden")


@dataclass
class Listening:
    """A speech process that hears what the test says; written by hand."""

    answer: Transcription
    asked: list[Request] = field(default_factory=list)

    @property
    def finals(self) -> int:
        return 0

    async def transcribe(
        self, request: Request, priority: Priority = Priority.FINAL, timeout: float = 60.0
    ) -> Transcription:
        self.asked.append(request)
        return self.answer

    async def close(self) -> None:
        """Nothing runs."""


@dataclass
class Consultation:
    """A visit in which the patient has said one thing, heard by a speech process of the test's."""

    service: Service
    doctor: Caller
    visit_id: UUID

    @property
    def store(self) -> ClinicalStore:
        return self.service.clinic.store

    async def hear(self, words: str, *, prompted: bool = True) -> tuple[Request, dict[str, Any]]:
        """What the engine was asked, and the line as the transcript shows it."""
        clinic = self.service.clinic
        speech = Listening(Transcription(words, 0.9, 0.0))
        vocabularies = Vocabularies(clinic.store, ClinicSpeechStore(clinic.clock), clinic.clock, prompted)
        writing = Writing(
            clinic.database, clinic.store, speech, Heard(), "base.en", clinic.clock,
            vocabulary_of=vocabularies.of_visit,
        )  # fmt: skip
        for utterance_id in await self.pending():
            await writing.transcribe_utterance(str(utterance_id))
        shown = (await self.doctor.get(f"/api/visits/{self.visit_id}/transcript"))["utterances"]
        return speech.asked[-1], shown[-1]

    async def pending(self) -> list[UUID]:
        async with self.service.clinic.database.transaction() as session:
            return await self.store.pending_utterances(session)

    async def speak(self, at: float = 1.0) -> None:
        clinic = self.service.clinic
        async with clinic.database.transaction() as session:
            patient = await clinic.access.account_with_email(session, PATIENT.email)
            assert patient is not None
            place = await self.store.join_visit(session, Actor.of(patient, new_id()), self.visit_id)
        await utterance_closed(clinic.database, self.store, self.visit_id, place.id, said(at, at + 2))

    async def sign_a_note(self, *texts: str) -> None:
        """End this visit and sign what it found."""
        clinic = self.service.clinic
        lines = tuple(StatementEdit(section="plan", text=words) for words in texts)
        async with clinic.database.transaction() as session:
            account = await clinic.access.account_with_email(session, DOCTOR.email)
            assert account is not None
            doctor = Actor.of(account, new_id())
            await self.store.set_visit_status(session, self.visit_id, VisitStatus.ENDED)
            await self.store.save_note(session, doctor, self.visit_id, 0, NoteEdits(statements=lines))
            await self.store.sign_note(session, doctor, self.visit_id, 1)


async def consultation(service: Service) -> Consultation:
    doctor, _, visit_id = await service.consult()
    return Consultation(service, doctor, visit_id)


async def test_an_utterance_is_heard_with_what_the_record_and_the_clinic_know(
    service: Service, administrator: Caller
) -> None:
    earlier = await consultation(service)
    await earlier.sign_a_note("Continue amlodipine 5 mg daily.", "Edoxaban 60 mg once a day.")
    await save(administrator, 0, formulary=["co-codamol"])
    now = await consultation(service)
    await now.speak()
    request, shown = await now.hear("I take amlodapin five milligrams.")
    assert (request.language, request.prompt) == ("en", "co-codamol, Edoxaban, amlodipine.")
    assert shown["text"] == "I take amlodapin five milligrams."
    assert [(one["first"], one["last"], one["text"]) for one in shown["written"]] == [(3, 4, "5 mg.")]
    assert [(one["first"], one["term"], one["kind"]) for one in shown["suggestions"]] == [
        (2, "amlodipine", "medicine")
    ]


async def test_the_demo_model_is_given_no_prompt(service: Service, administrator: Caller) -> None:
    await save(administrator, 0, formulary=["apixaban"])
    now = await consultation(service)
    await now.speak()
    request, shown = await now.hear("I take apixiban.", prompted=False)
    assert request.prompt == ""
    assert [one["term"] for one in shown["suggestions"]] == ["apixaban"]


async def test_the_clinics_language_is_asked_for_and_its_numbers_are_left(
    service: Service, administrator: Caller
) -> None:
    await save(administrator, 0, language="fr", formulary=["apixaban"])
    now = await consultation(service)
    await now.speak()
    request, shown = await now.hear("six point cinq apixiban")
    assert request.language == "fr"
    assert (shown["written"], shown["suggestions"]) == ([], [])


async def test_another_patients_record_is_not_listened_for(service: Service) -> None:
    """One patient's note names a medicine; the other patient's visit does not expect it."""
    clinic = service.clinic
    earlier = await consultation(service)
    await earlier.sign_a_note("Edoxaban 60 mg once a day.")
    async with clinic.database.transaction() as session:
        account = await clinic.access.account_with_email(session, "simulated-patient@demo.clinic")
        doctor = await clinic.access.account_with_email(session, "simulated-doctor@demo.clinic")
        assert account is not None
        assert doctor is not None
        patient_id = await clinic.care.own_record(session, account.id)
        assert patient_id is not None
        begins = clinic.clock.now()
        visit = await clinic.store.create_visit(
            session, patient_id=patient_id, doctor_account_id=doctor.id, starts_at=begins,
            ends_at=begins + timedelta(minutes=15), reason="my asthma",
        )  # fmt: skip
        background = await clinic.store.background(session, visit.id)
    assert (background.reason, background.statements) == ("my asthma", ())


async def test_what_was_signed_elsewhere_counts_after_a_minute(service: Service) -> None:
    clock = ManualClock(service.clinic.clock.now())
    vocabularies = Vocabularies(service.clinic.store, ClinicSpeechStore(clock), clock)
    earlier, now = await consultation(service), await consultation(service)
    before = vocabularies.at_hand(now.visit_id)
    async with service.clinic.database.transaction() as session:
        first = await vocabularies.of_visit(session, now.visit_id)
    await earlier.sign_a_note("Edoxaban 60 mg once a day.")
    async with service.clinic.database.transaction() as session:
        kept = await vocabularies.of_visit(session, now.visit_id)
        clock.advance(KEPT + timedelta(seconds=1))
        again = await vocabularies.of_visit(session, now.visit_id)
    assert before.prompt == first.prompt == kept.prompt == ""
    assert again.prompt == "Edoxaban."
    assert vocabularies.at_hand(now.visit_id) == again

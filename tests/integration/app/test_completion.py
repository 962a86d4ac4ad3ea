"""The transcript is completed from the recording: what is missing is found once, what is known is left alone."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import text

from access import Actor, Role
from app.demo.people import DOCTOR, PATIENT
from app.demo.seed import seed
from app.flows import Writing, segment_closed, utterance_closed
from app.settings import Settings
from app.wiring import Clinic
from clinical_store import ParticipantState, Segment, VisitStatus
from core.ids import new_id
from transcription import Utterance

pytestmark = pytest.mark.integration


@dataclass
class Heard:
    """An archive that hears what the test says; a hand-written `flows.Archive`."""

    found: list[Utterance] = field(default_factory=list)

    async def utterances(self, segment: Segment) -> AsyncIterator[Utterance]:
        for utterance in self.found:
            yield utterance


@dataclass
class Visit:
    clinic: Clinic
    visit_id: UUID
    patient: UUID
    archive: Heard

    @property
    def writing(self) -> Writing:
        nobody = cast("Any", None)  # completion hears nothing itself
        return Writing(
            self.clinic.database, self.clinic.store, nobody, self.archive, "demo", self.clinic.clock
        )

    async def live(self, start: float, end: float) -> None:
        await utterance_closed(
            self.clinic.database, self.clinic.store, self.visit_id, self.patient, said(start, end)
        )

    async def recorded(self, *, closed: bool) -> None:
        store, database = self.clinic.store, self.clinic.database
        async with database.transaction() as session:
            segment = await store.open_segment(
                session,
                visit_id=self.visit_id,
                participant_id=self.patient,
                storage_name="x/y.crf",
                start=0.0,
            )
        if closed:
            await segment_closed(database, store, segment, end=60.0, cleanly=True)

    async def end(self) -> None:
        async with self.clinic.database.transaction() as session:
            await self.clinic.store.set_visit_status(session, self.visit_id, VisitStatus.ENDED)

    async def spans(self) -> list[tuple[float, float]]:
        async with self.clinic.database.transaction() as session:
            return sorted(await self.clinic.store.known_spans(session, self.visit_id, self.patient))

    async def waiting_jobs(self) -> list[str]:
        async with self.clinic.database.transaction() as session:
            rows = await session.execute(
                text("SELECT task_name FROM procrastinate_jobs WHERE status = 'todo'")
            )
            return sorted(rows.scalars())


def said(start: float, end: float) -> Utterance:
    return Utterance(start, end, np.zeros(int((end - start) * 16_000), np.float32))


@pytest.fixture
async def visit(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Visit]:
    """Patient and doctor in a running visit, both with consent to transcription since its first second."""
    given = {"database_url": database_url, "redis_url": redis_url, "data_dir": tmp_path, "demo": True}
    settings = Settings().model_copy(update=given)
    await seed(settings)
    clinic = Clinic(settings)
    store = clinic.store
    async with clinic.database.transaction() as session:
        doctor, patient = [
            await clinic.access.account_with_email(session, p.email) for p in (DOCTOR, PATIENT)
        ]
        assert doctor
        assert patient
        record = await clinic.care.own_record(session, patient.id)
        assert record
        now = clinic.clock.now()
        later = now + timedelta(minutes=20)
        made = await store.create_visit(
            session, patient_id=record, doctor_account_id=doctor.id, starts_at=now, ends_at=later, reason=None
        )
        await clinic.care.grant(session, doctor.id, record, made.id)
        seats = {}
        for account in (doctor, patient):
            actor = Actor.of(account, new_id())
            seat = await store.join_visit(session, actor, made.id)
            await store.set_participant_state(session, seat.id, ParticipantState.ADMITTED)
            await store.set_consent(session, actor, seat.id, "transcribe", True, "1")
            seats[account.role] = seat.id
        await store.set_visit_status(session, made.id, VisitStatus.IN_PROGRESS)
        await store.start_media(session, made.id, clinic.clock.now())
    yield Visit(clinic, made.id, seats[Role.PATIENT], Heard())
    clinic.access.close()
    await clinic.close()


async def test_what_was_missed_is_found_once_and_what_is_known_is_left(visit: Visit) -> None:
    await visit.live(10.0, 12.0)
    await visit.recorded(closed=True)
    await visit.end()
    visit.archive.found = [said(10.05, 12.1), said(20.0, 22.0)]
    for _ in range(2):
        await visit.writing.complete_transcript(str(visit.visit_id))
    assert await visit.spans() == [(10.0, 12.0), (20.0, 22.0)]


async def test_a_piece_that_closes_in_the_call_starts_no_completion(visit: Visit) -> None:
    """The live finder still listens to the sentence at the piece's end."""
    await visit.recorded(closed=True)
    assert "complete_transcript" not in await visit.waiting_jobs()


async def test_while_the_recorder_still_writes_completion_comes_again(visit: Visit) -> None:
    await visit.recorded(closed=False)
    await visit.end()
    await visit.writing.complete_transcript(str(visit.visit_id))
    assert "complete_transcript" in await visit.waiting_jobs()


async def test_nothing_is_heard_again_where_somebody_withdrew(visit: Visit) -> None:
    clinic = visit.clinic
    async with clinic.database.transaction() as session:
        account = await clinic.access.account_with_email(session, PATIENT.email)
        assert account
        actor = Actor.of(account, new_id())
        await clinic.store.set_consent(session, actor, visit.patient, "transcribe", False, "1")
    await visit.recorded(closed=True)
    await visit.end()
    visit.archive.found = [said(20.0, 22.0)]
    await visit.writing.complete_transcript(str(visit.visit_id))
    assert await visit.spans() == []

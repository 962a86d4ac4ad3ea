"""What did not succeed, over HTTP: the visit's doctor and an administrator have it tried again, nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.flows import SPEECH_QUEUE, TRANSCRIBE
from clinical_store import VisitStatus
from core.jobs import enqueue, hold_queue
from tests.integration.app.service import Caller, Service

pytestmark = pytest.mark.integration


@dataclass
class Troubled:
    """A visit with an utterance that could not be written down: its job was given up."""

    service: Service
    doctor: Caller
    patient: Caller
    visit_id: UUID
    utterance_id: UUID
    job_id: int

    @property
    def retry(self) -> str:
        return f"/api/visits/{self.visit_id}/transcript/retry"

    async def line(self) -> Any:
        transcript = await self.doctor.get(f"/api/visits/{self.visit_id}/transcript")
        return transcript["utterances"][0]

    async def statuses(self) -> list[str]:
        async with self.service.clinic.database.transaction() as session:
            rows = await session.execute(
                text("SELECT status::text FROM procrastinate_jobs WHERE task_name = :task ORDER BY id"),
                {"task": TRANSCRIBE},
            )
            return list(rows.scalars())


@pytest.fixture
async def troubled(service: Service) -> Troubled:
    doctor, patient, visit_id = await service.consult()
    clinic, store = service.clinic, service.clinic.store
    async with doctor.room(visit_id):
        pass  # the doctor has a place in the visit now
    async with clinic.database.transaction() as session:
        (place,) = await store.participants(session, visit_id)
        said = await store.add_utterance(
            session, visit_id=visit_id, participant_id=place.id, start=1.0, end=2.0, audio=b"\0" * 320
        )
        assert said
        job_id = await enqueue(session, TRANSCRIBE, queue=SPEECH_QUEUE, utterance_id=str(said.id))
        await hold_queue(session, SPEECH_QUEUE, "model_corrupt")
        await session.execute(
            text("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = :id"), {"id": job_id}
        )
        await store.set_problem(session, said.id, "model_corrupt")
    return Troubled(service, doctor, patient, visit_id, said.id, job_id)


async def test_the_visits_doctor_has_it_tried_again_once(troubled: Troubled) -> None:
    assert (await troubled.line())["problem"] == "model_corrupt"
    for _ in range(2):
        await troubled.doctor.post(troubled.retry, {})
    line = await troubled.line()
    assert (line["problem"], line["state"]) == (None, "pending")
    assert await troubled.statuses() == ["todo"]


async def test_an_utterance_whose_job_is_gone_gets_a_new_one(troubled: Troubled) -> None:
    async with troubled.service.clinic.database.transaction() as session:
        await session.execute(text("DELETE FROM procrastinate_jobs"))
    for _ in range(2):
        await troubled.doctor.post(troubled.retry, {})
    assert await troubled.statuses() == ["todo"]


async def test_the_final_pass_is_tried_again_with_it(troubled: Troubled) -> None:
    clinic = troubled.service.clinic
    async with clinic.database.transaction() as session:
        await clinic.store.set_visit_status(session, troubled.visit_id, VisitStatus.ENDED)
        await clinic.store.begin_final_pass(session, troubled.visit_id, "large")
    await troubled.doctor.post(troubled.retry, {})
    async with clinic.database.transaction() as session:
        waiting = text(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'final_pass' AND status = 'todo'"
        )
        assert await session.scalar(waiting) == 1


async def test_nobody_else_tries_it_again(troubled: Troubled) -> None:
    assert await troubled.patient.refused("POST", troubled.retry, json={}) == (403, "forbidden")
    other = await troubled.service.sign_in("simulated-doctor@demo.clinic")
    assert (await other.refused("POST", troubled.retry, json={}))[0] == 403
    for caller in (troubled.doctor, troubled.patient):
        assert await caller.refused("GET", "/api/clinic/jobs") == (403, "forbidden")
        retry = f"/api/clinic/jobs/{troubled.job_id}/retry"
        assert await caller.refused("POST", retry, json={}) == (403, "forbidden")
    assert await troubled.statuses() == ["failed"]


async def test_the_administrator_sees_ids_and_codes_and_has_a_job_tried_again(troubled: Troubled) -> None:
    administrator = await troubled.service.sign_in("admin@demo.clinic")
    (job,) = await administrator.get("/api/clinic/jobs")
    assert job.pop("since") is not None
    assert job == {
        "id": troubled.job_id,
        "task": "transcribe_utterance",
        "queue": "speech",
        "state": "given_up",
        "attempts": 0,
        "code": "model_corrupt",
        "subject": "utterance",
        "subject_id": str(troubled.utterance_id),
    }
    await administrator.post(f"/api/clinic/jobs/{troubled.job_id}/retry", {})
    assert await troubled.statuses() == ["todo"]
    assert await administrator.refused("POST", "/api/clinic/jobs/999999/retry", json={}) == (
        404,
        "job_not_found",
    )
    async with troubled.service.clinic.database.transaction() as session:
        audited = text(
            "SELECT subject_id FROM audit_event WHERE action = 'clinic:jobs:retry' AND outcome = 'allowed'"
        )
        assert (await session.execute(audited)).scalars().all() == [troubled.utterance_id]

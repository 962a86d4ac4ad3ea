"""Work that did not succeed, over HTTP: a doctor has a visit's transcript tried again, an administrator any job."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

import audit
from access import Permission, actor_of
from app.flows import SPEECH_QUEUE, TRANSCRIBE
from app.later import FINAL_PASS, final_pass_later
from clinical_store import ClinicalStore
from clinical_store.errors import NotYourVisit, VisitNotFound
from core.errors import Forbidden, NotFound
from core.http import Call, route
from core.jobs import Ids, TroubledJob, enqueue, troubled_jobs, try_again_about, try_job_again

MOST_SHOWN = 200

Subject = Literal["utterance", "visit", "composition"]
_SUBJECTS: tuple[Subject, ...] = ("utterance", "visit", "composition")


class JobNotFound(NotFound):
    code = "job_not_found"
    title = "This job does not exist any more"
    next_step = "Reload the list: it may have been done meanwhile."


class ClinicJob(BaseModel):
    """A background job whose last attempt did not succeed; ids and codes, no word about a person.

    `state`: `given_up` until somebody has it tried again, or `waiting` for its next attempt. `code`: the stable code
    of what it met, null where nobody noted it. `subject`: what the job is about.
    """

    model_config = ConfigDict(frozen=True)

    id: int
    task: str
    queue: str
    state: Literal["given_up", "waiting"]
    attempts: int
    code: str | None
    since: datetime | None
    subject: Subject | None
    subject_id: UUID | None


class JobsHttp:
    """/api/visits/{visit_id}/transcript/retry and /api/clinic/jobs"""

    def __init__(self, store: ClinicalStore) -> None:
        self._store = store

    @route(
        "POST", "/api/visits/{visit_id}/transcript/retry",
        permission=Permission.TRANSCRIPT_CORRECT, errors=(VisitNotFound, Forbidden, NotYourVisit),
        summary="Try again to write down what could not be, and to hear the recording a second time",
    )  # fmt: skip
    async def retry_transcript(self, call: Call[None, None]) -> None:
        visit_id = call.path_id("visit_id")
        waiting = await self._store.try_transcript_again(call.session, actor_of(call), visit_id)
        ids = [str(utterance_id) for utterance_id in waiting]
        known = await try_again_about(call.session, TRANSCRIBE, "utterance_id", ids)
        for utterance_id in ids:
            if utterance_id not in known:  # its job is gone, its audio is not
                await enqueue(call.session, TRANSCRIBE, queue=SPEECH_QUEUE, utterance_id=utterance_id)
        if await self._store.final_pass_wanted(call.session, visit_id):
            await try_again_about(call.session, FINAL_PASS, "visit_id", [str(visit_id)])
            await final_pass_later(call.session, visit_id)

    @route(
        "GET", "/api/clinic/jobs",
        permission=Permission.CLINIC_JOBS, summary="Background jobs that did not succeed, given-up ones first",
        response=list[ClinicJob],
    )  # fmt: skip
    async def jobs(self, call: Call[None, None]) -> list[ClinicJob]:
        return [_view(job) for job in await troubled_jobs(call.session, MOST_SHOWN)]

    @route(
        "POST", "/api/clinic/jobs/{job_id}/retry",
        permission=Permission.CLINIC_JOBS, summary="Try a job again now", errors=(JobNotFound,),
    )  # fmt: skip
    async def retry_job(self, call: Call[None, None]) -> None:
        ids = await try_job_again(call.session, call.path_number("job_id"))
        if ids is None:
            raise JobNotFound
        if (subject := subject_of(ids)) is not None:
            await audit.record(call.session, _retried(actor_of(call).account_id, *subject))


def subject_of(ids: Ids) -> tuple[Subject, UUID] | None:
    """What the job is about, from its args."""
    for subject in _SUBJECTS:
        if (known := ids.get(f"{subject}_id")) is not None:
            return subject, UUID(str(known))
    return None


def _view(job: TroubledJob) -> ClinicJob:
    subject, subject_id = subject_of(job.ids) or (None, None)
    return ClinicJob(
        id=job.job_id,
        task=job.task,
        queue=job.queue,
        state=job.state,
        attempts=job.attempts,
        code=job.code,
        since=job.since,
        subject=subject,
        subject_id=subject_id,
    )


def _retried(account_id: UUID, subject: Subject, subject_id: UUID) -> audit.AuditEvent:
    return audit.AuditEvent(
        actor_id=account_id,
        action=Permission.CLINIC_JOBS.value,
        subject_kind=subject,
        subject_id=subject_id,
        patient_id=None,
        outcome="allowed",
    )

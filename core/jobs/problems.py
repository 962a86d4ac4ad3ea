"""Why a job has not succeeded yet: the code of its last attempt, for whoever looks after the clinic's machines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import psycopg
from sqlalchemy import BigInteger, DateTime, Text, func, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from core.jobs.connector import DeadlineConnector
from core.jobs.task import Ids

TroubledState = Literal["given_up", "waiting"]


class JobProblemRow(Base):
    """Of a job that is gone the row means nothing, and is swept away (`forget_problems`)."""

    __tablename__ = "job_problem"

    job_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


@dataclass(frozen=True, slots=True)
class TroubledJob:
    """A job that did not succeed at its last attempt.

    Attributes:
        state: ``given_up``, or ``waiting`` for the next attempt.
        attempts: how often it was tried; attempts at which it was held are not counted.
        code: what the last attempt met, or None where nobody noted it.
        since: when that was.
        ids: the job's args.
    """

    job_id: int
    task: str
    queue: str
    state: TroubledState
    attempts: int
    code: str | None
    since: datetime | None
    ids: Ids


_NOTE = """
INSERT INTO job_problem (job_id, code) VALUES (%(job_id)s, %(code)s)
ON CONFLICT (job_id) DO UPDATE SET code = excluded.code, at = now()"""
# procrastinate counts an attempt when the job goes back to the queue.
_NO_ATTEMPT = (
    "UPDATE procrastinate_jobs SET attempts = attempts - 1 WHERE id = %(job_id)s AND status = 'doing'"
)
_HOLD = text(
    """INSERT INTO job_problem (job_id, code)
       SELECT id, :code FROM procrastinate_jobs WHERE queue_name = :queue AND status = 'todo'
       ON CONFLICT (job_id) DO UPDATE SET code = excluded.code WHERE job_problem.code <> excluded.code"""
)
_WORKED_ON = text(
    """SELECT EXISTS (
         SELECT FROM procrastinate_jobs job JOIN procrastinate_workers worker ON worker.id = job.worker_id
         WHERE job.queue_name = :queue AND job.status = 'doing'
           AND worker.last_heartbeat >= now() - make_interval(secs => 8))"""  # as long as a worker counts as alive
)
_TROUBLED = text(
    """SELECT job.id, job.task_name, job.queue_name,
              CASE WHEN job.status IN ('failed', 'aborted') THEN 'given_up' ELSE 'waiting' END,
              greatest(job.attempts, 0), problem.code, problem.at, job.args
       FROM procrastinate_jobs job LEFT JOIN job_problem problem ON problem.job_id = job.id
       WHERE job.status IN ('failed', 'aborted') OR (job.status IN ('todo', 'doing') AND problem.job_id IS NOT NULL)
       ORDER BY job.status IN ('failed', 'aborted') DESC, job.id LIMIT :limit"""
)
_FORGET = text(
    "DELETE FROM job_problem WHERE NOT EXISTS (SELECT FROM procrastinate_jobs job WHERE job.id = job_id)"
)
_AT_ONCE = text("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE id = :id AND status = 'todo'")
_STATUS = text("SELECT status::text, args FROM procrastinate_jobs WHERE id = :id FOR UPDATE")
_ABOUT = text(
    """SELECT args ->> CAST(:name AS text), id, status = 'failed' FROM procrastinate_jobs
       WHERE task_name = :task AND args ->> CAST(:name AS text) = ANY(CAST(:values AS text[]))
         AND status IN ('todo', 'doing', 'failed') ORDER BY id"""
)
_RETRY = text("SELECT procrastinate_retry_job_v2(:id, now(), NULL, NULL, NULL)")
_SUPERSEDED = text("DELETE FROM procrastinate_jobs WHERE id = :id AND status = 'failed'")


async def note_problem(connector: DeadlineConnector, job_id: int, code: str, *, held: bool) -> None:
    """System use (worker): the attempt under way did not succeed. One that was held is not counted."""
    await connector.within(_note(connector, job_id, code, held))


async def _note(connector: DeadlineConnector, job_id: int, code: str, held: bool) -> None:
    async with connector.connections.connection() as connection:
        await note_on(connection, job_id, code)
        if held:
            await connection.execute(_NO_ATTEMPT, {"job_id": job_id})


async def note_on(connection: psycopg.AsyncConnection[Any], job_id: int, code: str) -> None:
    """The same on a connection that is open already, without a hold."""
    await connection.execute(_NOTE, {"job_id": job_id, "code": code})


async def hold_queue(session: AsyncSession, queue: str, code: str) -> bool:
    """Note of every job that waits in `queue` what it waits for. Jobs and attempts stay as they are.

    False, and nothing is noted, while another worker has a job of this queue in work: it is not what is waited for.
    """
    if await session.scalar(_WORKED_ON, {"queue": queue}):
        return False
    await session.execute(_HOLD, {"queue": queue, "code": code})
    return True


async def troubled_jobs(session: AsyncSession, limit: int = 100) -> list[TroubledJob]:
    """What was given up, oldest first, then what waits after an attempt that did not succeed."""
    rows = await session.execute(_TROUBLED, {"limit": limit})
    return [TroubledJob(*row) for row in rows]


async def try_job_again(session: AsyncSession, job_id: int) -> Ids | None:
    """Queue a given-up job once more, or end the pause of a waiting one. Its args; None: there is no such job."""
    found = (await session.execute(_STATUS, {"id": job_id})).one_or_none()
    if found is None:
        return None
    status, ids = found
    if status == "failed":
        await _queue_again(session, job_id)
    elif status == "todo":
        await session.execute(_AT_ONCE, {"id": job_id})
    return dict(ids)


async def try_again_about(session: AsyncSession, task: str, name: str, values: Sequence[str]) -> set[str]:
    """Try the jobs of `task` again whose arg `name` is one of `values`. Returns the values that have a job.

    Of a value whose job waits or runs already nothing more is queued: a given-up twin stays given up.
    """
    rows = (await session.execute(_ABOUT, {"task": task, "name": name, "values": list(values)})).all()
    alive = {value for value, _, given_up in rows if not given_up}
    for value, job_id, given_up in rows:
        if not given_up or value not in alive:
            await try_job_again(session, job_id)
            alive.add(value)
    return alive


async def forget_problems(session: AsyncSession) -> None:
    """Housekeeping: rows of jobs that are gone."""
    await session.execute(_FORGET)


async def _queue_again(session: AsyncSession, job_id: int) -> None:
    """Where a newer one waits under its queueing lock, that one does the work."""
    try:
        async with session.begin_nested():
            await session.execute(_RETRY, {"id": job_id})
    except IntegrityError:
        await session.execute(_SUPERSEDED, {"id": job_id})

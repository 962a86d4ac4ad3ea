"""Enqueue inside the caller's SQLAlchemy transaction, through procrastinate's own SQL function."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Unavailable

_DEFER = text(
    """SELECT unnest(procrastinate_defer_jobs_v1(ARRAY[ROW(
         CAST(:queue AS varchar), CAST(:task AS varchar), 0, CAST(:lock AS text), CAST(:queueing_lock AS
         text), CAST(:args AS jsonb), CAST(:at AS timestamptz))]::procrastinate_job_to_defer_v1[]))
         """
)
# FOR KEY SHARE: the worker's fetch (FOR UPDATE SKIP LOCKED) passes the job over until our transaction ends,
# so the run that we rely on cannot start before it can see what we are writing. Enqueuers do not block one
# another.
_QUEUED = text(
    "SELECT id FROM procrastinate_jobs WHERE queueing_lock = :queueing_lock AND status = 'todo' FOR KEY SHARE"
)
_WAKE = text(
    """SELECT pg_notify('procrastinate_queue_v1#' || :queue, :payload),
              pg_notify('procrastinate_any_queue_v1', :payload)"""
)
_FAILED = text(
    """SELECT id, task_name, queue_name, attempts FROM procrastinate_jobs
       WHERE status IN ('failed', 'aborted') ORDER BY id LIMIT :limit"""
)


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that was given up: somebody has to look at it."""

    job_id: int
    task: str
    queue: str
    attempts: int


async def enqueue(
    session: AsyncSession,
    task: str,
    *,
    queue: str = "default",
    lock: str | None = None,
    queueing_lock: str | None = None,
    at: datetime | None = None,
    **args: str | int,
) -> int:
    """Queue `task` when this transaction commits; returns the job's id.

    `args` are ids, handed to the handler by name. Jobs with one `lock` run one after the other. With
    `queueing_lock`, a job that already waits under that name is used instead of a second one. `at`: not
    before.
    """
    job: dict[str, object] = {
        "queue": queue,
        "task": task,
        "lock": lock,
        "queueing_lock": queueing_lock,
        "at": at,
    }
    row = {**job, "args": json.dumps(args)}
    if queueing_lock is None:
        return int((await session.execute(_DEFER, row)).scalar_one())
    for _ in range(5):
        waiting = await _waiting(session, queue, queueing_lock)
        created = waiting or await _insert_once(session, row)
        if created is not None:
            return created
    raise Unavailable(retry_after=1)


async def failed_jobs(session: AsyncSession, limit: int = 100) -> list[FailedJob]:
    """The jobs that were given up, oldest first."""
    rows = await session.execute(_FAILED, {"limit": limit})
    return [FailedJob(*row) for row in rows]


async def _waiting(session: AsyncSession, queue: str, queueing_lock: str) -> int | None:
    found: int | None = (await session.execute(_QUEUED, {"queueing_lock": queueing_lock})).scalar()
    if found is not None:
        payload = json.dumps({"type": "job_inserted", "job_id": found})
        await session.execute(_WAKE, {"queue": queue, "payload": payload})
    return found


async def _insert_once(session: AsyncSession, row: dict[str, object]) -> int | None:
    """None when another transaction queued the same lock between our look and our insert."""
    try:
        async with session.begin_nested():
            return int((await session.execute(_DEFER, row)).scalar_one())
    except IntegrityError:
        return None

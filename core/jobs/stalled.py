"""Jobs whose worker died: tried again while they have attempts left, given up where every one killed its
worker.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg

from core.jobs.connector import SUPERSEDED, DeadlineConnector
from core.jobs.problems import note_on
from core.jobs.task import WORKER_LOST, Ids, Task
from core.telemetry import get_logger

_DEFAULT_RETRIES = 5
# FOR UPDATE … SKIP LOCKED: many workers sweep at once, each stalled job is taken by one of them, and only
# while it still is stalled.
_STALLED = """
SELECT job.id, job.task_name, job.attempts, job.args FROM procrastinate_jobs job
 WHERE job.status = 'doing' AND job.queue_name = ANY(%s) AND NOT EXISTS (
   SELECT 1 FROM procrastinate_workers worker
    WHERE worker.id = job.worker_id AND worker.last_heartbeat >= now() - make_interval(secs => %s))
 ORDER BY job.id LIMIT 100 FOR UPDATE OF job SKIP LOCKED"""
_AGAIN = "SELECT procrastinate_retry_job_v2(%(job_id)s, now(), NULL, NULL, NULL)"
_GIVE_UP = "SELECT procrastinate_finish_job_v1(%(job_id)s, 'failed', false)"
_log = get_logger()


async def bring_back_stalled(
    connector: DeadlineConnector, tasks: Mapping[str, Task], queues: Sequence[str], seconds: float
) -> None:
    """Take every job of `queues` whose worker has been silent for `seconds`; a crash counts as an attempt.

    Jobs of other queues are left to workers that know how much their tasks may take.
    """
    await connector.within(_bring_back(connector, tasks, queues, seconds))


async def _bring_back(
    connector: DeadlineConnector, tasks: Mapping[str, Task], queues: Sequence[str], seconds: float
) -> None:
    async with connector.connections.connection() as connection:
        found = await (await connection.execute(_STALLED, (list(queues), seconds))).fetchall()
        for job_id, name, attempts, ids in found:
            task = tasks.get(name)
            again = attempts < _most_crashes(task)
            if not again and task is not None:
                await tell_given_up(task, ids, WORKER_LOST)
            outcome = await _settle(connection, job_id, again=again)
            _log.warning("job.stalled", job_id=job_id, task=name, attempts=attempts + 1, outcome=outcome)


def _most_crashes(task: Task | None) -> int:
    if task is None:  # another kind of worker's
        return _DEFAULT_RETRIES
    return task.retries if task.crashes is None else task.crashes


async def tell_given_up(task: Task, ids: Ids, code: str) -> None:
    """Told before the job becomes 'failed': a worker killed in between tells it once more, never not at all."""
    if task.on_given_up is None:
        return
    try:
        await task.on_given_up(ids, code)
    except Exception as error:  # a job that cannot be given up in words is given up all the same
        _log.warning("job.untold", task=task.name, exc_info=error)


async def _settle(connection: psycopg.AsyncConnection[Any], job_id: int, *, again: bool) -> str:
    """Queue the job again or give it up; remove it where a newer one waits under its queueing lock."""
    await note_on(connection, job_id, WORKER_LOST)
    if not again:
        await connection.execute(_GIVE_UP, {"job_id": job_id})
        return "failed"
    try:
        async with connection.transaction():
            await connection.execute(_AGAIN, {"job_id": job_id})
    except psycopg.errors.UniqueViolation:
        await connection.execute(SUPERSEDED, {"job_id": job_id})
        return "superseded"
    return "again"

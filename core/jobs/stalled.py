"""Jobs whose worker died: tried again while they have attempts left, given up where every one killed its worker."""

from collections.abc import Mapping

from core.jobs.connector import DeadlineConnector
from core.telemetry import get_logger

_DEFAULT_RETRIES = 5
# FOR UPDATE … SKIP LOCKED: many workers sweep at once, each stalled job is taken by one of them, and only while it
# still is stalled.
_STALLED = """
SELECT job.id, job.task_name, job.attempts FROM procrastinate_jobs job
 WHERE job.status = 'doing' AND NOT EXISTS (
   SELECT 1 FROM procrastinate_workers worker
    WHERE worker.id = job.worker_id AND worker.last_heartbeat >= now() - make_interval(secs => %s))
 ORDER BY job.id LIMIT 100 FOR UPDATE OF job SKIP LOCKED"""
_AGAIN = "SELECT procrastinate_retry_job_v2(%s, now(), NULL, NULL, NULL)"
_GIVE_UP = "SELECT procrastinate_finish_job_v1(%s, 'failed', false)"
_log = get_logger()


async def bring_back_stalled(connector: DeadlineConnector, retries: Mapping[str, int], seconds: float) -> None:
    """Take every job whose worker has been silent for `seconds`; a crash counts as an attempt."""
    await connector.within(_bring_back(connector, retries, seconds))


async def _bring_back(connector: DeadlineConnector, retries: Mapping[str, int], seconds: float) -> None:
    async with connector.connections.connection() as connection:
        found = await (await connection.execute(_STALLED, (seconds,))).fetchall()
        for job_id, task, attempts in found:
            again = attempts < retries.get(task, _DEFAULT_RETRIES)
            await connection.execute(_AGAIN if again else _GIVE_UP, (job_id,))
            _log.warning("job.stalled", job_id=job_id, task=task, attempts=attempts + 1, outcome="again" if again else "failed")

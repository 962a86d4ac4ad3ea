"""Background jobs on procrastinate: enqueued in the transaction that needs them, run by any number of
workers.

A job holds ids only. A killed worker's job is tried again within seconds; a job that failed or crashed its
worker `Task.retries` times stays in procrastinate_jobs with status 'failed', where `failed_jobs` shows it.
Handlers run at least once: they must be able to run twice.
"""

from core.jobs.enqueue import FailedJob, enqueue, failed_jobs, retry_failed
from core.jobs.worker import Task, WorkerStuck, run_worker

__all__ = ["FailedJob", "Task", "WorkerStuck", "enqueue", "failed_jobs", "retry_failed", "run_worker"]

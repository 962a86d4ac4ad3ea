"""Background jobs on procrastinate: enqueued in the transaction that needs them, run by any number of
workers.

A job holds ids only. A killed worker's job is tried again within seconds; a job that failed or crashed its
worker `Task.retries` times stays in procrastinate_jobs with status 'failed', where `troubled_jobs` shows it with
the code of what it met. A handler that lacks what it needs raises `Held`: the job waits at no cost.
Handlers run at least once: they must be able to run twice.
"""

from core.jobs.enqueue import FailedJob, enqueue, failed_jobs
from core.jobs.problems import (
    TroubledJob,
    forget_problems,
    hold_queue,
    troubled_jobs,
    try_again_about,
    try_job_again,
)
from core.jobs.task import Held, Ids, Task
from core.jobs.worker import WorkerStuck, run_worker

__all__ = [
    "FailedJob",
    "Held",
    "Ids",
    "Task",
    "TroubledJob",
    "WorkerStuck",
    "enqueue",
    "failed_jobs",
    "forget_problems",
    "hold_queue",
    "run_worker",
    "troubled_jobs",
    "try_again_about",
    "try_job_again",
]

"""`consultroom jobs`: background work that did not succeed and why, and another try for what was given up."""

from __future__ import annotations

from app.settings import Settings
from app.wiring import Clinic
from app.work import try_again
from core.jobs import TroubledJob, troubled_jobs


async def run(*, retry: bool) -> int:
    """Prints one line a job. Job arguments are ids and stay in the database."""
    clinic = Clinic(Settings())
    try:
        async with clinic.database.transaction() as session:
            troubled = await troubled_jobs(session)
            queued = await try_again(session) if retry else 0
    finally:
        await clinic.close()
    for job in troubled:
        print(line_of(job))
    given_up = sum(job.state == "given_up" for job in troubled)
    print(f"{given_up} given up, {len(troubled) - given_up} waiting, {queued} queued once more.")
    return 0


def line_of(job: TroubledJob) -> str:
    """Ids, states and codes only."""
    state = "given up" if job.state == "given_up" else "waits"
    return f"{job.job_id}  {job.task}  {state}  {job.code or '-'}  tried {job.attempts} times"

"""`consultroom jobs`: background work that was given up, and another try for it."""

from __future__ import annotations

from app.settings import Settings
from app.wiring import Clinic
from app.work import try_again
from core.jobs import failed_jobs


async def run(*, retry: bool) -> int:
    """Prints one line a job. Job arguments are ids and stay in the database."""
    clinic = Clinic(Settings())
    try:
        async with clinic.database.transaction() as session:
            given_up = await failed_jobs(session)
            queued = await try_again(session) if retry else 0
    finally:
        await clinic.close()
    for job in given_up:
        print(f"{job.job_id}  {job.task}  tried {job.attempts} times")
    print(f"{len(given_up)} given up, {queued} queued once more.")
    return 0

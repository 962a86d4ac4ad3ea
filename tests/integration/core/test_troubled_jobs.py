"""Jobs that do not succeed: held at no cost, given up with a word to whom it concerns, tried again when asked."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from core.database import Database
from core.errors import Unavailable
from core.jobs import (
    Held,
    Ids,
    Task,
    TroubledJob,
    enqueue,
    forget_problems,
    hold_queue,
    run_worker,
    troubled_jobs,
    try_again_about,
    try_job_again,
)

pytestmark = pytest.mark.integration


class Attempts:
    """A handler that raises what it is given, one after the other, and then succeeds."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0
        self.told: list[tuple[Ids, str]] = []
        self.done = asyncio.Event()

    async def __call__(self, visit: str) -> None:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        self.done.set()

    async def given_up(self, ids: Ids, code: str) -> None:
        self.told.append((ids, code))

    def task(self, retries: int = 0) -> Task:
        return Task("note", self, retries=retries, on_given_up=self.given_up)


@asynccontextmanager
async def working(url: str, *tasks: Task) -> AsyncIterator[None]:
    stop = asyncio.Event()
    worker = asyncio.create_task(run_worker(url, tasks, ["default"], stop, grace_seconds=2.0))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(worker, 30)


async def until(check: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not await check():
            await asyncio.sleep(0.05)  # a worker on its own connections


async def queue_one(database: Database, visit: str = "a", lock: str | None = None) -> int:
    async with database.transaction() as session:
        return await enqueue(session, "note", queueing_lock=lock, visit=visit)


async def troubled(database: Database) -> list[TroubledJob]:
    async with database.transaction() as session:
        return await troubled_jobs(session)


async def test_what_is_held_waits_without_losing_an_attempt(database: Database) -> None:
    seen = Attempts(Held("model_missing", 0), Held("model_missing", 0), Held("model_missing", 0))
    await queue_one(database)
    async with working(database.url, seen.task(retries=0)):
        await asyncio.wait_for(seen.done.wait(), 30)
    assert (seen.calls, seen.told) == (4, [])


async def test_what_is_held_says_what_it_waits_for(database: Database) -> None:
    seen = Attempts(Held("model_missing", 3600))
    job_id = await queue_one(database)
    async with working(database.url, seen.task(retries=0)):

        async def noted() -> bool:
            return [job.state for job in await troubled(database)] == ["waiting"]

        await until(noted)
        (job,) = await troubled(database)
        assert (job.job_id, job.task, job.queue, job.attempts) == (job_id, "note", "default", 0)
        assert (job.code, job.ids) == ("model_missing", {"visit": "a"})
        async with database.transaction() as session:
            assert await try_job_again(session, job_id)  # its pause ends
        await asyncio.wait_for(seen.done.wait(), 30)


async def test_what_is_given_up_is_told_with_its_code(database: Database) -> None:
    seen = Attempts(Unavailable(), RuntimeError("words that nobody may read"), Unavailable())
    job_id = await queue_one(database)

    async def given_up() -> bool:
        return [job.state for job in await troubled(database)] == ["given_up"]

    async with working(database.url, seen.task(retries=1)):
        await until(given_up)
        assert seen.told == [({"visit": "a"}, "job_failed")]
        (job,) = await troubled(database)
        assert (job.code, job.attempts) == ("job_failed", 2)
        async with database.transaction() as session:
            assert await try_job_again(session, job_id)
        await until(lambda: told_twice(seen))  # out of attempts: one more try, and given up again
    assert seen.told[1] == ({"visit": "a"}, "unavailable")


async def told_twice(seen: Attempts) -> bool:
    return len(seen.told) == 2


async def test_workers_that_die_are_counted_on_their_own(database: Database) -> None:
    seen = Attempts()
    await queue_one(database)
    async with database.transaction() as session:  # as five killed workers leave it
        await session.execute(text("UPDATE procrastinate_jobs SET status = 'doing', attempts = 5"))
    patient = Task("note", seen, retries=1, on_given_up=seen.given_up, crashes=6)
    async with working(database.url, patient):
        await asyncio.wait_for(seen.done.wait(), 30)
    assert seen.told == []


async def test_a_worker_of_another_queue_leaves_the_stalled_job_alone(database: Database) -> None:
    """It does not know how much that kind of job may take."""
    seen = Attempts()
    await queue_one(database)
    async with database.transaction() as session:
        stalled = "UPDATE procrastinate_jobs SET status = 'doing', queue_name = 'elsewhere', attempts = 9"
        await session.execute(text(stalled))
        await enqueue(session, "note", visit="b")
    async with working(database.url, seen.task()):
        await asyncio.wait_for(seen.done.wait(), 30)
    async with database.transaction() as session:
        left = (await session.execute(text("SELECT status::text, attempts FROM procrastinate_jobs"))).all()
    assert [tuple(row) for row in left] == [("doing", 9)]


async def test_jobs_about_a_thing_are_tried_again_once_each(database: Database) -> None:
    first, twin, other = [await queue_one(database, visit) for visit in ("a", "a", "b")]
    async with database.transaction() as session:
        await session.execute(text("UPDATE procrastinate_jobs SET status = 'failed'"))
        assert await try_again_about(session, "note", "visit", ["a", "c"]) == {"a"}
        assert await try_again_about(session, "other", "visit", ["a"]) == set()
        rows = await session.execute(text("SELECT id, status::text FROM procrastinate_jobs ORDER BY id"))
        assert [tuple(row) for row in rows] == [(first, "todo"), (twin, "failed"), (other, "failed")]
        assert await try_again_about(session, "note", "visit", ["a"]) == {"a"}
        waiting = await session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'"))
    assert waiting == 1


async def test_a_given_up_job_gives_way_to_the_one_that_waits_under_its_lock(database: Database) -> None:
    old = await queue_one(database, lock="visit-a")
    async with database.transaction() as session:
        await session.execute(text("UPDATE procrastinate_jobs SET status = 'failed'"))
    new = await queue_one(database, lock="visit-a")
    async with database.transaction() as session:
        assert await try_job_again(session, old)
        assert not await try_job_again(session, old)
        assert (await session.execute(text("SELECT id FROM procrastinate_jobs"))).scalars().all() == [new]


async def test_a_queue_that_is_held_shows_its_jobs_and_forgets_those_that_are_gone(
    database: Database,
) -> None:
    job_id = await queue_one(database)
    async with database.transaction() as session:
        assert await troubled_jobs(session) == []
        await hold_queue(session, "default", "model_missing")
        await hold_queue(session, "default", "model_corrupt")
        (job,) = await troubled_jobs(session)
        assert (job.job_id, job.state, job.code) == (job_id, "waiting", "model_corrupt")
        await forget_problems(session)
        assert len(await troubled_jobs(session)) == 1
        await session.execute(text("DELETE FROM procrastinate_jobs"))
        await forget_problems(session)
        assert await session.scalar(text("SELECT count(*) FROM job_problem")) == 0

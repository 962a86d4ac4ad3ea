"""Jobs on a real PostgreSQL: in the transaction, retried, brought back after kill -9, given up at the cap."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from core.database import Database, driver_url
from core.jobs import Task, enqueue, failed_jobs, run_worker, try_job_again

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[3]


class Seen:
    """A handler that notes its calls, and fails the first `failures` times."""

    def __init__(self, failures: int = 0) -> None:
        self.calls: list[int] = []
        self.failures = failures
        self.event = asyncio.Event()

    async def __call__(self, visit: int) -> None:
        self.calls.append(visit)
        if len(self.calls) <= self.failures:
            raise RuntimeError("not yet")
        self.event.set()


@asynccontextmanager
async def working(url: str, *tasks: Task, concurrency: int = 2, grace: float = 2.0) -> AsyncIterator[None]:
    stop = asyncio.Event()
    worker = asyncio.create_task(
        run_worker(url, tasks, ["default"], stop, concurrency, grace_seconds=grace), name="test-worker"
    )
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(worker, 30)


async def until(check: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not await check():
            await asyncio.sleep(0.05)


async def job_rows(database: Database) -> list[tuple[str, int]]:
    async with database.transaction() as session:
        rows = await session.execute(
            text("SELECT status::text, attempts FROM procrastinate_jobs ORDER BY id")
        )
        return [(str(row[0]), int(row[1])) for row in rows]


async def test_a_job_runs_after_its_transaction_commits(database: Database) -> None:
    seen = Seen()
    async with working(database.url, Task("note", seen)):
        async with database.transaction() as session:
            await enqueue(session, "note", visit=7)
        await asyncio.wait_for(seen.event.wait(), 10)
    assert seen.calls == [7]
    assert await job_rows(database) == []


async def test_a_rolled_back_job_was_never_there(database: Database) -> None:
    with contextlib.suppress(KeyError):
        async with database.transaction() as session:
            await enqueue(session, "note", visit=7)
            raise KeyError
    assert await job_rows(database) == []


async def test_a_waiting_job_is_used_again(database: Database) -> None:
    async with database.transaction() as session:
        first = await enqueue(session, "note", queueing_lock="visit-7", visit=7)
        second = await enqueue(session, "note", queueing_lock="visit-7", visit=7)
    async with database.transaction() as session:
        third = await enqueue(session, "note", queueing_lock="visit-7", visit=7)
    assert first == second == third


async def test_two_transactions_queue_one_job(database: Database) -> None:
    async def queue_it() -> int:
        async with database.transaction() as session:
            return await enqueue(session, "note", queueing_lock="visit-7", visit=7)

    assert len(set(await asyncio.gather(*(queue_it() for _ in range(8))))) == 1


async def test_a_waiting_job_does_not_run_before_the_transaction_that_counts_on_it(
    database: Database,
) -> None:
    """Else it would run without seeing what that transaction wrote, and nothing would run afterwards."""
    seen = Seen()
    async with database.transaction() as session:
        await enqueue(session, "note", queueing_lock="visit-7", visit=7)
    async with database.transaction() as session:
        await enqueue(session, "note", queueing_lock="visit-7", visit=7)
        async with working(database.url, Task("note", seen)):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(seen.event.wait(), 1.5)
            await session.commit()
            await asyncio.wait_for(seen.event.wait(), 10)


async def test_a_failed_attempt_is_tried_again(database: Database) -> None:
    seen = Seen(failures=1)
    async with database.transaction() as session:
        await enqueue(session, "note", visit=7)
    async with working(database.url, Task("note", seen)):
        await asyncio.wait_for(seen.event.wait(), 15)
    assert seen.calls == [7, 7]


async def test_a_job_out_of_attempts_stays_visible_and_can_be_queued_again(database: Database) -> None:
    seen = Seen(failures=1)
    async with database.transaction() as session:
        job_id = await enqueue(session, "note", visit=7)

    async def given_up() -> bool:
        async with database.transaction() as session:
            return [job.job_id for job in await failed_jobs(session)] == [job_id]

    async with working(database.url, Task("note", seen, retries=0)):
        await until(given_up)
        async with database.transaction() as session:
            assert await try_job_again(session, job_id)
        await asyncio.wait_for(seen.event.wait(), 10)


async def test_stopping_queues_an_interrupted_job_again(database: Database) -> None:
    started = asyncio.Event()

    async def long(visit: int) -> None:
        started.set()
        await asyncio.sleep(60)

    async with database.transaction() as session:
        await enqueue(session, "long", visit=1)
    async with working(database.url, Task("long", long, retries=0), grace=0.1):
        await asyncio.wait_for(started.wait(), 10)
    assert await job_rows(database) == [("todo", 1)]


KILLED_WORKER = """
import asyncio, sys
from core.jobs import Task, run_worker

async def hang(visit: int) -> None:
    print("started", flush=True)
    await asyncio.sleep(600)

asyncio.run(run_worker(sys.argv[1], [Task("hang", hang, retries=1)], ["default"], asyncio.Event()))
"""


def start_and_kill_worker(url: str) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-c", KILLED_WORKER, url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout is not None
    try:
        assert "started\n" in iter(worker.stdout.readline, "")
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        worker.stdout.close()


async def test_a_killed_workers_job_comes_back_within_seconds(database: Database) -> None:
    seen = Seen()
    async with database.transaction() as session:
        await enqueue(session, "hang", visit=3)
    await asyncio.to_thread(start_and_kill_worker, database.url)
    killed = time.monotonic()
    async with working(database.url, Task("hang", seen, retries=1)):
        await asyncio.wait_for(seen.event.wait(), 20)
    assert time.monotonic() - killed < 15
    assert seen.calls == [3]


async def test_a_failed_job_gives_way_to_a_newer_one_under_its_lock(database: Database) -> None:
    """The unique index on waiting queueing locks forbids its return: it must not stay 'doing' for ever."""
    calls: list[int] = []
    done = asyncio.Event()

    async def note(visit: int) -> None:
        calls.append(visit)
        if visit == 1:
            async with database.transaction() as session:
                await enqueue(session, "note", queueing_lock="visit-7", lock="visit-7", visit=2)
            raise RuntimeError
        done.set()

    async def no_jobs() -> bool:
        return await job_rows(database) == []

    async with database.transaction() as session:
        await enqueue(session, "note", queueing_lock="visit-7", lock="visit-7", visit=1)
    async with working(database.url, Task("note", note)):
        await asyncio.wait_for(done.wait(), 15)
        await until(no_jobs)
    assert calls == [1, 2]


async def test_a_stalled_job_gives_way_to_a_newer_one_under_its_lock(database: Database) -> None:
    seen = Seen()
    async with database.transaction() as session:
        await enqueue(session, "hang", queueing_lock="visit-7", visit=1)
    await asyncio.to_thread(start_and_kill_worker, database.url)
    async with database.transaction() as session:
        await enqueue(session, "hang", queueing_lock="visit-7", lock="visit-7", visit=2)
        # the worker is dead, and the new job must not start before the sweep has met both
        await session.execute(
            text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
        )
        await session.execute(
            text("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '3 s' WHERE status = 'todo'")
        )

    async def no_jobs() -> bool:
        return await job_rows(database) == []

    async with working(database.url, Task("hang", seen, retries=1)):
        await asyncio.wait_for(seen.event.wait(), 20)
        await until(no_jobs)
    assert seen.calls == [2]


async def test_a_job_that_kills_its_workers_is_given_up(database: Database) -> None:
    async with database.transaction() as session:
        await enqueue(session, "hang", visit=3)
    await asyncio.to_thread(start_and_kill_worker, database.url)
    await asyncio.to_thread(start_and_kill_worker, database.url)  # takes over when the first counts as dead

    async def given_up() -> bool:
        return await job_rows(database) == [("failed", 2)]

    async with working(database.url, Task("hang", Seen(), retries=1)):
        await until(given_up)


class FreezingProxy:
    """TCP in front of the server's unix socket; `freeze` leaves every connection half open."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._frozen = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def freeze(self) -> None:
        self._frozen.set()

    def thaw(self) -> None:
        """New connections work again; the old ones stay silent for ever."""
        self._frozen = asyncio.Event()

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        frozen = self._frozen
        there_reader, there_writer = await asyncio.open_unix_connection(self._target)
        pumps = [pump(reader, there_writer, frozen), pump(there_reader, writer, frozen)]
        tasks = {asyncio.create_task(coroutine) for coroutine in pumps}
        self._tasks |= tasks
        await asyncio.wait(tasks)
        writer.close()
        there_writer.close()


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, frozen: asyncio.Event) -> None:
    while data := await reader.read(65536):
        if frozen.is_set():
            await asyncio.Event().wait()
        writer.write(data)
        await writer.drain()


async def test_a_half_open_connection_is_noticed_and_replaced(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """procrastinate issue #1334: the worker sat on a half-open connection for hours and could not be stopped."""
    monkeypatch.setattr("core.jobs.connector.QUERY_SECONDS", 2.0)
    url = driver_url(database.url, "psycopg")
    host = str(url.query["host"])
    proxy = FreezingProxy(f"{host}/.s.PGSQL.5432")
    port = await proxy.start()
    through = url.set(drivername="postgresql", host="127.0.0.1", port=port, query={"sslmode": "disable"})
    seen = Seen()

    async def no_jobs() -> bool:
        return await job_rows(database) == []

    async with working(through.render_as_string(hide_password=False), Task("note", seen), grace=0.5):
        async with database.transaction() as session:
            await enqueue(session, "note", visit=1)
        await asyncio.wait_for(seen.event.wait(), 30)
        await until(no_jobs)
        seen.event.clear()
        proxy.freeze()
        await asyncio.sleep(1)
        proxy.thaw()
        async with database.transaction() as session:
            await enqueue(session, "note", visit=2)
        await asyncio.wait_for(seen.event.wait(), 120)
        await until(no_jobs)
        proxy.freeze()  # and stopping must not wait for an answer either
    await proxy.stop()
    assert seen.calls == [1, 2]

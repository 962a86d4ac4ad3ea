"""The worker: procrastinate's, with stalled jobs brought back, crashes counted and a deadline on the
database.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import psycopg
from procrastinate import App, BaseRetryStrategy, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job

from core.jobs.connector import DeadlineConnector
from core.jobs.problems import note_problem
from core.jobs.stalled import bring_back_stalled, tell_given_up
from core.jobs.task import Held, Task, code_of
from core.telemetry import get_logger, histogram

_HEARTBEAT_SECONDS = 1.0
STALLED_SECONDS = 8.0  # a worker silent for so long is dead: its jobs are tried again elsewhere
_SWEEP_SECONDS = 1.0
_POLL_SECONDS = 1.0
_LONGEST_PAUSE = 300
_CLOSE_SECONDS = (
    12.0  # the pool waits for connections it is still opening (connect_timeout 5 s), then for itself
)
_DURATION = histogram("job_duration_seconds", "How long a job's attempt took.", ("task", "outcome"))
_log = get_logger()


class WorkerStuck(Exception):
    """The worker could not be stopped in order: end the process, another one takes its jobs over."""


async def run_worker(
    database_url: str,
    tasks: Sequence[Task],
    queues: Sequence[str],
    stop: asyncio.Event,
    concurrency: int = 2,
    *,
    grace_seconds: float = 10.0,
) -> None:
    """Run jobs of `queues` until `stop`; then give running ones `grace_seconds` and queue the rest again.

    A lost database is waited for. Raises WorkerStuck, after which the process should end.
    """
    while not stop.is_set():
        crew = _Crew(database_url, tasks, queues, concurrency, grace_seconds)
        try:
            await crew.run(stop)
        except (ConnectorException, OSError):
            _log.warning("worker.database_lost")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 0 if stop.is_set() else _POLL_SECONDS)


class _Crew:
    """One procrastinate worker on one pool of connections; replaced as a whole when the database is lost."""

    def __init__(
        self, database_url: str, tasks: Sequence[Task], queues: Sequence[str], concurrency: int, grace: float
    ) -> None:
        self._connector = DeadlineConnector(database_url)
        self._app = App(connector=self._connector)
        self._tasks = {task.name: task for task in tasks}
        self._queues = list(queues)
        self._options: dict[str, Any] = {
            "queues": list(queues),
            "concurrency": concurrency,
            "install_signal_handlers": False,
            "fetch_job_polling_interval": _POLL_SECONDS,
            "abort_job_polling_interval": 5.0,
            "update_heartbeat_interval": _HEARTBEAT_SECONDS,
            "stalled_worker_timeout": STALLED_SECONDS,
            "shutdown_graceful_timeout": grace,
            "delete_jobs": "successful",
        }
        self._grace = grace
        for task in tasks:
            attempt = _attempt(task, self._connector)
            backoff = _Backoff(task.retries)
            self._app.task(name=task.name, queue=task.queue, retry=backoff, pass_context=True)(attempt)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` or until something fails; raises what failed."""
        await self._connector.within(self._app.open_async().__aenter__())
        parts = [
            asyncio.create_task(self._app.run_worker_async(**self._options), name="worker"),
            asyncio.create_task(self._sweep(), name="worker-sweep"),
            asyncio.create_task(stop.wait(), name="worker-stop"),
        ]
        try:
            await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._end(parts)
        for part in parts:
            if not part.cancelled() and (error := part.exception()):
                raise error

    async def _sweep(self) -> None:
        while True:
            await bring_back_stalled(self._connector, self._tasks, self._queues, STALLED_SECONDS)
            await asyncio.sleep(_SWEEP_SECONDS)

    async def _end(self, parts: "list[asyncio.Task[Any]]") -> None:
        """Stop in order; what does not stop has its sockets cut; what stays even then is stuck."""
        for part in parts:
            part.cancel()
        _, pending = await asyncio.wait(parts, timeout=self._grace + 5)
        if pending:
            self._connector.cut()
            _, pending = await asyncio.wait(pending, timeout=5)
        if pending:
            raise WorkerStuck
        closing = asyncio.create_task(self._app.close_async())
        _, pending = await asyncio.wait({closing}, timeout=_CLOSE_SECONDS)
        self._connector.cut()
        if pending:
            closing.cancel()
            raise WorkerStuck
        closing.result()


class _Backoff(BaseRetryStrategy):
    """Twice as long a pause after each attempt, with jitter, at most five minutes."""

    def __init__(self, retries: int) -> None:
        self._retries = retries

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """None gives the job up. One that was interrupted by our own stop is always tried again."""
        if isinstance(exception, asyncio.CancelledError):
            return RetryDecision(retry_in={"seconds": 0})
        if isinstance(exception, Held):
            return RetryDecision(retry_in={"seconds": exception.seconds})
        if job.attempts >= self._retries:
            return None
        pause = min(_LONGEST_PAUSE, 2**job.attempts)
        return RetryDecision(retry_in={"seconds": pause * random.uniform(0.75, 1.25)})  # noqa: S311 - jitter, no secret


def _attempt(task: Task, connector: DeadlineConnector) -> Callable[..., Awaitable[None]]:
    """One attempt: timed, and what it met noted."""

    async def run(context: JobContext, **ids: str | int) -> None:
        started, outcome = time.perf_counter(), "failed"
        try:
            await task.handler(**ids)
            outcome = "succeeded"
        except Held as held:
            outcome = "held"
            await _note(connector, context.job, held.code, held=True)
            raise
        except Exception as error:
            _log.warning("job.attempt_failed", task=task.name, code=code_of(error), exc_info=error)
            await _note(connector, context.job, code_of(error), held=False)
            if context.job.attempts >= task.retries:
                await tell_given_up(task, ids, code_of(error))
            raise
        finally:
            _DURATION.labels(task.name, outcome).observe(time.perf_counter() - started)

    return run


async def _note(connector: DeadlineConnector, job: Job, code: str, *, held: bool) -> None:
    assert job.id is not None  # it was fetched
    with contextlib.suppress(ConnectorException, psycopg.Error, OSError):  # the attempt's own error says more
        await note_problem(connector, job.id, code, held=held)

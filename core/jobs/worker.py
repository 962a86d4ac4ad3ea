"""The worker: procrastinate's, with stalled jobs brought back, crashes counted, and a watchdog over the database."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of job. `handler` takes the job's args by name. Given up after `retries` further attempts."""

    name: str
    handler: Callable[..., Awaitable[None]]
    queue: str = "default"
    retries: int = 5


class WorkerStuck(Exception):
    """The database stopped answering and the worker could not be stopped in order: end the process."""


async def run_worker(
    database_url: str, tasks: Sequence[Task], queues: Sequence[str], stop: asyncio.Event, concurrency: int = 2
) -> None:
    """Run jobs of `queues` until `stop`."""
    raise NotImplementedError

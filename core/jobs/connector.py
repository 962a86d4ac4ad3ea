"""procrastinate's connection to PostgreSQL, with a deadline on every answer.

A connection whose other end is gone without a word (a firewall, a frozen host) let procrastinate's worker sit
still for seven hours, unstoppable (its issue #1334): psycopg waits for an answer even after it was cancelled.
Here the kernel's keep-alives find a dead peer, and a query without an answer has its socket shut down under
it, which ends every wait on it at once.
"""

import asyncio
import contextlib
import os
import socket
import weakref
from collections.abc import Coroutine
from typing import Any, TypeVar

import psycopg
import psycopg_pool
from procrastinate import PsycopgConnector
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.sql import queries

from core.database import driver_url

SUPERSEDED = "SELECT procrastinate_finish_job_v1(%(job_id)s, 'failed', true)"
QUERY_SECONDS = 10.0
_END_SECONDS = 5.0
_KEEPALIVE: dict[str, int] = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,  # milliseconds
}
# The server's side of the same deadline: a transaction whose client froze before its commit would keep its row locks,
# and every worker after it would wait on them.
_LEASH = "-c idle_in_transaction_session_timeout={milliseconds} -c statement_timeout={milliseconds}"
T = TypeVar("T")


class DeadlineConnector(PsycopgConnector):
    """Answers within `query_seconds`, or raises ConnectorException with every connection closed."""

    def __init__(self, database_url: str, *, query_seconds: float | None = None) -> None:
        self._open: weakref.WeakSet[psycopg.AsyncConnection[Any]] = weakref.WeakSet()
        self._query_seconds = query_seconds or QUERY_SECONDS
        url = driver_url(database_url, "psycopg").set(drivername="postgresql")
        milliseconds = int(self._query_seconds * 1000)
        super().__init__(
            conninfo=url.render_as_string(hide_password=False),
            kwargs={**_KEEPALIVE, "options": _LEASH.format(milliseconds=milliseconds)},
            min_size=1,
            max_size=6,
            timeout=self._query_seconds,
            configure=self._remember,
        )

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:
        """As the parent's, within the deadline.

        A failed job cannot go back to the queue while a newer one waits under its queueing lock (a unique index
        forbids it, and procrastinate would leave it 'doing' for ever): the newer one does the work, it is removed.
        """
        try:
            await self.within(super().execute_query_async(query, **arguments))
        except UniqueViolation:
            if query != queries["retry_job"]:
                raise
            await self.within(super().execute_query_async(SUPERSEDED, job_id=arguments["job_id"]))

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:
        """As the parent's, within the deadline."""
        return await self.within(super().execute_query_one_async(query, **arguments))

    async def execute_query_all_async(self, query: Any, **arguments: Any) -> list[dict[str, Any]]:
        """As the parent's, within the deadline."""
        return await self.within(super().execute_query_all_async(query, **arguments))

    async def within(self, answer: Coroutine[Any, Any, T]) -> T:
        """Wait for `answer`; ConnectorException when it does not come in time."""
        task = asyncio.create_task(answer)
        try:
            done, _ = await asyncio.wait({task}, timeout=self._query_seconds)
        except asyncio.CancelledError:
            await self._end(task)
            raise
        if done:
            return task.result()
        await self._end(task)
        raise ConnectorException("PostgreSQL does not answer")

    def cut(self) -> None:
        """Shut down every socket: whoever waits on one is told it is lost."""
        for connection in list(self._open):
            with (
                contextlib.suppress(psycopg.Error, OSError, ValueError),
                socket.socket(fileno=os.dup(connection.fileno())) as twin,
            ):
                twin.shutdown(socket.SHUT_RDWR)

    @property
    def connections(self) -> psycopg_pool.AsyncConnectionPool[Any]:
        """The pool, for statements of our own."""
        return self.pool

    async def _remember(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._open.add(connection)

    async def _end(self, task: "asyncio.Task[Any]") -> None:
        """Cut first: psycopg answers a cancellation only after the server has."""
        if not task.done():
            self.cut()
            task.cancel()
            await asyncio.wait({task}, timeout=_END_SECONDS)
        if task.done() and not task.cancelled():
            task.exception()  # taken note of: what it says is that the connection was cut

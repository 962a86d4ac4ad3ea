"""PostgreSQL through SQLAlchemy and asyncpg: the one truth. Edges open transactions, services never commit."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import asyncpg
from sqlalchemy import MetaData, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from core.errors import Unavailable

LOCK_TIMEOUT = timedelta(seconds=3)
_DEAD_PEER = {"TCP_KEEPIDLE": 5, "TCP_KEEPINTVL": 3, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 15_000}
STATEMENT_TIMEOUT = timedelta(seconds=15)
_LIMITS = text(
    "SELECT set_config('lock_timeout', :lock, true), set_config('statement_timeout', :statement, true)"
)
# lock_not_available, deadlock_detected, serialization_failure, query_canceled, too_many_connections,
# admin_shutdown, crash_shutdown, cannot_connect_now: nothing is wrong with the request, try again.
_BUSY_STATES = frozenset({"55P03", "40P01", "40001", "57014", "53300", "57P01", "57P02", "57P03"})


class Base(DeclarativeBase):
    """The parent of every row class. Constraint names follow one rule, so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def driver_url(url: str, driver: str) -> URL:
    """`postgresql://…` (any driver suffix) as SQLAlchemy's URL for `driver`; ValueError for other schemes."""
    if urlsplit(url).scheme.partition("+")[0] not in ("postgresql", "postgres"):
        raise ValueError("the database URL must begin with postgresql://")
    parsed = make_url(url.replace("postgres://", "postgresql://", 1)).set(drivername=f"postgresql+{driver}")
    mode = parsed.query.get("sslmode")
    if driver == "asyncpg" and mode is not None:  # asyncpg's own name for libpq's sslmode
        parsed = parsed.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
    return parsed


async def connect_asyncpg(url: str, *, timeout: float = 5.0) -> "asyncpg.Connection[asyncpg.Record]":
    """One connection outside the pool, for LISTEN. Raises OSError, TimeoutError or asyncpg's own errors."""
    parsed = driver_url(url, "asyncpg").set(drivername="postgresql")
    return await asyncpg.connect(parsed.render_as_string(hide_password=False), timeout=timeout)


def sqlstate(error: BaseException) -> str:
    """PostgreSQL's five-character error code of a driver error, "" when there is none."""
    original = error.orig if isinstance(error, DBAPIError) else error
    return str(getattr(original, "sqlstate", None) or "")


class Database:
    """One pool of connections to one PostgreSQL database.

    `url`: postgresql://user:password@host/name, or …@/name?host=/folder for a unix socket.
    """

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = url
        self.engine: AsyncEngine = create_async_engine(
            driver_url(url, "asyncpg"),
            isolation_level="READ COMMITTED",
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=5,
            pool_pre_ping=True,  # the server may have been restarted under us
            hide_parameters=True,  # an exception text must not carry what a patient said
            connect_args={"timeout": 5},
        )
        event.listen(self.engine.sync_engine, "connect", _notice_a_dead_peer)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    @asynccontextmanager
    async def transaction(
        self, *, lock_timeout: timedelta = LOCK_TIMEOUT, statement_timeout: timedelta = STATEMENT_TIMEOUT
    ) -> AsyncIterator[AsyncSession]:
        """One READ COMMITTED transaction: commits on exit, rolls back on an exception.

        Raises Unavailable where a time-out, a deadlock or a lost server ended it.
        """
        try:
            async with self._sessions.begin() as session:
                await _set_limits(session, lock_timeout, statement_timeout)
                yield session
        except DBAPIError as error:
            if error.connection_invalidated or _is_busy(sqlstate(error)):
                raise Unavailable(retry_after=1) from error
            raise

    async def ping(self) -> None:
        """Return when the server answers; Unavailable when it does not."""
        async with self.transaction(statement_timeout=timedelta(seconds=2)) as session:
            await session.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close every connection of the pool."""
        await self.engine.dispose()


def _notice_a_dead_peer(connection: Any, _record: object) -> None:
    """TCP: a peer that went away without a word is noticed in 15 s, not in hours. asyncpg has no option for it."""
    found = connection.driver_connection._transport.get_extra_info("socket")
    if found is None or found.family not in (socket.AF_INET, socket.AF_INET6):
        return
    found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _DEAD_PEER.items():
        if hasattr(socket, name):
            found.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


async def _set_limits(session: AsyncSession, lock: timedelta, statement: timedelta) -> None:
    """SET LOCAL takes no bind parameter, set_config(…, is_local => true) is the same thing with one."""
    limits = {"lock": _milliseconds(lock), "statement": _milliseconds(statement)}
    try:  # the first statement is the one that connects
        await session.execute(_LIMITS, limits)
    except (PoolTimeout, OSError, TimeoutError) as error:
        raise Unavailable(retry_after=1) from error


def _is_busy(state: str) -> bool:
    return state in _BUSY_STATES or state.startswith("08")  # class 08: connection exception


def _milliseconds(length: timedelta) -> str:
    return str(max(1, round(length.total_seconds() * 1000)))

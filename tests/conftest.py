"""Fixtures every test may use: real servers of this session, one fresh database per test, a clock that stands
still.

DATABASE_URL and REDIS_URL, when set, name servers to use instead of the embedded ones. The account of
DATABASE_URL must be allowed to create databases; whole Valkey databases are emptied between tests.
"""

import asyncio
import inspect
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from redis import Redis

from core.clock import ManualClock
from core.crypto import Keyring
from core.database import Database, driver_url
from core.embedded import start_postgres, start_valkey
from core.ids import new_id
from core.migrate import upgrade


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every coroutine test fails when it leaves tasks behind; everything below tests/integration is marked
    so.
    """
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            item.fixturenames.insert(0, "no_leaked_tasks")


@pytest.fixture
async def no_leaked_tasks() -> AsyncIterator[None]:
    """Set up first and so torn down last: what still runs then was forgotten by the test or by the code."""
    before = asyncio.all_tasks()
    yield
    for _ in range(20):  # tasks that were cancelled a moment ago need some turns of the loop to end
        await asyncio.sleep(0)
    left = {task for task in asyncio.all_tasks() - before if not _is_pytests(task)}
    for task in left:
        task.cancel()
    assert not left, (
        f"tasks left behind: {sorted(task.get_name() + ' ' + repr(task.get_coro()) for task in left)}"
    )


def _is_pytests(task: "asyncio.Task[object]") -> bool:
    return task is asyncio.current_task() or "pytest" in repr(task.get_coro())


@pytest.fixture
def manual_clock() -> ManualClock:
    """Monday 2030-01-07 09:00 UTC, until the test advances it."""
    return ManualClock()


@pytest.fixture
def keyring() -> Keyring:
    """A fresh ring of keys."""
    return Keyring.new()


@dataclass(frozen=True)
class TestServer:
    """A PostgreSQL server and the migrated template that each test's database is copied from."""

    __test__ = False
    url: str
    template: str

    def copy(self) -> str:
        """A fresh database; returns its URL."""
        name = f"consultroom_test_{new_id().hex}"
        self.execute("CREATE DATABASE {} TEMPLATE {}", name, self.template)
        return self.url_of(name)

    def drop(self, url: str) -> None:
        """Drop it, whoever is still connected."""
        self.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", driver_url(url, "psycopg").database or "")

    def execute(self, statement: str, *names: str) -> None:
        """One statement with identifiers filled in."""
        with psycopg.connect(self._plain(self.url), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def url_of(self, database: str) -> str:
        """The server's URL with another database."""
        return self._plain(self.url, database)

    @staticmethod
    def _plain(url: str, database: str | None = None) -> str:
        parsed = driver_url(url, "psycopg").set(drivername="postgresql")
        parsed = parsed.set(database=database) if database else parsed
        return parsed.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server for the session: DATABASE_URL, else the embedded one (without fsync)."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    server = start_postgres(tmp_path_factory.mktemp("pg"), durable=False)
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def test_server(postgres_url: str) -> Iterator[TestServer]:
    """The server with its migrated template."""
    server = TestServer(postgres_url, f"consultroom_template_{new_id().hex}")
    server.execute("CREATE DATABASE {}", server.template)
    upgrade(server.url_of(server.template))
    yield server
    server.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", server.template)


@pytest.fixture
def database_url(test_server: TestServer) -> Iterator[str]:
    """A fresh, migrated database of this test only."""
    url = test_server.copy()
    yield url
    test_server.drop(url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The database of this test, connected."""
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Valkey server for the session: REDIS_URL, else the embedded one."""
    given = os.environ.get("REDIS_URL")
    if given:
        yield given
        return
    server = start_valkey(tmp_path_factory.mktemp("vk"))
    yield server.url
    server.stop()


@pytest.fixture
def redis_url(valkey_url: str) -> str:
    """The Valkey server, emptied."""
    with Redis.from_url(valkey_url) as client:
        client.flushdb()
    return valkey_url


@pytest.fixture
def storage_folder(tmp_path: Path) -> Path:
    """An empty folder for bulk bytes."""
    return tmp_path / "storage"

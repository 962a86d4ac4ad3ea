"""Transactions against a real PostgreSQL."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from core.database import Database
from core.errors import Unavailable
from core.migrate import at_head

pytestmark = pytest.mark.integration


async def _count(database: Database) -> int:
    async with database.transaction() as session:
        return int((await session.execute(text("SELECT count(*) FROM outbox_event"))).scalar_one())


_INSERT = text("INSERT INTO outbox_event (topic, payload) VALUES ('t', '{}')")


async def test_commits_on_exit_and_rolls_back_on_an_exception(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(_INSERT)
    with pytest.raises(KeyError):
        async with database.transaction() as session:
            await session.execute(_INSERT)
            raise KeyError
    assert await _count(database) == 1


async def test_limits_and_isolation_hold_inside_the_transaction_only(database: Database) -> None:
    async with database.transaction(lock_timeout=timedelta(milliseconds=1500)) as session:
        row = await session.execute(
            text(
                "SELECT current_setting('lock_timeout'), current_setting('statement_timeout'),"
                " current_setting('transaction_isolation')"
            )
        )
        assert tuple(row.one()) == ("1500ms", "15s", "read committed")


async def test_a_statement_over_its_time_is_unavailable(database: Database) -> None:
    with pytest.raises(Unavailable):
        async with database.transaction(statement_timeout=timedelta(milliseconds=50)) as session:
            await session.execute(text("SELECT pg_sleep(5)"))


async def test_a_lock_that_is_not_given_is_unavailable(database: Database) -> None:
    lock = text("LOCK TABLE outbox_event IN EXCLUSIVE MODE")
    async with database.transaction() as holder:
        await holder.execute(lock)
        with pytest.raises(Unavailable):
            async with database.transaction(lock_timeout=timedelta(milliseconds=50)) as session:
                await session.execute(lock)


async def test_connections_killed_by_the_server_are_replaced(database: Database) -> None:
    await database.ping()
    with pytest.raises(Unavailable):
        async with database.transaction() as session:
            await session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    await database.ping()


async def test_no_server_is_unavailable() -> None:
    database = Database("postgresql://nobody:x@/nothing?host=/nonexistent-folder")
    with pytest.raises(Unavailable):
        await database.ping()
    await database.close()


async def test_the_migrated_database_is_at_head(database: Database) -> None:
    await at_head(database)
    async with database.transaction() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(Unavailable):
        await at_head(database)

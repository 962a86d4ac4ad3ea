"""Transactions against a real PostgreSQL."""

import asyncio
import socket
from datetime import timedelta

import pytest
from sqlalchemy import text

from core.database import Database, driver_url
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


async def test_a_tcp_peer_that_went_away_will_be_noticed(database: Database) -> None:
    """The option is what can be shown here: a kernel that stops answering needs another machine."""
    url = driver_url(database.url, "asyncpg")
    there = f"{url.query['host']}/.s.PGSQL.5432"
    pumps: set[asyncio.Task[None]] = set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_unix_connection(there)
        pumps.update(
            asyncio.create_task(pump(*pair)) for pair in ((reader, there_writer), (there_reader, writer))
        )

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    through = url.set(drivername="postgresql", host="127.0.0.1", port=port, query={"sslmode": "disable"})
    over_tcp = Database(through.render_as_string(hide_password=False))
    async with over_tcp.engine.connect() as connection:
        raw = await connection.get_raw_connection()
        found = raw.driver_connection._transport.get_extra_info("socket")  # type: ignore[union-attr]
        assert found.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert found.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 15_000
    await over_tcp.close()
    server.close()
    await asyncio.gather(*pumps)

"""Events: told after the commit, never without it, again after an outage."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from core.bus import RESUMED, Bus, Event
from core.database import Database
from core.embedded import start_valkey
from core.errors import Unavailable
from core.outbox import OutboxRelay, emit

pytestmark = pytest.mark.integration


@pytest.fixture
async def bus(redis_url: str) -> AsyncIterator[Bus]:
    bus = Bus(redis_url)
    yield bus
    await bus.close()


class Listener:
    """Collects what the bus says."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[Event] = asyncio.Queue()

    async def next(self, seconds: float = 10) -> Event:
        return await asyncio.wait_for(self.events.get(), seconds)


@asynccontextmanager
async def listening(bus: Bus) -> AsyncIterator[Listener]:
    listener, stop = Listener(), asyncio.Event()

    async def listen() -> None:
        async for event in bus.listen(stop):
            listener.events.put_nowait(event)

    task = asyncio.create_task(listen(), name="test-listen")
    assert (await listener.next()).topic == RESUMED
    try:
        yield listener
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)


@asynccontextmanager
async def relaying(database: Database, bus: Bus) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(OutboxRelay(database, bus).run(stop), name="test-relay")
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)


async def unsent(database: Database) -> int:
    async with database.transaction() as session:
        return int(
            (
                await session.execute(text("SELECT count(*) FROM outbox_event WHERE sent_at IS NULL"))
            ).scalar_one()
        )


async def test_an_event_is_told_when_its_transaction_commits(database: Database, bus: Bus) -> None:
    async with listening(bus) as listener, relaying(database, bus):
        async with database.transaction() as session:
            await emit(session, "visit.ended", visit_id="v1", number=3)
        assert await listener.next() == Event("visit.ended", {"visit_id": "v1", "number": 3})
    assert await unsent(database) == 0


async def test_a_notification_wakes_the_relay_before_its_poll(
    database: Database, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.outbox._POLL_SECONDS", 30.0)
    async with listening(bus) as listener, relaying(database, bus):
        await asyncio.sleep(0.3)  # the relay listens by now
        async with database.transaction() as session:
            await emit(session, "visit.ended", visit_id="v1")
        assert (await listener.next(3)).topic == "visit.ended"


async def test_a_rolled_back_event_is_never_told(database: Database, bus: Bus) -> None:
    async with listening(bus) as listener, relaying(database, bus):
        with contextlib.suppress(KeyError):
            async with database.transaction() as session:
                await emit(session, "visit.ended", visit_id="no")
                raise KeyError
        async with database.transaction() as session:
            await emit(session, "visit.ended", visit_id="yes")
        assert (await listener.next()).payload == {"visit_id": "yes"}


async def test_two_relays_tell_each_event_once(database: Database, bus: Bus) -> None:
    async with database.transaction() as session:
        for number in range(250):
            await emit(session, "visit.ended", number=number)
    async with listening(bus) as listener, relaying(database, bus), relaying(database, bus):
        told = [(await listener.next()).payload["number"] for _ in range(250)]
    assert sorted(map(int, told)) == list(range(250))
    assert listener.events.empty()


async def test_events_wait_for_valkey(database: Database, tmp_path: Path) -> None:
    """Valkey stops, an event commits, Valkey comes back: relay and listener find it again and the event is
    told.
    """
    server = await asyncio.to_thread(start_valkey, tmp_path / "vk")
    bus = Bus(server.url)
    try:
        async with listening(bus) as listener, relaying(database, bus):
            await asyncio.to_thread(server.stop)
            async with database.transaction() as session:
                await emit(session, "visit.ended", visit_id="v1")
            with pytest.raises(Unavailable):
                await bus.ping()
            server = await asyncio.to_thread(start_valkey, tmp_path / "vk")
            told = [(await listener.next(20)).topic]
            if told == [RESUMED]:  # else the relay was back before the listener: that is what RESUMED is for
                async with database.transaction() as session:
                    await emit(session, "visit.ended", visit_id="v2")
                told.append((await listener.next(20)).topic)
            assert told[-1] == "visit.ended" or told == [RESUMED]
        assert await unsent(database) == 0
    finally:
        await bus.close()
        await asyncio.to_thread(server.stop)


async def test_the_relay_finds_a_database_that_cut_it_off(database: Database, bus: Bus) -> None:
    async with listening(bus) as listener, relaying(database, bus):
        await asyncio.sleep(0.2)
        async with database.transaction() as session:
            await session.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        async with database.transaction() as session:
            await emit(session, "visit.ended", visit_id="v1")
        assert (await listener.next(20)).topic == "visit.ended"


async def test_what_others_publish_is_no_event(bus: Bus, redis_url: str) -> None:
    from redis.asyncio import Redis

    async with listening(bus) as listener:
        other = Redis.from_url(redis_url)
        for data in (b"not json", b"[1]", b"\xff\xfe"):
            await other.publish("consultroom:visit.ended", data)
        await other.publish(b"consultroom:\xff", b"{}")
        await other.publish("consultroom:visit.ended", b"[" * 100_000)
        await other.aclose()
        await bus.publish("visit.ended", {"visit_id": "v1"})
        assert (await listener.next()).payload == {"visit_id": "v1"}


async def test_prune_keeps_what_was_not_told(database: Database, bus: Bus) -> None:
    async with database.transaction() as session:
        for topic in ("old", "new", "waiting"):
            await emit(session, topic)
        await session.execute(
            text("UPDATE outbox_event SET sent_at = now() - interval '2 days' WHERE topic = 'old'")
        )
        await session.execute(text("UPDATE outbox_event SET sent_at = now() WHERE topic = 'new'"))
    await OutboxRelay(database, bus).prune()
    async with database.transaction() as session:
        left = await session.execute(text("SELECT topic FROM outbox_event ORDER BY id"))
        assert [row[0] for row in left] == ["new", "waiting"]

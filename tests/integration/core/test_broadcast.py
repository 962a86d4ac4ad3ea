"""Told to whoever listens, claimed by one, and nowhere afterwards."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis

from core.broadcast import LARGEST, Broadcast
from core.embedded import start_valkey
from core.errors import Unavailable

pytestmark = pytest.mark.integration
PATIENCE = 30.0
MARK = b"planted sound "


@pytest.fixture
async def air(redis_url: str) -> AsyncIterator[Broadcast]:
    air = Broadcast(redis_url, "test")
    yield air
    await air.close()


class Listener:
    """What one listener has heard."""

    def __init__(self, air: Broadcast) -> None:
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()
        self._task = asyncio.create_task(self._listen(air), name="test-broadcast")

    async def _listen(self, air: Broadcast) -> None:
        async for message in air.listen(asyncio.Event()):
            self.heard.put_nowait(message)

    async def next(self) -> bytes:
        return await asyncio.wait_for(self.heard.get(), PATIENCE)

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


async def tell_until_heard(air: Broadcast, listener: Listener, message: bytes) -> bytes:
    """A subscription has no acknowledgement: what is told before it is missed, as it may be."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with contextlib.suppress(Unavailable):
                await air.send(message)
            with contextlib.suppress(TimeoutError):
                return await asyncio.wait_for(listener.heard.get(), 0.2)


async def test_every_listener_of_the_channel_hears_and_no_other(air: Broadcast, redis_url: str) -> None:
    elsewhere = Broadcast(redis_url, "elsewhere")
    one, other, stranger = Listener(air), Listener(air), Listener(elsewhere)
    try:
        for listener in (one, other):
            await tell_until_heard(air, listener, b"early")
        await air.send(MARK + b"\x00\xff")
        for listener in (one, other):
            while (heard := await listener.next()) == b"early":
                pass
            assert heard == MARK + b"\x00\xff"
        assert stranger.heard.empty()
    finally:
        for listener in (one, other, stranger):
            await listener.close()
        await elsewhere.close()


async def test_one_of_many_claims_a_message_for_a_while(air: Broadcast, redis_url: str) -> None:
    other = Broadcast(redis_url, "test")
    claims = await asyncio.gather(*(who.claim("u1:3000", timedelta(minutes=1)) for who in (air, other) * 4))
    assert sum(claims) == 1
    assert await other.claim("u1:4000", timedelta(milliseconds=1))
    async with asyncio.timeout(PATIENCE):
        while not await air.claim("u1:4000", timedelta(minutes=1)):
            await asyncio.sleep(0.01)
    await other.close()


async def test_more_than_a_message_may_hold_is_refused(air: Broadcast) -> None:
    with pytest.raises(ValueError, match="too large"):
        await air.send(bytes(LARGEST + 1))


async def test_nothing_that_was_told_is_kept_in_memory_or_on_disk(tmp_path: Path) -> None:
    valkey = start_valkey(tmp_path / "valkey")
    try:
        air = Broadcast(valkey.url, "test")
        listener = Listener(air)
        await tell_until_heard(air, listener, MARK * 1000)
        assert await air.claim("u1:3000", timedelta(minutes=1))
        with Redis.from_url(valkey.url) as client:
            assert client.keys() == [b"consultroom:claim:test:u1:3000"]
        await listener.close()
        await air.close()
    finally:
        valkey.stop()
    assert all(MARK not in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


async def test_an_outage_is_waited_for(tmp_path: Path) -> None:
    valkey = start_valkey(tmp_path / "valkey")
    air = Broadcast(valkey.url, "test")
    listener = Listener(air)
    try:
        await tell_until_heard(air, listener, b"before")
        valkey.stop()
        with pytest.raises(Unavailable):
            await air.send(b"lost")
        with pytest.raises(Unavailable):
            await air.claim("u1:1", timedelta(seconds=1))
        valkey = start_valkey(tmp_path / "valkey")
        while await tell_until_heard(air, listener, b"after") != b"after":
            pass
    finally:
        await listener.close()
        await air.close()
        valkey.stop()

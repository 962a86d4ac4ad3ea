"""Whatever part of a peer connection fails or hangs while it ends: it ends, in time, and leaves no socket."""

import asyncio
import gc
import time
import weakref
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from media import MediaPlane
from media.peer import RoomPeerConnection, close_quietly
from tests.integration.media.meeting import LOOPBACK, joined, meeting, until

pytestmark = pytest.mark.integration
PATIENCE = 0.3
PARTS = ("peer", "transceiver", "receiver", "sender", "dtls", "ice", "connection", "socket")


def sockets() -> int:
    return sum(
        1 for fd in Path("/proc/self/fd").iterdir() if fd.is_symlink() and "socket" in str(fd.readlink())
    )


async def raises_cancelled() -> None:
    """The worst to catch: no `except Exception` sees it."""
    raise asyncio.CancelledError


async def hangs() -> None:
    """Longer than anybody waits, and deaf to its cancellation."""
    until = time.monotonic() + 4 * PATIENCE
    while (left := until - time.monotonic()) > 0:
        try:
            await asyncio.sleep(left)
        except asyncio.CancelledError:
            continue


def parts(peer: Any) -> dict[str, tuple[object, str]]:
    """Everything that `RTCPeerConnection.close` calls on its way down."""
    first = peer.getTransceivers()[0]
    dtls = first.receiver.transport
    ends = (dtls.transport._connection, "close"), (dtls.transport._connection._protocols[0], "close")
    stops = ((part, "stop") for part in (first, first.receiver, first.sender, dtls, dtls.transport))
    return dict(zip(PARTS, ((peer, "close"), *stops, *ends), strict=True))


def peer_of(plane: MediaPlane, visit: UUID, who: UUID) -> RoomPeerConnection:
    connection = plane._rooms[visit].connection(who)
    assert connection is not None
    return connection._peer


@pytest.mark.parametrize("fault", [raises_cancelled, hangs], ids=["raises", "hangs"])
async def test_any_part_may_fail_or_hang(
    fault: Callable[[], Awaitable[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One participant for each part, at once: each ends in its time."""
    before, running = sockets(), asyncio.all_tasks()
    async with meeting() as (plane, _):
        keys = [(uuid4(), uuid4()) for _ in PARTS]
        people = await asyncio.gather(*(joined(plane, *key) for key in keys))
        peers = [peer_of(plane, *key) for key in keys]
        for name, peer in zip(PARTS, peers, strict=True):
            monkeypatch.setattr(*parts(peer)[name], fault)
        begun = time.monotonic()
        await asyncio.gather(*(close_quietly(peer, PATIENCE) for peer in peers))
        assert time.monotonic() - begun < 10  # 1.3 s on a quiet machine
        monkeypatch.undo()
        for person in people:
            await person.leave()
    await until(lambda: sockets() <= before)
    await until(lambda: asyncio.all_tasks() <= running)


async def test_a_connection_that_never_negotiated_ends_too() -> None:
    peer = RoomPeerConnection(LOOPBACK)
    await close_quietly(peer, PATIENCE)
    assert peer.connectionState == "closed"


async def test_who_waits_for_the_end_may_be_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    visit, who = uuid4(), uuid4()
    running = asyncio.all_tasks()
    async with meeting() as (plane, _):
        person = await joined(plane, visit, who)
        peer = peer_of(plane, visit, who)
        assert peer.ice is not None
        protocol = peer.ice._protocols[0]
        monkeypatch.setattr(peer, "close", hangs)
        closing = asyncio.create_task(close_quietly(peer, 30))
        await asyncio.sleep(0.05)
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
        assert protocol.transport.is_closing()
        await person.leave()
    await until(lambda: asyncio.all_tasks() <= running)


async def test_a_connection_that_ended_is_freed_at_once() -> None:
    """With its recent packets and keys: the cycle collector looks at old objects hours later (core.collection)."""
    visit, who = uuid4(), uuid4()
    async with meeting() as (plane, _):
        person = await joined(plane, visit, who)
        connection = plane._rooms[visit].connection(who)
        assert connection is not None
        parts_of: list[Any] = [connection, connection._peer, connection.line, *connection.receivers.values()]
        kept = [weakref.ref(part) for part in parts_of]
        del connection, parts_of
        gc.disable()
        try:
            await person.leave()
            await plane.disconnect(visit, who)
            await until(lambda: not any(part() is not None for part in kept))
        finally:
            gc.enable()

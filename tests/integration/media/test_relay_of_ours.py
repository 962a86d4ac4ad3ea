"""A media server that is itself reached through TURN: media flows, the guard stands, a stalled relay fills nothing."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from aioice import stun
from aioice.turn import TurnClientTcpProtocol, TurnTransport

from media import MediaPlane, RelayAccess, gathering, turn_path
from media.guard import guard_of
from media.simulated import SimulatedParticipant
from tests.integration.media.meeting import LOOPBACK, meeting, until
from tests.integration.turn_config.coturn import Relay, coturn, needs_coturn
from turn_config import ice_servers_for

pytestmark = pytest.mark.integration


def access(relay: Relay, transport: str) -> Callable[[], RelayAccess]:
    def fresh() -> RelayAccess:
        [server] = ice_servers_for(uuid4(), datetime.now(UTC), relay.settings(transport))
        return RelayAccess(server.urls[0], server.username, server.credential)

    return fresh


@asynccontextmanager
async def behind_the_relay(
    relay: Relay, transport: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[MediaPlane, UUID, list[SimulatedParticipant], list[str]]]:
    """Two participants at a media plane that has a relayed address and no other."""
    stock = gathering.own_addresses
    monkeypatch.setattr(
        gathering, "RELAY_TIMEOUT_S", 20.0
    )  # there is no other way in, however slow the machine
    visit, answers, people = uuid4(), list[str](), list[SimulatedParticipant]()
    async with meeting(replace(LOOPBACK, relay=access(relay, transport))) as (plane, _):

        async def connect(who: UUID, offer: str) -> str:
            with monkeypatch.context() as patched:
                patched.setattr(gathering, "own_addresses", lambda listen: [])
                answers.append(await plane.connect(visit, who, offer))
            assert gathering.own_addresses is stock
            return answers[-1]

        for who in (uuid4(), uuid4()):
            person = SimulatedParticipant(
                lambda offer, who=who: connect(who, offer),  # type: ignore[misc]
                listen=("127.0.0.1",),
            )
            people.append(person)
        try:
            for person in people:
                await person.join(timeout_s=60)
            yield plane, visit, people, answers
        finally:
            for person in people:
                await person.leave()


def relayed_address(answer: str) -> tuple[str, int]:
    bits = next(line.split() for line in answer.split("\r\n") if " typ relay" in line)
    return bits[4], int(bits[5])


@needs_coturn
@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
async def test_media_flows_both_ways_through_our_own_relay(
    transport: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with coturn(tmp_path) as relay:
        monkeypatch.setenv("SSL_CERT_FILE", str(relay.certificate))
        async with behind_the_relay(relay, transport, monkeypatch) as (_, _, people, answers):
            assert " typ host" not in answers[0]
            await until(lambda: all(p.received[0].video > 5 and p.received[0].audio > 25 for p in people), 40)


@needs_coturn
async def test_strangers_at_the_relayed_address_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They reach us where they share an address with a participant: a permission of TURN is for an IP address."""
    async with (
        coturn(tmp_path) as relay,
        behind_the_relay(relay, "udp", monkeypatch) as (plane, visit, people, answers),
    ):
        room = plane._rooms[visit]
        connection = room.connection(room.people()[0])
        assert connection is not None
        ice = connection._peer.ice
        assert ice is not None
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            async with asyncio.timeout(60):
                while guard_of(ice).dropped < 50:
                    for data in (b"", b"\x16\xfe\xfd" + bytes(60), b"\x80" * 100, b"\x00\x01\x00\x00" * 5):
                        stranger.sendto(data, relayed_address(answers[0]))
                    await asyncio.sleep(0.01)
        seen = [person.received[0].video for person in people]
        await until(lambda: all(p.received[0].video > s + 5 for p, s in zip(people, seen, strict=True)), 60)


@needs_coturn
async def test_a_relay_that_refuses_us_costs_no_call(tmp_path: Path) -> None:
    async with coturn(tmp_path) as relay:
        wrong = RelayAccess(relay.urls["udp"], "1:nobody", "wrong")
        visit, who = uuid4(), uuid4()
        async with meeting(replace(LOOPBACK, relay=lambda: wrong)) as (plane, _):
            person = SimulatedParticipant(
                lambda offer: plane.connect(visit, who, offer), listen=("127.0.0.1",)
            )
            await person.join(timeout_s=60)
            assert person.connected
            await person.leave()


class Stream:
    """The socket to a TURN/TCP server, as far as it can be filled and closed."""

    def __init__(self) -> None:
        self.waiting = 0
        self.written = 0

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def is_closing(self) -> bool:
        return False

    def write(self, data: bytes) -> None:
        self.written += 1
        self.waiting += len(data)


class Client(TurnClientTcpProtocol):
    """aioice's, with a stream that takes what it is given and a binding that answers when it is told to."""

    def __init__(self) -> None:
        super().__init__(("192.0.2.1", 3478), "user", "password", 600, 500)
        self.stream = Stream()
        self.transport = cast("asyncio.Transport", self.stream)
        self.answer = asyncio.Event()
        self.bound: list[int] = []
        self.refuse = False

    async def channel_bind(self, channel_number: int, addr: tuple[str, int]) -> None:
        self.bound.append(channel_number)
        await self.answer.wait()
        if self.refuse:
            raise stun.TransactionError


PEER = ("198.51.100.1", 5000)


async def test_what_waits_for_a_channel_is_bounded_and_then_packets_go_out_at_once() -> None:
    client = Client()
    transport: Any = TurnTransport(client)
    for _ in range(1_000):
        transport.sendto(b"\x80" * 100, PEER)
    assert len(transport._TurnTransport__send_tasks) == turn_path.MAX_WAITING
    client.answer.set()
    await until(lambda: not transport._TurnTransport__send_tasks)
    assert client.bound == [0x4000]
    before = client.stream.written
    transport.sendto(memoryview(b"\x80" * 100), PEER)
    assert client.stream.written == before + 1
    assert not transport._TurnTransport__send_tasks


async def test_a_stalled_relay_does_not_fill_memory() -> None:
    client = Client()
    client.answer.set()
    transport: Any = TurnTransport(client)
    transport.sendto(b"", PEER)
    await until(lambda: client.stream.written == 1)
    for _ in range(10_000):
        transport.sendto(b"\x80" * 1_200, PEER)
    assert transport.get_write_buffer_size() < turn_path.MAX_BACKLOG + 2_000
    client.stream.waiting = 0
    before = client.stream.written
    transport.sendto(b"\x80", PEER)
    assert client.stream.written == before + 1


async def test_a_channel_is_renewed_once_and_beside_the_packets() -> None:
    client = Client()
    client.answer.set()
    transport: Any = TurnTransport(client)
    transport.sendto(b"", PEER)
    await until(lambda: client.stream.written == 1)
    client.channel_refresh_at[0x4000] = time.time() + client.channel_refresh_time - turn_path.RENEW_S - 1
    client.answer.clear()
    for _ in range(50):
        transport.sendto(b"\x80", PEER)
    await asyncio.sleep(0)
    assert client.stream.written == 51  # none waited
    assert client.bound == [0x4000, 0x4000]
    client.refuse = True
    client.answer.set()
    await until(lambda: not transport._TurnTransport__send_tasks)
    due = client.channel_refresh_at[0x4000] - client.channel_refresh_time + turn_path.RENEW_S
    assert due < time.time() + turn_path.RETRY_S + 1  # tried again soon


def test_the_names_it_relies_on_are_still_there() -> None:
    turn_path.install()
    assert TurnTransport.sendto is turn_path._sendto
    client = TurnClientTcpProtocol(("192.0.2.1", 3478), "user", "password", 600, 500)
    assert (client.peer_to_channel, client.channel_refresh_at, client.channel_refresh_time) == ({}, {}, 500)
    transport: Any = TurnTransport(client)
    assert transport._TurnTransport__inner_protocol is client
    assert transport._TurnTransport__send_tasks == set()
    assert transport._TurnTransport__close_task is None

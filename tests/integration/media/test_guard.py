"""Strangers with a socket: no datagram of theirs ends, delays or fattens a call."""

import asyncio
import socket
import tracemalloc
from uuid import uuid4

import pytest
from aioice import stun
from aioice.ice import Connection, StunProtocol
from aiortc.rtcdtlstransport import SRTPProtectionProfile
from OpenSSL import SSL

from media import MalformedOffer, guard
from media.guard import MAX_QUEUED_DATAGRAMS, Guard, guard_of
from media.model import ConnectionState
from media.simulated import SimulatedParticipant
from tests.integration.media.meeting import joined, meeting, until

pytestmark = pytest.mark.integration

CLIENT_HELLO = bytes.fromhex("16feff0000000000000000003a010000" + "2e000000000000002efefd" + "00" * 43)
ALERT = bytes.fromhex("15feff000000000000000000020228")  # fatal handshake failure


def _port(answer: str) -> int:
    line = next(line for line in answer.split("\r\n") if line.startswith("a=candidate:"))
    return int(line.split()[5])


async def test_empty_and_unknown_datagrams_do_not_end_the_call() -> None:
    visit, one, two = uuid4(), uuid4(), uuid4()
    async with meeting() as (plane, states):
        answers: list[str] = []

        async def connect(offer: str) -> str:
            answers.append(await plane.connect(visit, one, offer))
            return answers[-1]

        first = SimulatedParticipant(connect, listen=("127.0.0.1",))
        await first.join()
        second = await joined(plane, visit, two)
        await until(lambda: second.received[0].video > 3)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for data in (
                b"",
                ALERT,
                CLIENT_HELLO,
                b"\x80" * 100,
                b"\x00" * 30,
                b"\xff",
                b"\x00\x01\x00\x00" * 5,
            ):
                for _ in range(20):
                    stranger.sendto(data, ("127.0.0.1", _port(answers[0])))
        seen = second.received[0].video
        await until(lambda: second.received[0].video > seen + 10)
        assert all(state == "connected" for _, state in states)
        await first.leave()
        await second.leave()


async def test_without_the_guard_one_empty_datagram_ends_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests here bite: stock aioice fails the first of them at its first datagram."""
    monkeypatch.setattr(StunProtocol, "datagram_received", guard._receive)
    visit, who = uuid4(), uuid4()
    async with meeting() as (plane, states):
        answers: list[str] = []

        async def connect(offer: str) -> str:
            answers.append(await plane.connect(visit, who, offer))
            return answers[-1]

        person = SimulatedParticipant(connect, listen=("127.0.0.1",))
        await person.join()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.sendto(b"", ("127.0.0.1", _port(answers[0])))
        await until(lambda: (who, ConnectionState.CLOSED) in states)
        await person.leave()


@pytest.mark.parametrize(
    ("ciphers", "welcome"),
    [
        (b"ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA", False),
        (b"ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES128-GCM-SHA256", True),
    ],
    ids=["cbc-only", "cbc-and-gcm"],
)
async def test_a_peer_that_speaks_cbc_only_is_refused(ciphers: bytes, welcome: bool) -> None:
    visit, who = uuid4(), uuid4()
    async with meeting() as (plane, states):
        person = SimulatedParticipant(lambda offer: plane.connect(visit, who, offer), listen=("127.0.0.1",))
        transport = person._peer.getTransceivers()[0].receiver.transport
        certificate = transport._RTCDtlsTransport__local_certificate  # type: ignore[attr-defined]
        stock = certificate._create_ssl_context

        def speaking(srtp_profiles: list[SRTPProtectionProfile]) -> SSL.Context:
            context: SSL.Context = stock(srtp_profiles)
            context.set_cipher_list(ciphers)
            return context

        certificate._create_ssl_context = speaking
        try:
            if welcome:
                await person.join()
            else:
                with pytest.raises((ConnectionError, TimeoutError)):
                    await person.join(timeout_s=5)
                assert (who, ConnectionState.CONNECTED) not in states
            assert person.connected is welcome
        finally:
            await person.leave()


@pytest.mark.parametrize("forged", [CLIENT_HELLO, ALERT], ids=["client-hello", "alert"])
async def test_a_strangers_handshake_before_ice_completes_is_ignored(forged: bytes) -> None:
    visit, who = uuid4(), uuid4()
    async with meeting() as (plane, _):

        async def connect(offer: str) -> str:
            answer = await plane.connect(visit, who, offer)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
                for _ in range(3):
                    stranger.sendto(forged, ("127.0.0.1", _port(answer)))
            await asyncio.sleep(0.1)
            return answer

        person = SimulatedParticipant(connect, listen=("127.0.0.1",))
        await person.join()
        assert person.connected
        await person.leave()


async def test_a_flood_from_strangers_leaves_memory_flat() -> None:
    visit, who = uuid4(), uuid4()
    async with meeting() as (plane, _):
        grown = []

        async def connect(offer: str) -> str:
            answer = await plane.connect(visit, who, offer)
            tracemalloc.start()
            before = tracemalloc.get_traced_memory()[0]
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
                for _ in range(100):
                    for _ in range(100):
                        stranger.sendto(b"\x16" * 1200, ("127.0.0.1", _port(answer)))
                    await asyncio.sleep(0)
            grown.append(tracemalloc.get_traced_memory()[0] - before)
            tracemalloc.stop()
            return answer

        person = SimulatedParticipant(connect, listen=("127.0.0.1",))
        await person.join()
        assert grown[0] < 1_000_000  # stock aioice: 12 MB
        await person.leave()


async def test_a_malformed_offer_leaves_the_others_and_the_earlier_connection_alone() -> None:
    visit, one, two = uuid4(), uuid4(), uuid4()
    async with meeting() as (plane, states):
        first, second = await joined(plane, visit, one), await joined(plane, visit, two)
        for offer in ("", "v=0\r\n", "x" * 1_000_000, "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"):
            with pytest.raises(MalformedOffer) as refused:
                await plane.connect(visit, one, offer)
            assert refused.value.problem()["code"] == "malformed_offer"
        seen = (first.received[0].video, second.received[0].video)
        await until(lambda: first.received[0].video > seen[0] + 5 and second.received[0].video > seen[1] + 5)
        assert all(state == "connected" for _, state in states)
        await first.leave()
        await second.leave()


def test_the_guard_bounds_what_is_queued_and_who_is_proven() -> None:
    watch, address = Guard(), ("192.0.2.1", 5000)
    assert watch.refusal(b"", address, 0) == "empty"
    assert watch.refusal(b"\x16abc", address, 0) == "stranger"
    watch.prove(address)
    assert watch.refusal(b"\x16abc", address, 0) is None
    assert watch.refusal(b"\x80abc", address, MAX_QUEUED_DATAGRAMS) == "overflow"
    assert watch.refusal(b"\x50abc", address, 0) == "unknown"
    assert watch.refusal(b"\x80" * 5000, address, 0) == "unknown"
    for port in range(5001, 5100):
        watch.prove(("192.0.2.1", port))
    assert watch.refusal(b"\x16abc", address, 0) == "stranger"


async def test_the_names_the_guard_relies_on_are_still_there() -> None:
    """aioice is pinned to 0.13; this fails before a silent loss of protection would."""
    guard.install()
    assert StunProtocol.datagram_received is guard._guarded
    connection = Connection(ice_controlling=False)
    assert connection._queue.qsize() == 0
    assert guard_of(connection) is guard_of(connection)
    protocol = StunProtocol(connection)
    assert protocol.transactions == {}
    request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    request.attributes["USERNAME"] = f"{connection.local_username}:x"
    assert not guard._proves(request, protocol, connection)
    request.add_message_integrity(connection.local_password.encode())
    assert guard._proves(stun.parse_message(bytes(request)), protocol, connection)

"""Strangers with a socket: no datagram of theirs ends, delays or fattens a call."""

import asyncio
import socket
import time
import tracemalloc
from dataclasses import replace
from uuid import uuid4

import pytest
from aioice import stun
from aioice.ice import Connection, StunProtocol
from aiortc.rtcdtlstransport import SRTPProtectionProfile
from OpenSSL import SSL

from media import MalformedOffer, guard
from media.gathering import gather_by
from media.guard import MAX_QUEUED_DATAGRAMS, MAX_STUN_SOURCES, STUN_BURST, Guard, guard_of
from media.limits import TokenBucket
from media.model import ConnectionState
from media.simulated import SimulatedParticipant
from media.socket_pause import pause
from tests.fuzz.bed import Ear
from tests.integration.media.meeting import LOOPBACK, joined, meeting, until

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


def check(
    ice: Connection, *, user: str | None = None, password: str | None = None, priority: bool = True
) -> bytes:
    """A binding request as a peer would sign it, or somebody who guesses."""
    request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    request.attributes["USERNAME"] = f"{user or ice.local_username}:{ice.remote_username}"
    if priority:
        request.attributes["PRIORITY"] = 1
    request.add_message_integrity((password or ice.local_password).encode())
    return bytes(request)


def reasons() -> dict[str, float]:
    return {name: one._value.get() for name, one in guard._DROPPED.items()}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("another-user", "stranger_stun"),
        ("wrong-password", "stranger_stun"),
        ("no-priority", "malformed_stun"),
        ("cookie", "malformed_stun"),
        ("length", "malformed_stun"),
        ("long", "malformed_stun"),
        ("short-attribute", "malformed_stun"),
        ("answer-to-nothing", "stranger_stun"),
        ("indication", "stranger_stun"),
    ],
)
async def test_stun_that_proves_nothing_is_dropped_and_not_answered(name: str, reason: str) -> None:
    ear = Ear()
    sent: list[bytes] = []
    ear.protocol.transport.sendto = lambda data, *_: sent.append(data)  # type: ignore[method-assign]
    good = check(ear.ice)
    forms = {
        "another-user": check(ear.ice, user="else"),
        "wrong-password": check(ear.ice, password="x" * 22),
        "no-priority": check(ear.ice, priority=False),
        "cookie": good[:4] + bytes(4) + good[8:],
        "length": good + b"1234",
        "long": good[:2] + (2_000).to_bytes(2, "big") + good[4:20] + bytes(2_000),
        # struct.error out of aioice's parser, not ValueError: it used to reach the event loop's handler
        "short-attribute": good[:2] + b"\x00\x10" + good[4:20] + b"\x00\x24\x00\x02here:" + bytes(7),
        "answer-to-nothing": b"\x01\x01" + good[2:],
        "indication": b"\x00\x11" + good[2:],
    }
    before = reasons()
    ear.hear(forms[name])
    assert {key: value - before[key] for key, value in reasons().items() if value != before[key]} == {
        reason: 1
    }
    assert sent == []
    assert guard_of(ear.ice).last_heard is None
    ear.hear(good)
    assert guard_of(ear.ice).proven(("198.51.100.1", 4000))
    assert len(sent) == 1  # that one is answered


async def test_stun_is_limited_for_each_source_and_the_others_are_heard() -> None:
    ear = Ear()
    good = check(ear.ice)
    before = reasons()["stun_flood"]
    for number in range(STUN_BURST + 100):
        ear.hear(good, (f"2001:db8::{number:x}", 4000, 0, 0))  # one network of IPv6 is one source
    assert reasons()["stun_flood"] - before >= 90
    ear.hear(good, ("2001:db8:0:1::1", 4000, 0, 7))  # IPv6 comes with flow and scope
    assert guard_of(ear.ice).proven(("2001:db8:0:1::1", 4000))
    guessed = check(ear.ice, password="x" * 22)
    before = reasons()["stun_flood"]
    for number in range(1_500):  # who knows the user's name, from addresses without end
        ear.hear(guessed, (f"198.51.{number % 250}.{number // 250}", number))
    assert reasons()["stun_flood"] - before >= 600
    assert len(guard_of(ear.ice)._stun) <= MAX_STUN_SOURCES
    ear.hear(good, ("2001:db8:0:1::1", 4000, 0, 7))
    assert reasons()["stun_flood"] - before < 1_500  # whoever is proven is heard all the same
    assert guard_of(ear.ice).stun_allowed(("2001:db8:0:1::1", 4000), time.monotonic())


async def test_a_socket_that_gets_only_rubbish_is_left_alone_for_a_moment() -> None:
    ice = Connection(ice_controlling=False)
    gather_by(ice, LOOPBACK)
    await ice.gather_candidates()
    own = ice.local_candidates[0]
    watch = guard_of(ice)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        transport = ice._protocols[0].transport
        assert pause(transport, 0.2)
        assert not pause(transport, 0.2)  # already
        for _ in range(20):
            stranger.sendto(b"\x80", (own.host, own.port))
        await asyncio.sleep(0.05)
        assert watch.dropped == 0
        await until(lambda: watch.dropped == 20)  # read again
        watch._waste = TokenBucket(0, 0)
        stranger.sendto(b"\x80", (own.host, own.port))
        await until(lambda: watch.dropped == 21)
        assert not pause(transport, 0.2)  # the guard had paused it
    await ice.close()
    assert not pause(transport, 0.2)  # closed
    assert not pause(object(), 0.2)


async def test_two_people_on_ipv6_see_each_other() -> None:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6")
    visit = uuid4()
    async with meeting(replace(LOOPBACK, listen=("::1",))) as (plane, _):
        people = []
        for who in (uuid4(), uuid4()):
            person = SimulatedParticipant(
                lambda offer, who=who: plane.connect(visit, who, offer),  # type: ignore[misc]
                listen=("::1",),
            )
            await person.join()
            people.append(person)
        await until(lambda: all(person.received[0].video > 3 for person in people))
        for person in people:
            await person.leave()

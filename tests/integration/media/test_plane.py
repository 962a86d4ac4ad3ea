"""The plane's own promises: states, seats, candidates, certificates, and nothing left behind."""

import asyncio
import gc
import socket
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast
from uuid import UUID, uuid4

import pytest
from aiortc import RTCPeerConnection
from aiortc.rtcdtlstransport import SRTP_PROFILES, RTCCertificate
from OpenSSL import SSL

from core.clock import SystemClock
from media import ConnectionState, MalformedCandidate, MediaPlane, MediaSettings, RoomFull
from media.peer import RoomCertificate, close_quietly
from media.simulated import SimulatedParticipant
from tests.integration.media.meeting import LOOPBACK, joined, meeting, recorder, until

pytestmark = pytest.mark.integration


class _DeadLine:
    """A network cable that was pulled."""

    def sendto(self, data: bytes, addr: object) -> None: ...


async def test_a_silent_participant_is_told_as_disconnected_and_comes_back() -> None:
    visit, who = uuid4(), uuid4()
    settings = MediaSettings(allow_private=True, allow_loopback=True, listen=("127.0.0.1",), silence_s=1.0)
    async with meeting(settings) as (plane, states):
        person = await joined(plane, visit, who)
        await until(lambda: states == [(who, "connected")])
        ice = person._peer.getTransceivers()[0].receiver.transport.transport._connection
        protocol = ice._nominated[1].protocol
        line, protocol.transport = protocol.transport, cast("asyncio.DatagramTransport", _DeadLine())
        await until(lambda: states[-1] == (who, "disconnected"))
        protocol.transport = line
        await until(lambda: states[-1] == (who, "connected"))
        await person.leave()
        await until(lambda: states[-1] == (who, "closed"))
        assert plane.state(visit, who) is ConnectionState.CLOSED


async def test_a_room_that_is_full_refuses_and_the_seated_go_on() -> None:
    visit, people = uuid4(), [uuid4() for _ in range(3)]
    settings = MediaSettings(seats=1, allow_private=True, allow_loopback=True, listen=("127.0.0.1",))
    async with meeting(settings) as (plane, _):
        seated = []
        for who in people[:2]:
            person = SimulatedParticipant(
                lambda offer, who=who: plane.connect(visit, who, offer),  # type: ignore[misc]
                seats=1, listen=("127.0.0.1",),
            )  # fmt: skip
            await person.join()
            seated.append(person)
        third = SimulatedParticipant(lambda offer: plane.connect(visit, people[2], offer), seats=1)
        with pytest.raises(RoomFull):
            await third.join()
        await until(lambda: all(person.received[0].video > 3 for person in seated))
        for person in [*seated, third]:
            await person.leave()


async def test_a_consent_given_before_the_connection_counts_and_the_epoch_is_the_visits(
    tmp_path: Path,
) -> None:
    visit, who = uuid4(), uuid4()
    began = datetime.now(UTC) - timedelta(seconds=100)
    asked: list[UUID] = []

    async def epoch_of(visit_id: UUID) -> datetime:
        asked.append(visit_id)
        return began

    async with recorder(tmp_path) as (link, sink):
        plane = MediaPlane(LOOPBACK, link, SystemClock(), epoch_of=epoch_of)
        plane.tap(visit, who, record=True, transcribe=False)
        person = await joined(plane, visit, who)
        await until(lambda: bool(sink.segments))
        assert sink.segments[0].start == pytest.approx((datetime.now(UTC) - began).total_seconds(), abs=5.0)
        assert asked == [visit]
        await person.leave()
        await plane.close()


async def test_candidates_are_read_filtered_and_never_sent_to_when_denied() -> None:
    visit, who = uuid4(), uuid4()
    settings = MediaSettings(listen=("127.0.0.1",))  # neither private nor loopback peers
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as inner:
        inner.bind(("127.0.0.1", 0))
        inner.setblocking(False)
        port = inner.getsockname()[1]
        async with meeting(settings) as (plane, _):

            async def connect(offer: str) -> str:
                offer = offer.replace(
                    "a=ice-ufrag", f"a=candidate:9 1 udp 1 127.0.0.1 {port} typ host\r\na=ice-ufrag"
                )
                answer = await plane.connect(visit, who, offer)
                text = f"candidate:9 1 udp 1 127.0.0.1 {port} typ host"
                await plane.add_candidate(visit, who, text, "0")
                await plane.add_candidate(visit, who, "", "0")
                with pytest.raises(MalformedCandidate):
                    await plane.add_candidate(visit, who, "candidate:garbage", "0")
                await plane.add_candidate(visit, uuid4(), text, "0")  # nobody there: dropped
                return answer

            person = SimulatedParticipant(connect, listen=("127.0.0.1",))
            await person.join()  # its own checks reach us: peer reflexive
            with pytest.raises(BlockingIOError):
                inner.recv(2000)
            await person.leave()


async def test_joins_and_leaves_leave_nothing_behind() -> None:
    visit = uuid4()
    async with meeting() as (plane, _):
        constant, counts = uuid4(), []
        watcher = await joined(plane, visit, constant)
        for round_ in range(10):
            who = uuid4()
            person = await joined(plane, visit, who)
            await person.leave()
            await plane.disconnect(visit, who)
            if round_ in (1, 9):
                await asyncio.sleep(0.2)
                gc.collect()
                counts.append((threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))))
        assert counts[1][0] <= counts[0][0] + 1
        assert counts[1][1] <= counts[0][1] + 2
        assert watcher.connected
        await watcher.leave()
        await plane.disconnect(visit, constant)
        assert plane._rooms == {}
        assert plane._locks == {}
        assert plane._taps == {}
        await asyncio.sleep(0.6)  # the pulse ends with the last room


async def test_closing_cannot_fail_or_hang() -> None:
    class Stubborn(RTCPeerConnection):
        async def close(self) -> None:
            await asyncio.sleep(60)

    class Broken(RTCPeerConnection):
        async def close(self) -> None:
            raise AttributeError

    for kind in (Stubborn, Broken):
        peer = kind()
        peer.addTransceiver("audio")
        await peer.setLocalDescription()
        async with asyncio.timeout(5):
            await close_quietly(peer, 0.2)


def test_the_servers_certificate_offers_no_cbc_suite() -> None:
    peer_certificate = RoomCertificate.generateCertificate()
    ours = SSL.Connection(peer_certificate._create_ssl_context(SRTP_PROFILES)).get_cipher_list()
    stock = SSL.Connection(
        RTCCertificate.generateCertificate()._create_ssl_context(SRTP_PROFILES)
    ).get_cipher_list()
    assert any(name.endswith("-SHA") for name in stock)
    assert not any(name.endswith(("-SHA", "-SHA256", "-SHA384")) and "GCM" not in name for name in ours)


async def test_a_wrong_fingerprint_ends_the_attempt() -> None:
    visit, who = uuid4(), uuid4()
    async with meeting() as (plane, states):

        async def connect(offer: str) -> str:
            lines = [
                "a=fingerprint:sha-256 " + ":".join(["AA"] * 32)
                if line.startswith("a=fingerprint:sha-256")
                else line
                for line in offer.split("\r\n")
                if not line.startswith(("a=fingerprint:sha-384", "a=fingerprint:sha-512"))
            ]
            return await plane.connect(visit, who, "\r\n".join(lines))

        person = SimulatedParticipant(connect, listen=("127.0.0.1",))
        await person.join()  # the client is content; the server is not
        await until(lambda: states == [(who, "closed")])
        await person.leave()


async def test_an_old_connection_goes_on_until_the_new_one_is_connected() -> None:
    visit, first, second = uuid4(), uuid4(), uuid4()
    async with meeting() as (plane, states):
        old = await joined(plane, visit, first)
        watcher = await joined(plane, visit, second)
        await until(lambda: watcher.received[0].video > 5)
        hanging = SimulatedParticipant(
            lambda offer: plane.connect(visit, first, offer), listen=("127.0.0.1",)
        )
        await hanging._peer.setLocalDescription()
        await hanging._connect(hanging._peer.localDescription.sdp)  # its answer is never used
        seen = watcher.received[0].video
        await until(lambda: watcher.received[0].video > seen + 5)
        assert old.connected
        new = await joined(plane, visit, first)
        await until(lambda: not old.connected)
        seen = watcher.received[0].video
        await until(lambda: watcher.received[0].video > seen + 5 and new.received[0].video > 5)
        assert plane.seats(visit, second) == {first: 0}
        assert (first, "closed") not in states
        assert plane._arrivals.of((visit, first)) == ()
        for person in (old, hanging, new, watcher):
            await person.leave()


async def test_a_visit_that_ends_leaves_nothing_of_its_people_behind() -> None:
    """Whether they left before, or were still there, or never came."""
    visit, first, second, never = uuid4(), uuid4(), uuid4(), uuid4()
    async with meeting() as (plane, _):
        people = [await joined(plane, visit, first), await joined(plane, visit, second)]
        plane.tap(visit, never, record=False, transcribe=True)
        await until(lambda: len(plane.ladder._viewers) == 2 == len(plane.ladder._voices))
        await plane.close_room(visit)
        assert (plane.ladder._viewers, plane.ladder._voices) == ({}, {})
        assert (plane._taps, plane._locks, plane._opening) == ({}, {}, {})
        plane.tap(visit, never, record=False, transcribe=True)
        await plane.close_room(visit)
        assert plane._taps == {}
        for person in people:
            await person.leave()


async def test_the_copying_process_ends_also_when_the_last_room_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("media.low_bandwidth.process.IDLE_S", 0.1)
    visit, who = uuid4(), uuid4()
    async with meeting() as (plane, _):
        person = await joined(plane, visit, who)
        connection = plane._rooms[visit].connection(who)
        assert connection is not None
        low = plane.ladder._low
        low.copy_of(connection.receivers["microphone"]).want(True, 18_000)
        low.tick(1.0)
        assert low.alive
        await plane.close_room(visit)
        await until(lambda: low.pid is None and not plane.ladder.copying)
        await person.leave()

"""Whoever floods, storms, announces too much or stops reading is bounded or removed with a reason, and nobody beside
them notices: the pair in the next room keeps under one per cent of loss, memory stays flat."""

import asyncio
import contextlib
import itertools
import os
import random
import socket
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from aioice import stun
from aiortc.rtp import RTCP_PSFB_PLI, RtcpPsfbPacket
from pylibsrtp import Error as SrtpError

from media import ConnectionState, MediaCutOff, MediaPlane, NodeFull, TooManyCandidates
from media import line as line_module
from media.candidates import MAX_ANNOUNCED, MAX_CANDIDATES
from media.guard import MAX_PEER_ADDRESSES, guard_of
from media.limits import Allowance
from tests.fuzz.targets import pieces, seeds
from tests.integration.media.hostile import (
    Hostile,
    connection_of,
    ended,
    healthy_pair,
    resident_bytes,
    spray,
)
from tests.integration.media.meeting import LOOPBACK, joined, meeting, until

pytestmark = pytest.mark.integration
FLAT = 24_000_000  # bytes of growth that a test run explains; the floods below bring hundreds of megabytes
LOSS = 0.01


def removals(plane: MediaPlane) -> list[tuple[UUID, str]]:
    told: list[tuple[UUID, str]] = []
    plane.on_removal = lambda _, who, reason: told.append((who, reason))
    return told


async def test_a_participant_that_floods_is_cut_to_its_allowance_then_removed() -> None:
    visit, who = uuid4(), uuid4()
    # A tenth of the usual allowance, so that a machine in trouble can still exceed it; the pair sends 90 a second.
    settings = replace(LOOPBACK, allowance=Allowance(packets_per_s=300, bits_per_s=2_000_000))
    async with meeting(settings) as (plane, states), healthy_pair(plane) as pair:
        told = removals(plane)
        bad = Hostile(await joined(plane, visit, who))
        packets = [bad.sealed(bad.packet(0x7777, 111, os.urandom(60))) for _ in range(60_000)]
        before = resident_bytes()

        async def attack() -> None:
            going_on = itertools.takewhile(lambda _: not told, packets)
            thread = spray(going_on, bad.room, 30.0, 10_000, bad.socket)
            await until(lambda: told == [(who, "media_flood")], 45)
            await ended(thread)

        assert await pair.loss_during(attack) < LOSS
        assert resident_bytes() - before < FLAT
        assert states[-1] == (who, ConnectionState.CLOSED)
        with pytest.raises(MediaCutOff) as refused:
            await plane.connect(visit, who, "v=0")
        assert 0 < int(str(refused.value.problem()["retry_after"])) <= 31
        await bad.person.leave()


def rubbish(ufrag: str) -> "itertools.cycle[bytes]":
    """What strangers and participants without sense send: of every protocol, whole and cut."""
    chance = random.Random(7)
    binding = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    binding.attributes["USERNAME"] = f"{ufrag}:abcd"
    binding.attributes["PRIORITY"] = 1
    named = bytes(binding)  # our user, no signature
    binding.add_message_integrity(b"guessed password 22 chars")
    forms = [
        b"",
        named,
        bytes(binding),
        b"\x16\xfe\xfd" + bytes(200),
        bytes.fromhex("15fefd00000000000000000002" + "0228"),  # a fatal alert in plain
        *(
            bytes([first]) + chance.randbytes(chance.randrange(1_400))
            for first in (0, 1, 20, 63, 128, 191, 255)
        ),
        *(b"\x80" + chance.randbytes(1_200) for _ in range(8)),
        *(b"\x80\xc8" + chance.randbytes(80) for _ in range(8)),
    ]
    return itertools.cycle(forms)


@pytest.mark.parametrize("inside", [False, True], ids=["from-outside", "from-a-participants-address"])
async def test_a_flood_of_rubbish_ends_no_call_and_fills_no_memory(inside: bool) -> None:
    visit, who = uuid4(), uuid4()
    async with meeting() as (plane, states), healthy_pair(plane) as pair:
        told = removals(plane)
        target = Hostile(await joined(plane, visit, who))
        ice = connection_of(plane, visit, who)._peer.ice
        assert ice is not None
        before = resident_bytes()

        async def attack() -> None:
            held = target.socket if inside else None
            await ended(spray(rubbish(ice.local_username), target.room, 3.0, 10_000, held))

        assert await pair.loss_during(attack) < LOSS
        assert resident_bytes() - before < FLAT
        assert guard_of(ice).dropped > 1_000
        assert ice._queue.qsize() < 512
        assert len(ice._remote_candidates) <= 4
        await until(lambda: plane.state(visit, who) is ConnectionState.CONNECTED)  # its own call goes on
        packets = connection_of(plane, visit, who).receivers["microphone"].packets
        await until(lambda: connection_of(plane, visit, who).receivers["microphone"].packets > packets + 20)
        assert told == []
        assert (who, ConnectionState.CLOSED) not in states
        await target.person.leave()


@pytest.mark.parametrize("kind", ["rtp", "rtcp"])
async def test_signed_nonsense_of_a_participant_is_counted_and_nothing_else(kind: str) -> None:
    """Bytes of chance and of the fuzzer's corpus under the participant's own keys, so that they get all the way in."""
    visit, who, viewer = uuid4(), uuid4(), uuid4()
    async with meeting() as (plane, states), healthy_pair(plane) as pair:
        watching = await joined(plane, visit, viewer)
        bad = Hostile(await joined(plane, visit, who))
        connection = connection_of(plane, visit, who)
        chance, failed = random.Random(11), line_module._DROPPED["failed"]._value.get()
        kept = [piece for data in seeds(kind) for piece in pieces(data) if len(piece) >= 12]
        streams = [bad.stream(connection, source) for source in ("microphone", "camera", "screen")]
        before = resident_bytes()

        def nonsense() -> bytes:
            piece = bytearray(
                chance.choice(kept) if chance.random() < 0.7 else chance.randbytes(chance.randrange(12, 600))
            )
            for _ in range(chance.randrange(4)):
                piece[chance.randrange(len(piece))] = chance.randrange(256)
            if kind == "rtcp":
                return bad.sealed_rtcp(b"\x80" + bytes([200 + chance.randrange(8)]) + bytes(piece[2:]))
            ssrc, payload_type = chance.choice(streams)
            return bad.sealed(
                bad.packet(
                    0x4242 + chance.randrange(9) if chance.random() < 0.2 else ssrc,
                    payload_type,
                    bytes(piece[12:]),
                    chance.randrange(300),
                )
            )

        async def attack() -> None:
            for number in range(1_500):
                with contextlib.suppress(SrtpError):  # its own libsrtp refuses some: not sent
                    bad.send(nonsense())
                if number % 20 == 0:
                    await asyncio.sleep(0.005)

        assert await pair.loss_during(attack) < LOSS
        assert line_module._DROPPED["failed"]._value.get() == failed
        assert resident_bytes() - before < FLAT
        assert watching.connected
        assert (viewer, ConnectionState.CLOSED) not in states
        await bad.person.leave()
        await watching.leave()


async def test_ten_thousand_candidates_are_bounded_and_refused_with_a_code() -> None:
    visit, who = uuid4(), uuid4()
    async with meeting() as (plane, _), healthy_pair(plane) as pair:
        person = await joined(plane, visit, who)
        ice = connection_of(plane, visit, who)._peer.ice
        assert ice is not None
        refused = 0

        async def attack() -> None:
            nonlocal refused
            for number in range(10_000):
                port = 1_024 + number
                try:
                    await plane.add_candidate(
                        visit, who, f"candidate:1 1 udp 1 10.9.8.7 {port} typ host", "0"
                    )
                except TooManyCandidates:
                    refused += 1
                if number % 100 == 0:
                    await asyncio.sleep(0)

        assert await pair.loss_during(attack) < LOSS
        assert refused == 10_000 - MAX_ANNOUNCED
        assert len(ice._remote_candidates) <= MAX_CANDIDATES + 4
        assert person.connected
        await person.leave()


async def test_checks_from_a_thousand_addresses_leave_the_list_of_pairs_short() -> None:
    """Candidates nobody announced: each signed check from a new address would become one (peer reflexive)."""
    visit, who = uuid4(), uuid4()
    async with meeting() as (plane, _):
        bad = Hostile(await joined(plane, visit, who))
        ice = connection_of(plane, visit, who)._peer.ice
        assert ice is not None
        for _ in range(1_000):
            check = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
            check.attributes["USERNAME"] = f"{ice.local_username}:{ice.remote_username}"
            check.attributes["PRIORITY"] = 1
            check.attributes["ICE-CONTROLLING"] = 1 << 63
            check.add_message_integrity(ice.local_password.encode())
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as elsewhere:
                elsewhere.bind((f"127.0.0.{random.randrange(2, 250)}", 0))
                elsewhere.sendto(bytes(check), bad.room)
            await asyncio.sleep(0)
        await until(lambda: len(ice._remote_candidates) >= MAX_PEER_ADDRESSES)
        assert len(ice._remote_candidates) == MAX_PEER_ADDRESSES
        assert len(ice._check_list) <= MAX_PEER_ADDRESSES + 4
        assert bad.person.connected
        await bad.person.leave()


async def test_a_picture_of_16k_reaches_nobody_and_its_sender_is_removed() -> None:
    visit, who, viewer = uuid4(), uuid4(), uuid4()
    async with meeting() as (plane, states):
        told = removals(plane)
        watching = await joined(plane, visit, viewer)
        bad = Hostile(await joined(plane, visit, who))
        connection = connection_of(plane, visit, who)
        ssrc, kind = bad.stream(connection, "camera")
        await until(lambda: watching.received[0].video > 3)
        huge = bytes.fromhex("10 d0 02 00 9d 01 2a ff 3f ff 3f") + bytes(400)
        sent: list[bytes] = []
        senders = connection_of(plane, visit, viewer).seats[0]
        monitor = senders["camera"]
        forward = monitor.forward

        def watch(source: Any, packet: Any, now: float) -> None:
            sent.append(packet.payload[:11])
            forward(source, packet, now)

        monitor.forward = watch  # type: ignore[method-assign]
        newest = connection.receivers["camera"]._reception.losses.highest
        for number in range(newest + 100, newest + 104):
            bad.send(bad.sealed(bad.packet(ssrc, kind, huge, number)))
            await asyncio.sleep(0.05)
        await until(lambda: told == [(who, "picture_too_large")])
        assert huge[:11] not in sent
        assert states[-1] == (who, ConnectionState.CLOSED)
        assert watching.connected
        await bad.person.leave()
        await watching.leave()


async def test_a_storm_of_key_frame_requests_costs_the_publisher_a_few() -> None:
    visit, who, publisher = uuid4(), uuid4(), uuid4()
    async with meeting() as (plane, _):
        sending = await joined(plane, visit, publisher)
        bad = Hostile(await joined(plane, visit, who))
        await until(lambda: bad.person.received[0].video > 3)
        camera = connection_of(plane, visit, publisher).receivers["camera"]
        asked = 0
        ask = camera._ask_key_frame

        def count() -> None:
            nonlocal asked
            asked += 1
            ask()

        camera._ask_key_frame = count  # type: ignore[method-assign]
        sender = connection_of(plane, visit, who).seats[0]["camera"]
        storm = bytes(RtcpPsfbPacket(fmt=RTCP_PSFB_PLI, ssrc=1, media_ssrc=sender.ssrc))
        for _ in range(300):
            bad.send(bad.sealed_rtcp(storm))
            await asyncio.sleep(0.01)
        assert 0 < asked <= 8 + 3  # what was saved up, then one in two seconds
        await bad.person.leave()
        await sending.leave()


async def test_a_reader_that_stops_reading_costs_nobody_anything() -> None:
    visit, who, other = uuid4(), uuid4(), uuid4()
    async with meeting(replace(LOOPBACK, silence_s=2.0)) as (plane, states), healthy_pair(plane) as pair:
        partner = await joined(plane, visit, other)
        stalled = Hostile(await joined(plane, visit, who))
        await until(lambda: partner.received[0].video > 2)
        before = resident_bytes()
        loop: Any = asyncio.get_running_loop()
        own: Any = stalled._pair.protocol.transport

        async def attack() -> None:
            loop._remove_reader(own._sock_fd)  # it sends on, and hears nothing
            seen = partner.received[0].video
            await until(lambda: partner.received[0].video > seen + 30)

        assert await pair.loss_during(attack) < LOSS
        assert resident_bytes() - before < FLAT
        own.sendto = lambda *_: None  # now it is frozen altogether
        await until(lambda: states[-1] == (who, ConnectionState.DISCONNECTED))
        assert partner.connected
        del own.sendto
        loop._add_reader(own._sock_fd, own._read_ready)
        await stalled.person.leave()
        await partner.leave()


async def test_a_node_takes_no_more_calls_and_people_than_it_may() -> None:
    async with meeting(replace(LOOPBACK, rooms=1, participants=2)) as (plane, _):
        visit, one, two = uuid4(), uuid4(), uuid4()
        first = await joined(plane, visit, one)
        with pytest.raises(NodeFull) as refused:
            await plane.connect(uuid4(), uuid4(), "v=0")
        assert refused.value.problem()["status"] == 503
        second = await joined(plane, visit, two)
        with pytest.raises(NodeFull):
            await plane.connect(visit, uuid4(), "v=0")
        again = await joined(plane, visit, two)  # whoever is in the room may come back to it
        for person in (first, second, again):
            await person.leave()

"""What is fuzzed, and what must hold. Each target takes any bytes and raises only when something is wrong with us.

A participant's bytes reach these after SRTP, a stranger's before. `CORPUS` keeps the inputs that found or nearly found
something; `test_corpus.py` replays them in `make test`, `python -m tests.fuzz.run` lets atheris grow them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from struct import pack
from typing import Any

from aioice import stun
from aiortc.rtcdtlstransport import SRTP_PROFILES, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport
from aiortc.sdp import SessionDescription

from media.candidates import AddressPolicy, parse_candidate, ufrag_of, usable
from media.errors import MalformedCandidate, MalformedOffer
from media.guard import MAX_PEER_ADDRESSES
from media.peer import RoomCertificate
from media.picture_size import picture_size
from media.sdp_gate import check_offer
from tests.fuzz.bed import Ear, Seat

CORPUS = Path(__file__).parent / "corpus"
POLICY = AddressPolicy(allow_private=True)
Target = Callable[[bytes], None]


class Bench:
    """One loop and one seat for many inputs, as a call lives for many packets."""

    LIFE = 200

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._seat: Seat | None = None
        self._used = 0

    def run(self, work: Awaitable[None]) -> None:
        async def inside() -> None:
            await work

        self.loop.run_until_complete(inside())

    async def seat(self) -> Seat:
        self._used += 1
        if self._seat is None or self._used % self.LIFE == 0:
            if self._seat is not None:
                await self._seat.close()
            self._seat = await Seat().open()
        return self._seat

    def close(self) -> None:
        if self._seat is not None:
            self.loop.run_until_complete(self._seat.close())
            self._seat = None
        self.loop.close()


def pieces(data: bytes) -> Iterator[bytes]:
    """The input as several packets: each with its length in front (one byte, times eight)."""
    at = 0
    while at < len(data) and at < 8_192:
        size = data[at] * 8
        yield data[at + 1 : at + 1 + size]
        at += 1 + size


def sdp(bench: Bench, data: bytes) -> None:
    """MalformedOffer or a description that aiortc reads, written by us from what was read."""
    try:
        offer = check_offer(data.decode("latin-1"), seats=1, policy=POLICY)
    except MalformedOffer:
        return
    SessionDescription.parse(offer.sdp())


def candidate(bench: Bench, data: bytes) -> None:
    text = data.decode("latin-1")
    ufrag_of(text)
    try:
        read = parse_candidate(text)
    except MalformedCandidate:
        return
    usable(read, POLICY)
    assert parse_candidate(read.line()) == read


def rtp(bench: Bench, data: bytes) -> None:
    """Packets of a participant, opened: routed, repaired, cached, forwarded, measured."""

    async def work() -> None:
        seat = await bench.seat()
        for packet in pieces(data):
            if len(packet) >= 12:
                seat.line._take(seat.line._srtp, b"\x80" + packet[1:])  # type: ignore[arg-type]
        seat.reports(bench.loop.time())

    bench.run(work())


def rtcp(bench: Bench, data: bytes) -> None:
    """Reports and wishes of a participant, as publisher and as viewer."""

    async def work() -> None:
        seat = await bench.seat()
        for packet in pieces(data):
            if len(packet) >= 12:
                for line in (seat.line, seat.viewer):
                    line._take_rtcp(line._srtp, packet)  # type: ignore[arg-type]
        seat.reports(bench.loop.time())

    bench.run(work())


def picture(bench: Bench, data: bytes) -> None:
    for codec in ("vp8", "h264", "opus"):
        picture_size(codec, data)  # of the three


def datagram(bench: Bench, data: bytes) -> None:
    """Whatever comes to the socket, from a stranger and, behind the first byte, with a signature that fits."""

    async def work() -> None:
        ear = Ear()
        ear.hear(data)
        if data:
            for signed in _signed(ear, data[1:]):
                ear.hear(signed, ("2001:db8::1", 4000 + data[0], 0, 0))
            ear.early_checks()
        assert len(ear.ice._remote_candidates) <= MAX_PEER_ADDRESSES
        tasks = [pair.task for pair in ear.ice._check_list if pair.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    bench.run(work())


def _signed(ear: Ear, attributes: bytes) -> Iterator[bytes]:
    """The attributes in a request, signed as the peer would, and in an answer to a check of ours."""
    attributes = attributes[: len(attributes) // 4 * 4]
    name = f"{ear.ice.local_username}:{ear.ice.remote_username}".encode()
    asked = b"\x07" * 12
    ear.protocol.transactions[asked] = _Transaction()  # type: ignore[assignment]
    user = pack("!HH", 6, len(name)) + name + bytes(-len(name) % 4)
    for kind, number, body, key in (
        (0x0001, b"\x01" * 12, user + attributes, ear.ice.local_password),
        (0x0101, asked, attributes, ear.ice.remote_password or ""),
        (0x0111, asked, attributes, ear.ice.remote_password or ""),
    ):
        head = pack("!HHL12s", kind, len(body) + 24, stun.COOKIE, number)
        yield head + body + pack("!HH", 8, 20) + stun.message_integrity(head + body, key.encode())


class _Transaction:
    def response_received(self, message: stun.Message, addr: tuple[str, int]) -> None: ...


_CERTIFICATE = RoomCertificate.generateCertificate()


def dtls(bench: Bench, data: bytes) -> None:
    """A handshake with nonsense: it fails, and nothing else."""

    async def work() -> None:
        ice = _Pipe(pieces(data))
        transport = RTCDtlsTransport(ice, [_CERTIFICATE])  # type: ignore[arg-type]
        transport._srtp_profiles = SRTP_PROFILES
        transport._set_role("server" if len(data) % 2 else "client")
        wanted = RTCDtlsParameters([RTCDtlsFingerprint("sha-256", ":".join(["AA"] * 32))])
        await transport.start(wanted)
        assert transport.state == "failed"
        await transport.stop()

    bench.run(work())


class _Pipe:
    """An ICE transport that has these datagrams, then none."""

    role = "controlled"

    def __init__(self, datagrams: Iterator[bytes]) -> None:
        self._datagrams = datagrams

    async def _recv(self) -> bytes:
        for one in self._datagrams:
            if one and (20 <= one[0] <= 63 or 128 <= one[0] <= 191):  # as the guard lets through
                return one
        raise ConnectionError

    async def _send(self, data: Any) -> None: ...


TARGETS: dict[str, Callable[[Bench, bytes], None]] = {
    target.__name__: target for target in (sdp, candidate, rtp, rtcp, picture, datagram, dtls)
}


def seeds(name: str) -> list[bytes]:
    return [file.read_bytes() for file in sorted((CORPUS / name).glob("*"))]

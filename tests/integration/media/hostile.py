"""A participant that is admitted and means harm, strangers beside it, and a healthy pair to watch meanwhile."""

import asyncio
import random
import resource
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from struct import pack
from typing import Any
from uuid import UUID, uuid4

from media import MediaPlane
from media.connection import ParticipantConnection
from media.simulated import SimulatedParticipant
from tests.integration.media.meeting import joined, until

Address = tuple[str, int]


def connection_of(plane: MediaPlane, visit: UUID, who: UUID) -> ParticipantConnection:
    connection = plane._rooms[visit].connection(who)
    assert connection is not None
    return connection


class Hostile:
    """A simulated participant whose keys, socket and address are used past its own software."""

    def __init__(self, person: SimulatedParticipant) -> None:
        self.person = person
        self.dtls: Any = person._peer.getTransceivers()[0].receiver.transport
        self.ice: Any = self.dtls.transport._connection
        self._pair = self.ice._nominated[1]
        self._sequence = random.randrange(1000)

    @property
    def socket(self) -> socket.socket:
        """Its own UDP socket, for use in another thread."""
        held: socket.socket = socket.fromfd(
            self._pair.protocol.transport.get_extra_info("socket").fileno(), socket.AF_INET, socket.SOCK_DGRAM
        )
        return held

    @property
    def room(self) -> Address:
        """Where the media server listens for it."""
        address: Address = self._pair.remote_addr
        return address

    def send(self, data: bytes) -> None:
        """A datagram as it is; none after it was thrown out."""
        if not self._pair.protocol.transport.is_closing():
            self._pair.protocol.transport.sendto(data, self.room)

    def sealed(self, packet: bytes) -> bytes:
        """RTP under the participant's keys."""
        protected: bytes = self.dtls._tx_srtp.protect(packet)
        return protected

    def sealed_rtcp(self, packet: bytes) -> bytes:
        protected: bytes = self.dtls._tx_srtp.protect_rtcp(packet)
        return protected

    def packet(self, ssrc: int, payload_type: int, payload: bytes, sequence: int | None = None) -> bytes:
        """RTP; without a sequence number of its own, in a row."""
        self._sequence = (self._sequence + 1) & 0xFFFF
        number = self._sequence if sequence is None else sequence & 0xFFFF
        return pack("!BBHLL", 0x80, 0x80 | payload_type, number, 3_000 * number, ssrc) + payload

    def stream(self, connection: ParticipantConnection, source: Any) -> tuple[int, int]:
        """(SSRC, payload type) of one of its own streams, as the room has agreed to it."""
        receiver = connection.receivers[source]
        assert receiver.media_ssrc is not None
        return receiver.media_ssrc, receiver._payload_type


@dataclass
class HealthyPair:
    """Two people in a visit of their own, in the same process as the attack."""

    plane: MediaPlane
    visit: UUID
    who: tuple[UUID, UUID]
    people: tuple[SimulatedParticipant, SimulatedParticipant]

    def counts(self) -> tuple[int, int]:
        """Packets that should have come from both, and that did not come by themselves."""
        receivers = [
            receiver
            for who in self.who
            for receiver in connection_of(self.plane, self.visit, who).receivers.values()
        ]
        losses = [receiver._reception.losses for receiver in receivers]
        return sum(one.expected for one in losses), sum(one.lost for one in losses)

    async def loss_during(self, attack: Callable[[], Any], *, at_least: int = 150) -> float:
        """Share of packets lost (0 to 1) from the attack's beginning until `at_least` more packets have come."""
        expected, lost = self.counts()
        seen = [person.received[0].video for person in self.people]
        result = attack()
        if asyncio.iscoroutine(result):
            await result
        await until(lambda: self.counts()[0] >= expected + at_least, 60)
        assert all(p.received[0].video > s for p, s in zip(self.people, seen, strict=True))
        now_expected, now_lost = self.counts()
        return (now_lost - lost) / (now_expected - expected)


@asynccontextmanager
async def healthy_pair(plane: MediaPlane) -> AsyncIterator[HealthyPair]:
    visit, who = uuid4(), (uuid4(), uuid4())
    people = (await joined(plane, visit, who[0]), await joined(plane, visit, who[1], hue=2))
    try:
        await until(lambda: all(person.received[0].video > 2 for person in people))
        yield HealthyPair(plane, visit, who, people)
    finally:
        for person in people:
            await person.leave()


def spray(
    datagrams: Iterator[bytes],
    to: Address,
    seconds: float,
    per_second: int,
    held: socket.socket | None = None,
) -> threading.Thread:
    """Send from a thread, so that the attacker's own work does not count; join it when it is over."""

    def run() -> None:
        with held or socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            begun = time.monotonic()
            for sent, data in enumerate(datagrams):
                try:
                    out.sendto(data, to)
                except OSError:
                    time.sleep(0.001)
                ahead = begun + sent / per_second - time.monotonic()
                if ahead > 0.005:
                    time.sleep(ahead)
                if time.monotonic() - begun > seconds:
                    return

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


async def ended(thread: threading.Thread) -> None:
    await until(lambda: not thread.is_alive(), 60)


def resident_bytes() -> int:
    """Memory of this process now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

"""The copying process as `serve` holds it: started on demand, ended when idle, killed when it hangs, started anew."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator

import pytest

from media.link_protocol import StreamPacket
from media.low_bandwidth import LowBandwidth, process
from media.model import Codec, Kind, Source
from media.rtp import Packet
from media.sources import PacketSource, PacketTaker, SenderReport
from tests.integration.media.meeting import until
from tests.unit.media.test_low_bandwidth import microphone

pytestmark = pytest.mark.integration

HANGS = (sys.executable, "-c", "import time; time.sleep(60)")
PATIENCE = 30.0


class Voice:
    """A source without a participant."""

    source_name: Source = "microphone"
    kind: Kind = "audio"
    codec: Codec = "opus"
    report: SenderReport | None = None

    def __init__(self) -> None:
        self.viewers: list[PacketTaker] = []
        self.wanted = 0

    def request_key_frame(self) -> None:
        self.wanted += 1

    def cached(self, sequence: int) -> Packet | None:
        return None

    async def talk(self) -> None:
        """At the speed of speech, until cancelled: what comes late is left out by the copy."""
        packets = microphone(PATIENCE)
        for start in range(0, len(packets), 3):
            self._hand_on(packets[start : start + 3])
            await asyncio.sleep(0.06)  # the time they take to be said

    def speak(self, seconds: float) -> None:
        self._hand_on(microphone(seconds))

    def _hand_on(self, packets: list[StreamPacket]) -> None:
        for one in packets:
            packet = Packet(111, 0, one.sequence, one.timestamp, 7, one.payload)
            for viewer in list(self.viewers):
                viewer.forward(self, packet, time.monotonic())


class Seat:
    """Keeps what it is shown."""

    def __init__(self) -> None:
        self.packets: list[Packet] = []

    def forward(self, source: PacketSource, packet: Packet, now: float) -> None:
        self.packets.append(packet)

    def report_from(self, source: PacketSource, report: SenderReport) -> None: ...


@pytest.fixture
async def low() -> AsyncIterator[LowBandwidth]:
    low = LowBandwidth()
    beating = asyncio.create_task(beat(low))
    yield low
    beating.cancel()
    await low.close()


async def beat(low: LowBandwidth) -> None:
    while True:
        low.tick(time.monotonic())
        await asyncio.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_it_starts_when_wanted_serves_and_ends_when_idle(
    low: LowBandwidth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "IDLE_S", 0.2)
    voice, seat = Voice(), Seat()
    copy = low.copy_of(voice)
    copy.viewers.append(seat)
    await asyncio.sleep(0.1)
    assert not low.running
    copy.want(True, 18_000)
    await until(lambda: low.running, PATIENCE)
    pid = low.pid
    assert pid is not None
    talking = asyncio.create_task(voice.talk())
    await until(lambda: len(seat.packets) >= 45, PATIENCE)
    talking.cancel()
    assert [packet.sequence_number for packet in seat.packets] == list(range(len(seat.packets)))
    assert copy.flows(time.monotonic())
    assert copy.cached(3) is seat.packets[3]
    copy.want(False, 0)
    assert voice.viewers == []
    await until(lambda: not alive(pid), PATIENCE)


async def test_one_that_hangs_is_killed_and_another_is_started(
    low: LowBandwidth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "SILENT_S", 0.5)
    monkeypatch.setattr(process, "RETRY_S", (0.05,))
    monkeypatch.setattr(low, "_command", HANGS)
    low.copy_of(Voice()).want(True, 18_000)
    await until(lambda: low.running, PATIENCE)
    first = low.pid
    assert first is not None
    await until(lambda: low.pid not in (None, first), PATIENCE)
    assert not alive(first)


async def test_what_cannot_be_taken_is_dropped_and_nothing_waits(
    low: LowBandwidth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "SOUND_WAITING", 4_096)
    monkeypatch.setattr(low, "_command", HANGS)  # never reads
    voice = Voice()
    low.copy_of(voice).want(True, 18_000)
    await until(lambda: low.running, PATIENCE)
    begun = time.monotonic()
    dropped = process.DROPPED.labels("audio")._value.get()
    for _ in range(10):
        voice.speak(10.0)
    assert process.DROPPED.labels("audio")._value.get() > dropped
    assert low._writer is not None
    assert low._writer.transport.get_write_buffer_size() < 8_192
    assert time.monotonic() - begun < 30


async def test_closing_ends_it(low: LowBandwidth) -> None:
    low.copy_of(Voice()).want(True, 18_000)
    await until(lambda: low.running, PATIENCE)
    pid = low.pid
    assert pid is not None
    await low.close()
    await until(lambda: not alive(pid), PATIENCE)

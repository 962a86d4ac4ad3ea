"""A recorder that hangs or is away: the call's process keeps its memory, sound is favoured over pictures."""

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from media import RecorderLink
from media.link_protocol import HEAD, OpenStream, encode
from media.model import Tap
from media.recorder_link import KEPT_SOUND, PICTURES_WAITING, TapStream
from media.recording import RecorderServer
from media.rtp import Packet
from tests.integration.media.meeting import FileSink, until

pytestmark = pytest.mark.integration


def tapped(link: RecorderLink) -> TapStream:
    stream = link.open(uuid4(), uuid4(), lambda: None)
    stream.change(Tap(record=True, transcribe=True), 0.0)
    return stream


async def test_a_recorder_that_never_reads_costs_bounded_memory(tmp_path: Path) -> None:
    release = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await release.wait()
        writer.close()

    server = await asyncio.start_unix_server(hang, str(tmp_path / "s"))
    link = RecorderLink(tmp_path / "s")
    link.start()
    await until(lambda: link.connected)
    stream = tapped(link)
    assert link._writer is not None
    for n in range(20_000):
        stream.packet("camera", "vp8", Packet(96, 1, n & 0xFFFF, n, 1, b"v" * 1000), n / 100)
    link.flush()
    waiting = link._writer.transport.get_write_buffer_size()
    assert waiting < PICTURES_WAITING + 2000
    stream.packet("microphone", "opus", Packet(111, 1, 1, 1, 1, b"a" * 80), 1.0)
    link.flush()
    assert link._writer.transport.get_write_buffer_size() > waiting
    link._writer.transport.abort()
    await link.close()
    release.set()
    server.close()
    await asyncio.sleep(0.05)


async def test_an_absent_recorder_is_kept_a_bounded_amount_of_sound(tmp_path: Path) -> None:
    link = RecorderLink(tmp_path / "nobody")
    link.start()
    stream = tapped(link)
    for n in range(100_000):
        stream.packet("microphone", "opus", Packet(111, 1, n & 0xFFFF, n, 1, b"a" * 80), n / 50)
        stream.packet("camera", "vp8", Packet(96, 1, n & 0xFFFF, n, 1, b"v" * 1000), n / 50)
    assert link._kept_bytes <= KEPT_SOUND
    assert sum(map(len, link._kept)) == link._kept_bytes
    await link.close()


async def test_without_a_tap_nothing_leaves(tmp_path: Path) -> None:
    link = RecorderLink(tmp_path / "nobody")
    stream = link.open(uuid4(), uuid4(), lambda: None)
    stream.packet("microphone", "opus", Packet(111, 1, 1, 1, 1, b"a"), 0.0)
    assert link._kept_bytes == 0
    stream.change(Tap(record=False, transcribe=True), 0.0)
    asked = link._kept_bytes
    stream.packet("camera", "vp8", Packet(96, 1, 1, 1, 1, b"v"), 0.0)
    assert link._kept_bytes == asked
    stream.close(1.0)
    before = link._kept_bytes
    stream.packet("microphone", "opus", Packet(111, 1, 1, 1, 1, b"a"), 0.0)
    assert link._kept_bytes == before


async def test_what_was_said_while_the_recorder_was_away_is_heard_though_the_speaker_left(
    tmp_path: Path,
) -> None:
    sink = FileSink(tmp_path)
    first = RecorderServer(tmp_path / "s", sink)
    await first.start()
    link = RecorderLink(tmp_path / "s")
    link.start()
    await until(lambda: link.connected)
    who = uuid4()
    stream = link.open(uuid4(), who, lambda: None)
    stream.change(Tap(record=False, transcribe=True), 0.0)
    await first.close()
    await until(lambda: not link.connected)
    for n in range(100):
        stream.packet("microphone", "opus", Packet(111, 1, n, n * 960, 1, b"\xf8\xff\xfe"), n / 50)
    stream.close(2.0)
    second = RecorderServer(tmp_path / "s", sink)
    await second.start()
    # Two seconds of sound, all of it sent while nobody listened.
    await until(lambda: sum(len(samples) for _, samples in sink.sound.get(who, [])) / 16_000 > 1.95)
    await link.close()
    await second.close()


class SlowSink(FileSink):
    """Its last word on a participant takes until `release`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.entered, self.release = asyncio.Event(), asyncio.Event()

    async def on_audio_end(self, visit_id: UUID, participant_id: UUID) -> None:
        self.entered.set()
        await self.release.wait()
        await super().on_audio_end(visit_id, participant_id)


async def _left_while_the_sink_is_slow(folder: Path) -> tuple[RecorderServer, SlowSink, UUID]:
    sink, who = SlowSink(folder), uuid4()
    server, link = RecorderServer(folder / "s", sink), RecorderLink(folder / "s")
    await server.start()
    link.start()
    await until(lambda: link.connected)
    stream = link.open(uuid4(), who, lambda: None)
    stream.change(Tap(record=True, transcribe=True), 0.0)
    for n in range(150):
        stream.packet("microphone", "opus", Packet(111, 1, n, n * 960, 1, b"\xf8\xff\xfe"), n / 50)
    stream.close(3.0)
    await asyncio.wait_for(sink.entered.wait(), 10)
    await link.close()
    await until(lambda: not server._lines)
    return server, sink, who


async def test_a_recorder_that_stops_right_after_the_visit_waits_for_the_last_word(tmp_path: Path) -> None:
    server, sink, who = await _left_while_the_sink_is_slow(tmp_path)
    closing = asyncio.create_task(server.close())
    await asyncio.sleep(0.05)
    assert not closing.done()
    sink.release.set()
    await asyncio.wait_for(closing, 5)
    assert sink.ended == [who]
    assert [(segment.cleanly, segment.more) for segment in sink.segments] == [(True, False)]


async def test_a_sink_that_hangs_does_not_hang_the_recorders_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("media.recording.server.CLOSE_S", 0.1)
    server, sink, _ = await _left_while_the_sink_is_slow(tmp_path)
    await asyncio.wait_for(server.close(), 2)
    sink.release.set()
    await asyncio.sleep(0.05)
    assert sink.ended == []  # nothing reaches the sink after the end


async def test_after_a_broken_frame_the_line_ends_though_the_sink_is_slow(tmp_path: Path) -> None:
    sink = SlowSink(tmp_path)
    server = RecorderServer(tmp_path / "s", sink)
    await server.start()
    reader, writer = await asyncio.open_unix_connection(str(tmp_path / "s"))
    writer.write(encode(OpenStream(1, uuid4(), uuid4(), False, True, 0.0)))
    writer.write(HEAD.pack(0xFFFFFFFF, 1))
    assert await asyncio.wait_for(reader.read(), 2) == b""
    assert not sink.release.is_set()
    sink.release.set()
    writer.close()
    await server.close()

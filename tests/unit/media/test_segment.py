"""What one participant's packets become: segments, with the sink's failures and the camera's moods."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import count
from typing import Any
from uuid import UUID

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame

from media.link_protocol import StreamPacket, StreamReport
from media.ports import Samples
from media.recording.segment import ParticipantRecording
from tests.integration.media.flashes import camera as camera_frames

VISIT, PERSON = UUID(int=1), UUID(int=2)
SILENCE = b"\xf8\xff\xfe"  # 20 ms of Opus silence


class Memory:
    """A segment in memory."""

    def __init__(self, start: float, kind: str = "camera") -> None:
        self.start, self.data, self.end, self.cleanly, self.more = start, b"", 0.0, False, False
        self.kind = kind
        self.gaps: list[tuple[float, float, str]] = []

    def write(self, data: bytes) -> None:
        self.data += data

    def flush(self) -> None: ...

    def gap(self, start: float, end: float, kind: str) -> None:
        self.gaps.append((start, end, kind))

    async def extend(self, end: float) -> None: ...

    async def close(self, end: float, cleanly: bool, more: bool) -> None:
        self.end, self.cleanly, self.more = end, cleanly, more


class MemorySink:
    def __init__(self) -> None:
        self.segments: list[Memory] = []

    async def open_segment(self, visit_id: UUID, participant_id: UUID, start: float, kind: str) -> Memory:
        self.segments.append(Memory(start, kind))
        return self.segments[-1]

    async def on_audio(
        self, visit_id: UUID, participant_id: UUID, at_seconds: float, samples: Samples
    ) -> None: ...

    async def on_audio_end(self, visit_id: UUID, participant_id: UUID) -> None: ...


class Camera:
    """Encodes VP8 frames of any size, one packet each."""

    def __init__(self) -> None:
        self.sequence = 100
        self._codec: Any = None
        self._size = (0, 0)

    def packet(self, at: float, size: tuple[int, int] = (64, 48), source: int = 0) -> StreamPacket:
        if size != self._size:
            self._size = size
            self._codec = av.CodecContext.create("libvpx", "w")
            self._codec.width, self._codec.height, self._codec.pix_fmt = *size, "yuv420p"
            self._codec.time_base, self._codec.options = (
                Fraction(1, 90_000),
                {"deadline": "realtime", "lag-in-frames": "0", "cpu-used": "8"},
            )
        picture = VideoFrame.from_ndarray(
            np.full((size[1], size[0], 3), int(at * 40) % 255, np.uint8), format="rgb24"
        )
        picture.pts = round(at * 90_000)
        data = b"".join(bytes(packet) for packet in self._codec.encode(picture))
        self.sequence += 1
        return StreamPacket(
            1, "camera", "vp8", source, True, self.sequence, round(at * 90_000), at, b"\x10" + data
        )


def voice(n: int, source: int = 0) -> StreamPacket:
    return StreamPacket(1, "microphone", "opus", source, False, n, n * 960, n * 0.02, SILENCE)


async def run(
    packets: list[StreamPacket | StreamReport],
    ask: Callable[[], None] = lambda: None,
    sink: MemorySink | None = None,
) -> tuple[list[Memory], ParticipantRecording]:
    sink = sink or MemorySink()
    tick = now = 0.0
    recording = ParticipantRecording(VISIT, PERSON, sink, ask, lambda: now)
    for packet in sorted(packets, key=lambda packet: packet.at):
        now = packet.at
        await recording.take(packet)
        if packet.at - tick > 0.4:
            tick = packet.at
            await recording.tick(tick)
    return sink.segments, recording


def frames(segment: Memory, kind: str) -> list[Any]:
    with av.open(io.BytesIO(segment.data), "r") as container:
        return list(container.decode(**{kind: 0})) if getattr(container.streams, kind) else []


async def test_a_rotated_phone_keeps_both_sizes_and_the_picture_its_delay() -> None:
    camera = Camera()
    packets: list[StreamPacket | StreamReport] = [voice(n) for n in range(300)]
    packets += [camera.packet(1.5 + n / 10) for n in range(20)]
    packets += [camera.packet(3.5 + n / 10, (48, 64)) for n in range(20)]
    segments, recording = await run(packets)
    await recording.stop()
    (segment,) = segments
    pictures, sound = frames(segment, "video"), frames(segment, "audio")
    assert {(p.width, p.height) for p in pictures} == {(64, 48), (48, 64)}
    assert pictures[0].time - sound[0].time == pytest.approx(1.5, abs=0.05)
    assert len(pictures) == 40
    assert sound[-1].time == pytest.approx(6.0, abs=0.1)
    assert segment.cleanly
    assert segment.end == pytest.approx(6.0, abs=0.1)


async def test_without_a_camera_sound_is_recorded_and_a_late_camera_begins_a_new_segment() -> None:
    camera = Camera()
    packets: list[StreamPacket | StreamReport] = [voice(n) for n in range(400)]
    packets += [camera.packet(5.0 + n / 10) for n in range(30)]
    segments, recording = await run(packets)
    await recording.stop()
    assert [bool(frames(segment, "video")) for segment in segments] == [False, True]
    assert segments[0].start == pytest.approx(0.0, abs=0.01)
    assert segments[0].end == pytest.approx(segments[1].start, abs=0.3)
    assert segments[1].end == pytest.approx(8.0, abs=0.1)
    assert [(segment.cleanly, segment.more) for segment in segments] == [(True, True), (True, False)]


class FullDisk(MemorySink):
    """Opens the first segment and no other."""

    async def open_segment(self, visit_id: UUID, participant_id: UUID, start: float, kind: str) -> Memory:
        if self.segments:
            raise OSError("no space left")
        return await super().open_segment(visit_id, participant_id, start, kind)


async def test_a_segment_whose_successor_could_not_be_opened_is_the_last_one() -> None:
    camera, sink = Camera(), FullDisk()
    packets: list[StreamPacket | StreamReport] = [voice(n) for n in range(300)]
    packets += [camera.packet(5.0 + n / 10) for n in range(10)]
    segments, _ = await run(packets, sink=sink)
    (segment,) = segments
    assert (segment.cleanly, segment.more) == (True, False)


async def test_an_end_and_a_failure_are_not_told_as_going_on() -> None:
    segments, recording = await run([voice(n) for n in range(200)])
    await recording.abandon()
    assert (segments[0].cleanly, segments[0].more) == (False, False)


async def test_a_new_connection_goes_on_in_the_same_segment_with_its_gap() -> None:
    camera = Camera()
    packets: list[StreamPacket | StreamReport] = [voice(n) for n in range(100)]
    packets += [camera.packet(n / 10) for n in range(20)]
    again = Camera()
    packets += [voice(n, source=1) for n in range(250, 400)]
    packets += [again.packet(5.0 + n / 10, source=1) for n in range(30)]
    segments, recording = await run(packets)
    await recording.stop()
    (segment,) = segments
    sound = frames(segment, "audio")
    gaps = np.diff([frame.time for frame in sound])
    assert max(gaps) == pytest.approx(3.0, abs=0.1)
    assert segment.end == pytest.approx(8.0, abs=0.1)


async def _asks(lost: tuple[float, float] = (0.0, 0.0), key_frame_every: int = 1000) -> int:
    asked: list[int] = []
    packets: list[StreamPacket | StreamReport] = [voice(n) for n in range(500)]
    for n in range(100):
        frame = (
            b"\x10\x11a picture" if n % key_frame_every else b"\x10\x10\x00\x00\x9d\x01\x2a\x40\x00\x30\x00"
        )
        packet = StreamPacket(1, "camera", "vp8", 0, True, n, n * 9000, n / 10, frame)
        if not lost[0] < packet.at < lost[1]:
            packets.append(packet)
    await run(packets, lambda: asked.append(1))
    return len(asked)


async def test_key_frames_are_asked_for_when_none_came_for_seconds_or_a_packet_was_lost() -> None:
    assert await _asks(key_frame_every=20) == 0
    assert await _asks(lost=(5.05, 5.15), key_frame_every=20) > 0
    assert await _asks() > 3  # this camera does not listen


async def test_a_long_absence_ends_the_segment() -> None:
    segments, recording = await run([voice(n) for n in range(200)])
    await recording.tick(30.0)
    assert segments[0].cleanly
    assert segments[0].end == pytest.approx(4.0, abs=0.05)
    assert len(segments) == 1


async def test_any_cut_of_a_growing_file_is_readable_to_within_a_second() -> None:
    camera = Camera()
    packets: list[StreamPacket | StreamReport] = [voice(n) for n in range(400)]
    packets += [camera.packet(n / 10) for n in range(80)]
    segments, recording = await run(packets)
    cut = Memory(0.0)
    cut.data = segments[0].data  # as kill -9 leaves it: never closed
    assert frames(cut, "audio")[-1].time > 6.9
    await recording.stop()


async def test_lost_sound_and_a_picture_that_stood_still_are_marked_where_they_were() -> None:
    camera = Camera()
    packets: list[StreamPacket | StreamReport] = [voice(n) for n in range(400) if not 200 <= n < 260]
    packets += [camera.packet(n / 10) for n in range(30)]
    asked = Camera()  # begins with a key frame, as the publisher does when it is asked for one
    asked.sequence = camera.sequence + 15
    packets += [asked.packet(n / 10) for n in range(45, 80)]
    segments, recording = await run(packets)
    await recording.stop()
    (segment,) = segments
    gaps = {kind: (start, end) for start, end, kind in segment.gaps}
    assert gaps["sound"] == pytest.approx((4.0, 5.2), abs=0.01)
    assert gaps["picture"] == pytest.approx((2.9, 4.5), abs=0.05)
    assert len(segment.gaps) == 2


async def test_a_pause_without_loss_is_no_gap() -> None:
    """A microphone that was taken away and came back: its numbers go on, its time has passed."""
    packets: list[StreamPacket | StreamReport] = [voice(n) for n in range(100)]
    for n in range(100, 200):
        later = n + 100
        packets.append(StreamPacket(1, "microphone", "opus", 0, False, n, later * 960, later * 0.02, SILENCE))
    segments, recording = await run(packets)
    await recording.stop()
    assert segments[0].gaps == []
    assert segments[0].end == pytest.approx(6.0, abs=0.1)


async def test_a_screen_has_a_file_of_its_own_and_ends_when_it_is_no_longer_shared() -> None:
    camera, screen = Camera(), Camera()
    packets: list[StreamPacket | StreamReport] = [voice(n) for n in range(600)]
    packets += [camera.packet(n / 10) for n in range(120)]
    shown = [screen.packet(2.0 + n / 10, (128, 96)) for n in range(30)]
    packets += [replace(packet, source="screen") for packet in shown]
    segments, recording = await run(packets)
    assert [segment.kind for segment in segments] == ["camera", "screen"]
    assert segments[1].cleanly
    assert (segments[1].start, segments[1].end) == pytest.approx((2.0, 5.0), abs=0.1)
    assert len(frames(segments[1], "video")) == 30
    assert frames(segments[1], "audio") == []
    await recording.stop()
    assert len(segments) == 2


async def test_another_codec_after_a_reconnect_goes_on_in_a_new_file() -> None:
    packets: list[StreamPacket | StreamReport] = [voice(n) for n in range(100)]
    packets += [Camera().packet(n / 10) for n in range(1)]
    begin = [(at + 2.0, data) for at, data, _ in camera_frames(1.0, (), codec="h264")]
    packets += [voice(n, source=1) for n in range(100, 150)]
    sequence = count(7)
    for at, data in begin:
        packets += h264_packets(sequence, at, data)
    segments, recording = await run(packets)
    await recording.stop()
    assert [(segment.cleanly, segment.more) for segment in segments] == [(True, True), (True, False)]
    assert len(frames(segments[1], "video")) == 25
    assert segments[1].end == pytest.approx(3.0, abs=0.1)


def h264_packets(sequence: Iterator[int], at: float, frame: bytes) -> list[StreamPacket]:
    """Each NAL unit in two fragments (RFC 6184 section 5.8), the parameter sets whole."""
    units = [unit for unit in frame.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1") if unit]
    payloads: list[bytes] = []
    for unit in units:
        if len(unit) < 60:
            payloads.append(unit)
            continue
        indicator, kind, half = unit[0] & 0xE0 | 28, unit[0] & 0x1F, len(unit) // 2
        payloads += [
            bytes([indicator, 0x80 | kind]) + unit[1:half],
            bytes([indicator, 0x40 | kind]) + unit[half:],
        ]
    return [
        StreamPacket(
            *(1, "camera", "h264", 1, n == len(payloads) - 1, next(sequence), round(at * 90_000)),
            *(at + n / 1000, payload),
        )
        for n, payload in enumerate(payloads)
    ]

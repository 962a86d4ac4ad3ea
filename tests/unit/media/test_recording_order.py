"""Reordering, joining frames, and placing them in time."""

import random
from itertools import pairwise

from media.link_protocol import StreamPacket
from media.recording.frames import FrameAssembler, opus_seconds
from media.recording.reorder import ReorderBuffer
from media.recording.track_clock import LipSync, TrackClock

KEY = b"\x10\x02\x00\x9d\x01\x2a" + (320).to_bytes(2, "little") + (240).to_bytes(2, "little")


def packet(
    sequence: int, at: float, payload: bytes = b"x", *, marker: bool = True, source: int = 0
) -> StreamPacket:
    return StreamPacket(
        1, "camera", "vp8", source, marker, sequence & 0xFFFF, sequence * 3000 & 0xFFFFFFFF, at, payload
    )


def test_shuffled_packets_come_in_order_without_a_gap() -> None:
    rng = random.Random(7)
    numbers = list(range(65_500, 65_600))
    for start in range(0, 100, 4):
        part = numbers[start : start + 4]
        rng.shuffle(part)
        numbers[start : start + 4] = part
    numbers.sort(key=lambda n: n != 65_500)  # the first one decides where counting begins
    buffer = ReorderBuffer(0.5)
    out = [item for number in numbers for item in buffer.push(packet(number, 1.0))]
    assert [item.packet.sequence for item in out] == [n & 0xFFFF for n in range(65_500, 65_600)]
    assert not any(item.gap for item in out)


def test_a_missing_packet_is_waited_for_and_then_told() -> None:
    buffer = ReorderBuffer(0.5)
    buffer.push(packet(1, 0.0))
    assert buffer.push(packet(3, 0.1)) == []
    assert buffer.due(0.5) == []
    late = buffer.due(0.61)
    assert [(item.packet.sequence, item.gap) for item in late] == [(3, True)]
    assert buffer.push(packet(2, 0.7)) == []  # too late
    assert [item.gap for item in buffer.push(packet(4, 0.8))] == [False]


def test_a_new_source_begins_anew() -> None:
    buffer = ReorderBuffer(0.5)
    buffer.push(packet(1, 0.0))
    buffer.push(packet(3, 0.0))
    out = buffer.push(packet(40_000, 0.1, source=1))
    assert [item.packet.sequence for item in out] == [3, 40_000]


def _frames(*items: StreamPacket) -> list[int]:
    buffer, assembler, found = ReorderBuffer(0.0), FrameAssembler(), []
    for item in items:
        for ordered in buffer.push(item):
            frame = assembler.add(ordered)
            if frame is not None:
                found.append(frame.timestamp // 3000)
    return found


def test_after_a_loss_pictures_wait_for_a_key_frame() -> None:
    key, delta = b"\x10" + KEY, b"\x10\x11delta"
    items = [
        packet(1, 0, delta),
        packet(2, 0, key),
        packet(3, 0, delta),
        packet(5, 1, delta),
        packet(6, 1, key),
    ]
    assert _frames(*items) == [2, 3, 6]


def test_a_frame_of_several_packets() -> None:
    assembler, buffer = FrameAssembler(), ReorderBuffer(0.5)
    parts = [b"\x10" + KEY, b"\x00middle", b"\x00end"]
    frames = []
    for index, part in enumerate(parts):
        p = StreamPacket(1, "camera", "vp8", 0, index == 2, 10 + index, 9000, 0.0, part)
        frames += [assembler.add(item) for item in buffer.push(p)]
    assert frames[-1] is not None
    assert frames[-1].data == KEY + b"middleend"
    assert frames[-1].size == (320, 240)


def test_opus_lengths() -> None:
    assert opus_seconds(bytes([31 << 3])) == 0.02  # CELT, 20 ms, one frame
    assert opus_seconds(bytes([(1 << 3) | 1])) == 0.04  # SILK 20 ms, two frames
    assert opus_seconds(bytes([(19 << 3) | 3, 3])) == 0.06
    assert opus_seconds(b"") == 0.0


def test_sound_keeps_its_own_time_through_jitter() -> None:
    rng, clock = random.Random(1), TrackClock(48_000)
    placed = [clock.place(0, 1000 + n * 960, 5.0 + n * 0.02 + rng.random() * 0.08) for n in range(1000)]
    steps = [later - earlier for earlier, later in pairwise(placed)]
    assert max(abs(step - 0.02) for step in steps) < 1e-9


def test_a_clock_that_stood_still_is_followed() -> None:
    clock = TrackClock(48_000)
    for n in range(100):
        clock.place(0, n * 960, n * 0.02)
    last = [clock.place(0, n * 960, n * 0.02 + 30.0) for n in range(100, 400)][-1]
    assert abs(last - (399 * 0.02 + 30.0)) < 0.05


def test_a_timestamp_wrap_is_no_leap() -> None:
    clock = TrackClock(90_000)
    first = clock.place(0, 0xFFFFFFFF, 1.0)
    assert abs(clock.place(0, 89_999, 2.0) - first - 1.0) < 1e-6


def test_lips_follow_the_sender_reports() -> None:
    sound, picture = TrackClock(48_000), TrackClock(90_000)
    lips = LipSync(sound, picture)
    sound.place(0, 0, 10.0)
    seconds = picture.place(0, 0, 10.3)  # the picture took 0.3 s longer, for the same moment
    assert lips.place(seconds) == seconds
    sound.report(0, 100 << 32, 0)
    picture.report(0, 100 << 32, 0)
    for n in range(1, 100):
        last = lips.place(picture.place(0, n * 6000, 10.3 + n / 15))
    assert abs(last - (10.0 + 99 / 15)) < 0.006

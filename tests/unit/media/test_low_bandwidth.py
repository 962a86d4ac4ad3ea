"""The copies themselves: what they weigh, that they can be decoded again, and that late work is dropped."""

import contextlib
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest
from av.video.frame import PictureType, VideoFrame
from hypothesis import given, settings
from hypothesis import strategies as st

from media.link_protocol import HEAD, BrokenFrame, CloseStream, KeyFrameWanted, StreamPacket
from media.low_bandwidth import protocol, voice
from media.low_bandwidth.pictures import MOST_PIXELS, SmallPictures, fitting, is_key_frame
from media.low_bandwidth.voice import FRAME, LEAN_BPS, LOW_BPS, LeanVoice
from media.model import Codec
from media.vp8 import key_frame_size, parse_descriptor, starts_key_frame

Coded = list[tuple[bool, int, bytes]]


def camera(codec: Codec, frames: int, width: int = 640, height: int = 480) -> list[StreamPacket]:
    """A moving picture at 25 frames a second, packetised as a browser would."""
    encoder = av.CodecContext.create("libvpx" if codec == "vp8" else "libx264", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.bit_rate = Fraction(1, 90_000), 500_000
    live = {"deadline": "realtime", "lag-in-frames": "0", "cpu-used": "8"}
    encoder.options = live if codec == "vp8" else {"preset": "ultrafast", "tune": "zerolatency"}
    rng, packets = np.random.default_rng(1), list[StreamPacket]()
    for number in range(frames):
        picture = np.full((height, width, 3), (90, 120, 60), np.uint8)
        picture[40:200, (number * 9) % (width - 80) :][:, :80] = 230
        picture[: height // 2] += rng.integers(0, 12, (height // 2, width, 3), np.uint8)
        frame = VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
        frame.pts, frame.pict_type = number * 3600, PictureType.I if number == 0 else PictureType.NONE
        for coded in encoder.encode(frame):
            packets += packetised(codec, bytes(coded), len(packets), number)
    return packets


def packetised(codec: Codec, frame: bytes, sequence: int, number: int) -> list[StreamPacket]:
    if codec == "h264":
        from aiortc.codecs.h264 import H264Encoder

        payloads = H264Encoder._packetize(H264Encoder._split_bitstream(frame))
    else:
        payloads = [(b"\x00" if at else b"\x10") + frame[at : at + 1100] for at in range(0, len(frame), 1100)]
    return [
        StreamPacket(
            1, "camera", codec, 0, at == len(payloads) - 1, sequence + at, number * 3600, number / 25, payload
        )
        for at, payload in enumerate(payloads)
    ]


def small(asked: list[int] | None = None) -> tuple[SmallPictures, Coded]:
    out: Coded = []
    ask: Callable[[], None] = (lambda: None) if asked is None else (lambda: asked.append(1))
    return SmallPictures(lambda *packet: out.append(packet), ask, 100.0), out


def frames_of(coded: Coded) -> list[VideoFrame]:
    decoder = av.CodecContext.create("vp8", "r")
    assert isinstance(decoder, av.VideoCodecContext)
    data, pictures = b"", list[VideoFrame]()
    for marker, _, payload in coded:
        descriptor = parse_descriptor(payload)
        assert descriptor is not None
        data += payload[descriptor.length :]
        if marker:
            pictures += decoder.decode(av.Packet(data))
            data = b""
    return pictures


@pytest.mark.parametrize("codec", ["vp8", "h264"])
@pytest.mark.parametrize("bps", [60_000, 150_000])
def test_a_camera_becomes_small_within_its_rate(codec: Codec, bps: int) -> None:
    copy, out = small()
    copy.wish(True, bps)
    for packet in camera(codec, 100):
        copy.take(packet, packet.at)
    pictures, seconds = frames_of(out), 100 / 25
    assert {(p.width, p.height) for p in pictures} == {(320, 240)}
    assert 7.5 <= len(pictures) / seconds <= 15.5
    assert sum(len(payload) for _, _, payload in out) * 8 / seconds <= 1.2 * bps
    assert starts_key_frame(out[0][2])
    times = [timestamp for marker, timestamp, _ in out if marker]
    assert times == sorted(times)
    assert set(times) <= {number * 3600 for number in range(100)}  # the original's clock: lip-sync holds


def test_a_turned_phone_is_shown_upright() -> None:
    copy, out = small()
    copy.wish(True, 100_000)
    for packet in camera("vp8", 10, 480, 640):
        copy.take(packet, packet.at)
    assert {(p.width, p.height) for p in frames_of(out)} == {(180, 240)}


def test_a_key_frame_comes_when_asked_for() -> None:
    copy, out = small()
    copy.wish(True, 100_000)
    packets = camera("vp8", 40)
    for packet in packets[: len(packets) // 2]:
        copy.take(packet, packet.at)
    before = len(out)
    copy.force_key_frame()
    for packet in packets[len(packets) // 2 :]:
        copy.take(packet, packet.at)
    assert starts_key_frame(out[before][2])
    assert sum(starts_key_frame(payload) for _, _, payload in out) == 2


def test_late_pictures_are_decoded_and_not_encoded() -> None:
    copy, out = small()
    copy.wish(True, 100_000)
    for packet in camera("vp8", 20):
        copy.take(packet, packet.at + 0.5)
    assert out == []
    assert copy.still(6_000, 1.0) is not None  # the newest is known all the same


def test_hopelessly_late_pictures_wait_for_a_key_frame() -> None:
    asked: list[int] = []
    copy, out = small(asked)
    copy.wish(True, 100_000)
    for packet in camera("vp8", 20):
        copy.take(packet, packet.at + 5)
    assert out == []
    assert asked
    assert copy.still(6_000, 5.0) is None


def test_a_lost_packet_asks_for_a_key_frame_and_shows_no_damage() -> None:
    asked: list[int] = []
    copy, out = small(asked)
    copy.wish(True, 100_000)
    packets = camera("vp8", 60)
    for packet in packets:
        if packet.sequence != packets[30].sequence:
            copy.take(packet, packet.at)
    assert len(asked) >= 1
    assert max(timestamp for _, timestamp, _ in out) < packets[30].timestamp


@pytest.mark.parametrize("size", [6_000, 3_000, 1_500])
def test_a_still_fits_its_line(size: int) -> None:
    copy, out = small()
    copy.wish(False, 0)
    for packet in camera("vp8", 5):
        copy.take(packet, packet.at)
    assert out == []
    found = copy.still(size, 0.2)
    assert found is not None
    at, jpeg = found
    assert at == pytest.approx(4 / 25)
    assert len(jpeg) <= size
    assert jpeg[:2] == b"\xff\xd8"
    assert jpeg[-2:] == b"\xff\xd9"
    [picture] = [
        p for p in av.CodecContext.create("mjpeg", "r").decode(av.Packet(jpeg)) if isinstance(p, VideoFrame)
    ]
    assert picture.width <= 320
    assert copy.still(50, 0.2) is None
    assert copy.still(size, 60.0) is None  # an old picture is no news


def test_a_picture_too_large_is_never_decoded() -> None:
    width = height = 16_000
    frame = (
        b"\x10\x02\x00\x9d\x01\x2a" + width.to_bytes(2, "little") + height.to_bytes(2, "little") + bytes(50)
    )
    assert key_frame_size(frame) == (width, height)
    assert not is_key_frame("vp8", frame)
    assert width * height > MOST_PIXELS


@given(st.integers(2, 8000), st.integers(2, 8000))
def test_the_small_size_fits_and_is_even(width: int, height: int) -> None:
    w, h = fitting(width, height, 320)
    assert 2 <= w <= 320
    assert 2 <= h <= 240
    assert w % 2 == h % 2 == 0


@settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=20), st.sampled_from(["vp8", "h264"]))
def test_any_bytes_are_survived(payloads: list[bytes], codec: Codec) -> None:
    copy, _ = small()
    copy.wish(True, 100_000)
    for number, payload in enumerate(payloads):
        copy.take(
            StreamPacket(1, "camera", codec, 0, number % 3 == 0, number, number * 3000, 0.0, payload), 0.0
        )


# --- sound ---


def microphone(seconds: float, lost: frozenset[int] = frozenset()) -> list[StreamPacket]:
    """Something like vowels at 32 kbit/s in packets of 20 ms; numbers in `lost` are missing."""
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format, encoder.bit_rate = 48_000, "mono", "s16", 32_000
    t = np.arange(round(seconds * 48_000)) / 48_000
    phase = np.cumsum(120 + 20 * np.sin(2 * np.pi * 1.3 * t)) / 48_000
    tones = {1: 0.6, 2: 0.7, 3: 0.8, 4: 1.0, 5: 0.9, 6: 0.6, 8: 0.4, 10: 0.5, 12: 0.4, 18: 0.3, 22: 0.25}
    voiced = sum(loud * np.sin(2 * np.pi * tone * phase) for tone, loud in tones.items())
    wave = voiced * (0.15 + 0.85 * (np.sin(2 * np.pi * 2.5 * t) > -0.3)) * 2500
    packets = []
    for number in range(len(wave) // 960):
        frame = av.AudioFrame.from_ndarray(
            wave[np.newaxis, number * 960 : (number + 1) * 960].astype(np.int16), format="s16", layout="mono"
        )
        frame.sample_rate, frame.pts = 48_000, number * 960
        packets += [
            StreamPacket(1, "microphone", "opus", 0, False, number, number * 960, number * 0.02, bytes(coded))
            for coded in encoder.encode(frame)
            if number not in lost
        ]
    return packets


def lean(packets: list[StreamPacket], bps: int = LEAN_BPS) -> Coded:
    out: Coded = []
    copy = LeanVoice(lambda *packet: out.append(packet), bps)
    for packet in packets:
        copy.take(packet)
    return out


def heard(coded: Coded) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    decoder = av.CodecContext.create("libopus", "r")
    parts = [frame.to_ndarray().reshape(-1, len(frame.layout.channels)).mean(axis=1)
             for _, _, payload in coded for frame in decoder.decode(av.Packet(payload))
             if isinstance(frame, av.AudioFrame)]  # fmt: skip
    return np.concatenate(parts).astype(float)


@pytest.mark.parametrize("bps", [LEAN_BPS, LOW_BPS])
def test_a_voice_becomes_lean_and_keeps_its_time_line(bps: int) -> None:
    out = lean(microphone(6.0), bps)
    assert [timestamp for _, timestamp, _ in out] == [n * FRAME for n in range(len(out))]
    seconds = len(out) * 0.06
    assert seconds >= 5.8
    assert sum(len(payload) for _, _, payload in out) * 8 / seconds <= 1.15 * bps
    assert np.abs(heard(out)).max() > 3_000


def has_fec(payload: bytes) -> bool:
    """Whether the first SILK frame carries LBRR: its flag follows one voice flag per 20 ms (RFC 6716 section 4.2.3)."""
    config, at = payload[0] >> 3, 1
    if config >= 16:
        return False  # CELT only
    frames = 3 if config < 12 and config % 4 == 3 else 1
    if payload[0] & 3 == 3:  # several frames: their lengths come first
        vbr, at = payload[1] & 0x80, 2
        if vbr:
            for _ in range((payload[1] & 0x3F) - 1):
                at += 2 if payload[at] >= 252 else 1
    return bool(payload[at] >> (7 - frames) & 1)


def test_fec_is_in_the_packets() -> None:
    out = lean(microphone(3.0))
    assert sum(has_fec(payload) for _, _, payload in out[3:]) >= 0.6 * len(out[3:])  # voiced ones


def test_without_the_option_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the test above looks at does say something."""
    monkeypatch.setattr(voice, "EXPECTED_LOSS", 0)
    assert not any(has_fec(payload) for _, _, payload in lean(microphone(2.0)))


def test_a_short_gap_is_bridged_and_a_long_one_begins_anew() -> None:
    out = lean(microphone(6.0, lost=frozenset([50, 51, *range(150, 200)])))
    times = [timestamp for _, timestamp, _ in out]
    steps = {b - a for a, b in pairwise(times)}
    assert FRAME in steps
    assert len(steps) == 2  # one jump, of the second that is missing
    assert [marker for marker, _, _ in out].count(True) == 2
    bridged = heard(out[: 60 * 960 // FRAME])
    assert np.abs(bridged[50 * 960 : 52 * 960]).max() > 300


# --- the protocol ---


@pytest.mark.parametrize(
    "frame",
    [
        protocol.Wish(3, True, 90_000),
        protocol.StillWanted(3, 9, 4_000),
        protocol.Still(3, 9, 12.5, b"\xff\xd8jpeg"),
        protocol.Alive(),
        CloseStream(3, 0.0),
        KeyFrameWanted(3),
        StreamPacket(3, "camera", "h264", 0, True, 7, 8, 9.5, b"data"),
    ],
)
def test_frames_come_back_as_they_went(frame: protocol.Frame) -> None:
    data = protocol.encode(frame)
    length, kind = HEAD.unpack_from(data)
    assert protocol.decode(kind, data[HEAD.size :]) == frame
    assert length == len(data) - HEAD.size


@given(st.integers(0, 255), st.binary(max_size=80))
def test_foreign_frames_have_one_error(kind: int, body: bytes) -> None:
    with contextlib.suppress(BrokenFrame):
        protocol.decode(kind, body)

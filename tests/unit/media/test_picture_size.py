"""Sizes as real encoders write them, and as nobody does."""

from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.picture_size import UNREADABLE, picture_size


def encoded(codec: str, width: int, height: int, count: int = 2) -> list[bytes]:
    """The first frames a real encoder makes of noise."""
    context = av.CodecContext.create(codec, "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.time_base = Fraction(1, 30)
    noise = np.random.default_rng(3)
    packets = []
    for number in range(count):
        picture = noise.integers(0, 255, (height, width, 3), np.uint8)
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts = number
        packets += context.encode(frame)
    return [bytes(packet) for packet in (*packets, *context.encode(None))]


def units(stream: bytes) -> list[bytes]:
    """The NAL units of an Annex B byte stream."""
    return [unit for piece in stream.split(b"\x00\x00\x01")[1:] if (unit := piece.rstrip(b"\x00"))]


@pytest.mark.parametrize(("width", "height"), [(320, 240), (642, 482), (1280, 720)])
def test_vp8_of_a_real_encoder(width: int, height: int) -> None:
    key, later = encoded("libvpx", width, height)[:2]
    assert picture_size("vp8", b"\x90\x80\x05" + key[:1100]) == (width, height)
    assert picture_size("vp8", b"\x10" + key[:1100]) == (width, height)
    assert picture_size("vp8", b"\x80\x80\x05" + key[1100:]) is None  # the key frame's second packet
    assert picture_size("vp8", b"\x90\x80\x06" + later[:1100]) is None


@pytest.mark.parametrize(("width", "height"), [(320, 240), (640, 368), (1280, 720)])
def test_h264_of_a_real_encoder(width: int, height: int) -> None:
    parameters = next(unit for unit in units(encoded("libx264", width, height)[0]) if unit[0] & 31 == 7)
    rounded = (width, -(-height // 16) * 16)
    assert picture_size("h264", parameters) == rounded
    aggregate = b"\x18" + len(parameters).to_bytes(2, "big") + parameters + b"\x00\x02\x68\xce"
    assert picture_size("h264", aggregate) == rounded


def test_sixteen_thousand_pixels_are_read_as_such() -> None:
    assert picture_size("vp8", bytes.fromhex("10 d0 02 00 9d 01 2a ff 3f ff 3f")) == (16383, 16383)


@pytest.mark.parametrize(
    ("codec", "payload"),
    [
        ("vp8", bytes.fromhex("10 d0 02 00 00 00 00 ff 3f ff 3f")),  # no start code
        ("vp8", bytes.fromhex("10 d0 02 00 9d 01 2a")),  # cut off
        ("h264", bytes.fromhex("67")),
        ("h264", bytes.fromhex("7c 87 42 e0 1f")),  # a parameter set in pieces
        ("h264", b"\x67\x64\x00\x1f" + bytes(200)),  # zeros without end
    ],
)
def test_a_beginning_that_cannot_be_read_counts_as_too_large(codec: str, payload: bytes) -> None:
    assert picture_size(codec, payload) == UNREADABLE  # type: ignore[arg-type]  # of the two


@given(st.sampled_from(["vp8", "h264", "opus"]), st.binary(max_size=300))
def test_any_bytes_are_survived(codec: str, payload: bytes) -> None:
    size = picture_size(codec, payload)  # type: ignore[arg-type]  # of the three
    assert size is None or (codec != "opus" and min(size) >= 0)


@given(st.binary(max_size=200))
def test_any_parameter_set_is_survived(data: bytes) -> None:
    assert picture_size("h264", b"\x67" + data) is not None
    assert picture_size("h264", b"\x18" + data) is None or data

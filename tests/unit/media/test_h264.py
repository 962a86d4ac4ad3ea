"""Key frames of H.264 in every form RFC 6184 packs them; broken packets are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.h264 import starts_key_frame

SPS, PPS, IDR, SLICE, SEI = b"\x67sps", b"\x68pps", b"\x65idr", b"\x41p", b"\x06sei"


def stap(*units: bytes) -> bytes:
    return b"\x78" + b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)


@pytest.mark.parametrize(
    ("payload", "key"),
    [
        (SPS, True),
        (IDR, True),
        (PPS, False),
        (SLICE, False),
        (SEI, False),
        (stap(SPS, PPS), True),
        (stap(SEI, IDR), True),
        (stap(SEI, SLICE), False),
        (stap(), False),
        (b"\x7c\x85rest", True),  # FU-A, first fragment of an IDR slice
        (b"\x7c\x05rest", False),  # a later one
        (b"\x7c\x45rest", False),  # the last one
        (b"\x7c\x81rest", False),  # first fragment of another slice
        (b"\x78\x00\x09\x67sps", False),  # STAP-A that claims more than it has
        (b"\x78\x00\x00\x67", False),
        (b"\x65", False),
        (b"", False),
    ],
)
def test_key_frames(payload: bytes, key: bool) -> None:
    assert starts_key_frame(payload) is key


@given(st.binary(max_size=60))
def test_any_bytes_have_an_answer(payload: bytes) -> None:
    assert starts_key_frame(payload) in (True, False)

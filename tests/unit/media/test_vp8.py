"""The VP8 payload descriptor."""

from hypothesis import given
from hypothesis import strategies as st

from media.vp8 import key_frame_size, parse_descriptor, renumbered, starts_key_frame

KEY = b"\x10\x02\x00\x9d\x01\x2a" + (640).to_bytes(2, "little") + (480).to_bytes(2, "little")
WIDE = b"\x90\x80\xff\xff" + KEY  # X, S; I; picture id 0x7fff
FULL = b"\x90\xe0\x80\x05\x07\x20" + KEY  # picture id 5 (15 bits), TL0PICIDX 7, TID


def test_descriptors() -> None:
    plain = parse_descriptor(b"\x10" + KEY)
    assert plain is not None
    assert (plain.length, plain.starts_frame, plain.picture_id) == (1, True, None)
    wide = parse_descriptor(WIDE)
    assert wide is not None
    assert (wide.length, wide.picture_id, wide.picture_id_bits) == (4, 0x7FFF, 15)
    full = parse_descriptor(FULL)
    assert full is not None
    assert (full.length, full.picture_id, full.tl0_at) == (6, 5, 4)


def test_key_frames_and_their_size() -> None:
    assert starts_key_frame(WIDE)
    assert not starts_key_frame(b"\x90\x80\x80\x01\x11abc")
    assert not starts_key_frame(b"\x00" + KEY)
    assert key_frame_size(KEY) == (640, 480)
    assert key_frame_size(b"\x11" + KEY[1:]) is None


def test_numbers_go_on_and_wrap_in_their_width() -> None:
    moved = parse_descriptor(renumbered(WIDE, 1, 0))
    assert moved is not None
    assert moved.picture_id == 0
    both = renumbered(FULL, -10, 250)
    assert parse_descriptor(both).picture_id == 0x7FFB  # type: ignore[union-attr]
    assert both[4] == 1
    assert both[6:] == FULL[6:]


@given(st.binary(max_size=40), st.integers(-(2**16), 2**16))
def test_any_bytes_are_survived(payload: bytes, offset: int) -> None:
    assert len(renumbered(payload, offset, offset)) == len(payload)
    starts_key_frame(payload)
    key_frame_size(payload)

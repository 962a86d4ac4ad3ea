"""Frames survive the way, and what is no frame has one error."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.link_protocol import (
    HEAD,
    BrokenFrame,
    CloseStream,
    Frame,
    KeyFrameWanted,
    OpenStream,
    StreamPacket,
    StreamReport,
    decode,
    encode,
    encode_packet,
)
from media.rtp import Packet

VISIT, PERSON = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    "frame",
    [
        OpenStream(7, VISIT, PERSON, True, False, 1.5),
        StreamPacket(7, "screen", "h264", 255, True, 65_535, 0xFFFFFFFF, 3.25, b"\x90payload"),
        StreamPacket(7, "microphone", "opus", 0, False, 0, 0, 0.0, b""),
        StreamReport(7, "microphone", 1, 2**63 + 5, 960, 2.0),
        CloseStream(7, 9.0),
        KeyFrameWanted(7),
    ],
)
def test_a_frame_comes_back(frame: Frame) -> None:
    data = encode(frame)
    length, kind = HEAD.unpack(data[: HEAD.size])
    assert length == len(data) - HEAD.size
    assert decode(kind, data[HEAD.size :]) == frame


def test_a_packet_is_encoded_the_same_either_way() -> None:
    packet = Packet(96, 1, 65_535, 0xFFFFFFFF, 1, b"payload")
    frame = StreamPacket(7, "screen", "h264", 3, True, 65_535, 0xFFFFFFFF, 2.5, b"payload")
    assert encode_packet(7, 2, 2, 3, packet, 2.5) == encode(frame)


@given(st.integers(0, 255), st.binary(max_size=60))
def test_anything_else_is_a_broken_frame(kind: int, body: bytes) -> None:
    try:
        decode(kind, body)
    except BrokenFrame:
        return

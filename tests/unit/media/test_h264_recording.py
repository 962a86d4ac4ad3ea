"""H.264 as browsers send it to whole pictures; whatever else comes is survived."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.link_protocol import StreamPacket
from media.recording.frames import MOST_PIXELS, FrameAssembler
from media.recording.h264 import START, ParameterSets, depacketized, picture_size
from media.recording.reorder import Ordered
from tests.integration.media.flashes import camera


def units(frame: bytes) -> list[bytes]:
    return [unit for unit in frame.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1") if unit]


@pytest.mark.parametrize("size", [(320, 240), (240, 320), (1280, 720), (322, 182)])
def test_the_size_of_a_picture_is_read_from_its_parameter_set(size: tuple[int, int]) -> None:
    ((_, frame, _),) = camera(0.04, (), size, codec="h264")
    sps = next(unit for unit in units(frame) if unit[0] & 0x1F == 7)
    assert picture_size(sps) == size


def test_units_come_whole_aggregated_and_in_fragments() -> None:
    unit = b"\x65" + bytes(range(200))
    assert depacketized(unit) == START + unit
    aggregated = b"\x78" + b"".join(len(u).to_bytes(2, "big") + u for u in (b"\x67ab", b"\x68c"))
    assert depacketized(aggregated) == START + b"\x67ab" + START + b"\x68c"
    first, last = bytes([0x7C, 0x85]) + unit[1:100], bytes([0x7C, 0x45]) + unit[100:]
    assert (depacketized(first) or b"") + (depacketized(last) or b"") == START + unit


def test_a_key_frame_carries_its_configuration() -> None:
    ((_, frame, _),) = camera(0.04, (), codec="h264")
    data, size, private = ParameterSets().frame(b"".join(START + unit for unit in units(frame)))
    assert size == (320, 240)
    assert private[0] == 1  # configurationVersion
    assert sum(4 + len(unit) for unit in units(frame)) == len(data)


def test_a_picture_too_large_to_be_decoded_later_is_left_out() -> None:
    huge = b"\x10\x02\x00\x9d\x01\x2a" + (16_000).to_bytes(2, "little") * 2 + bytes(50)
    packet = StreamPacket(1, "camera", "vp8", 0, True, 1, 1, 0.0, b"\x10" + huge)
    assert MOST_PIXELS < 16_000 * 16_000
    assembler = FrameAssembler()
    assert assembler.add(Ordered(packet, gap=False)) is None
    assert assembler.wants_key_frame


@settings(max_examples=500, deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=400), st.booleans(), st.booleans()), max_size=12))
def test_any_bytes_are_survived(payloads: list[tuple[bytes, bool, bool]]) -> None:
    assembler = FrameAssembler()
    for n, (payload, marker, gap) in enumerate(payloads):
        packet = StreamPacket(1, "camera", "h264", 0, marker, n, n // 3, 0.0, payload)
        assembler.add(Ordered(packet, gap=gap))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=100_000))
def test_any_parameter_set_is_read_in_no_time(sps: bytes) -> None:
    picture_size(b"\x67" + sps)
    picture_size(b"\x67" + bytes(len(sps)))

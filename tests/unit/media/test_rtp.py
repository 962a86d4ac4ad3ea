"""Headers read by hand agree with aiortc's, and no bytes do harm."""

from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpReceiveParameters
from aiortc.rtp import HeaderExtensionsMap, RtpPacket
from hypothesis import given
from hypothesis import strategies as st

from media.rtp import Extension, header, header_with_word, parse
from media.sdp_gate import ABS_SEND_TIME, AUDIO_LEVEL, MID

IDS: dict[int, Extension] = {1: "level", 2: "abs_send_time", 4: "mid"}
THEIRS = HeaderExtensionsMap()
THEIRS.configure(
    RTCRtpReceiveParameters(
        headerExtensions=[
            RTCRtpHeaderExtensionParameters(id=1, uri=AUDIO_LEVEL),
            RTCRtpHeaderExtensionParameters(id=2, uri=ABS_SEND_TIME),
            RTCRtpHeaderExtensionParameters(id=4, uri=MID),
        ]
    )
)


@given(
    st.integers(0, 127), st.booleans(), st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFFFF), st.binary(max_size=60),
    st.none() | st.integers(0, 0xFFFFFF), st.none() | st.tuples(st.booleans(), st.integers(0, 127)),
    st.none() | st.text("abc01", min_size=1, max_size=8), st.integers(0, 20), st.lists(st.integers(0, 9), max_size=3),
)  # fmt: skip
def test_reading_agrees_with_aiortc(
    kind: int, marker: bool, sequence: int, timestamp: int, payload: bytes, sent: int | None,
    level: tuple[bool, int] | None, mid: str | None, padding: int, sources: list[int],
) -> None:  # fmt: skip
    theirs = RtpPacket(kind, int(marker), sequence, timestamp, 5, payload)
    theirs.csrc, theirs.padding_size = sources, padding
    theirs.extensions.abs_send_time = sent
    theirs.extensions.audio_level = level
    theirs.extensions.mid = mid
    ours = parse(theirs.serialize(THEIRS), IDS)
    assert ours is not None
    read = (ours.payload_type, ours.marker, ours.sequence_number, ours.timestamp, ours.ssrc, ours.payload)
    assert read == (kind, marker, sequence, timestamp, 5, payload)
    assert ours.abs_send_time == sent
    assert ours.level == (None if level is None else level[0] << 7 | level[1])
    assert ours.mid == (mid.encode() if mid else None)


@given(st.binary(max_size=80), st.booleans())
def test_any_bytes_are_a_packet_or_none(data: bytes, marked: bool) -> None:
    packet = parse(b"\x90" + data if marked else data, IDS)
    assert packet is None or len(packet.payload) <= len(data)


def test_what_is_cut_off_is_none() -> None:
    whole = header_with_word(96, 1, 2, 3, 0x22000007) + b"p"
    assert parse(whole, IDS) is not None
    for end in (0, 11, 12, 15, 19):
        assert parse(whole[:end], IDS) is None
    assert parse(b"\xa0" + header(96, 1, 2, 3)[1:] + b"\xff", IDS) is None  # more padding than packet
    assert parse(b"\xa0" + header(96, 1, 2, 3)[1:] + b"\x00", IDS) is None


def test_written_headers_are_read_again() -> None:
    plain = parse(header(0x80 | 111, 1, 2, 3) + b"x", IDS)
    timed = parse(header_with_word(96, 1, 2, 3, 0x22 << 24 | 0xABCDEF) + b"x", IDS)
    heard = parse(header_with_word(111, 1, 2, 3, 0x10 << 24 | 0x9F << 16) + b"x", IDS)
    assert plain is not None
    assert (plain.marker, plain.payload_type) == (1, 111)
    assert timed is not None
    assert timed.abs_send_time == 0xABCDEF
    assert heard is not None
    assert heard.level == 0x9F

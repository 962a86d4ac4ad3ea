"""Matroska (RFC 9559) as this service writes and reads it: a stream of short clusters of known size. Pure.

A cluster begins at every key frame, so the first block of each cluster tells whether a player may begin there; that
makes an index out of a walk over cluster heads (`media.indexed`), and any cut leaves whole clusters.
"""

from collections.abc import Iterable
from struct import pack

from media.model import Codec

EBML, SEGMENT, INFO, TRACKS, CLUSTER, CUES, VOID = (
    0x1A45DFA3,
    0x18538067,
    0x1549A966,
    0x1654AE6B,
    0x1F43B675,
    0x1C53BB6B,
    0xEC,
)
TIMESTAMP, SIMPLE_BLOCK, DURATION = 0xE7, 0xA3, 0x4489
UNKNOWN_SIZE = b"\x01\xff\xff\xff\xff\xff\xff\xff"
SOUND, PICTURE = 1, 2
"""Track numbers."""
KEY = 0x80
_CODECS: dict[Codec, bytes] = {"vp8": b"V_VP8", "h264": b"V_MPEG4/ISO/AVC"}
_OPUS_HEAD = b"OpusHead" + pack(
    "<BBHIhB", 1, 2, 0, 48_000, 0, 0
)  # RFC 7845 section 5.1; RTP Opus has no pre-skip
_SEEK_PRE_ROLL_NS = 80_000_000  # RFC 7845 section 4.6


def element(number: int, *content: bytes) -> bytes:
    """An EBML element: id, size in as few bytes as it takes, content."""
    body = b"".join(content)
    return _id(number) + _size(len(body)) + body


def unsigned(number: int, value: int) -> bytes:
    return element(number, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def floating(number: int, value: float) -> bytes:
    return element(number, pack(">d", value))


def _id(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _size(value: int) -> bytes:
    length = next(n for n in range(1, 9) if value < (1 << 7 * n) - 1)
    return (value | 1 << 7 * length).to_bytes(length, "big")


def head(codec: Codec | None, size: tuple[int, int], private: bytes, *, sound: bool) -> bytes:
    """What a file begins with, up to its first cluster. `codec` None: sound alone. `private`: avcC of H.264.

    WebM where it holds what WebM may (VP8 and Opus), else Matroska.
    """
    tracks = [_sound_track()] if sound else []
    if codec is not None:
        tracks.append(_picture_track(codec, size, private))
    return b"".join((_ebml(codec), _id(SEGMENT), UNKNOWN_SIZE, information(None), element(TRACKS, *tracks)))


def _ebml(codec: Codec | None) -> bytes:
    kind = b"matroska" if codec == "h264" else b"webm"
    return element(
        EBML, unsigned(0x4286, 1), unsigned(0x42F7, 1), unsigned(0x42F2, 4), unsigned(0x42F3, 8),
        element(0x4282, kind), unsigned(0x4287, 4), unsigned(0x4285, 2),
    )  # fmt: skip


def information(seconds: float | None) -> bytes:
    """The Info element: times in milliseconds, and the duration where it is known."""
    duration = b"" if seconds is None else floating(DURATION, seconds * 1000)
    name = b"consultroom"
    return element(
        INFO, unsigned(0x2AD7B1, 1_000_000), duration, element(0x4D80, name), element(0x5741, name)
    )


def _sound_track() -> bytes:
    sound = element(0xE1, floating(0xB5, 48_000.0), unsigned(0x9F, 2))
    return element(
        0xAE, unsigned(0xD7, SOUND), unsigned(0x73C5, SOUND), unsigned(0x83, 2), unsigned(0x9C, 0),
        element(0x86, b"A_OPUS"), element(0x63A2, _OPUS_HEAD), unsigned(0x56AA, 0),
        unsigned(0x56BB, _SEEK_PRE_ROLL_NS), sound,
    )  # fmt: skip


def _picture_track(codec: Codec, size: tuple[int, int], private: bytes) -> bytes:
    picture = element(0xE0, unsigned(0xB0, size[0]), unsigned(0xBA, size[1]))
    more = [element(0x63A2, private)] if private else []
    return element(
        0xAE, unsigned(0xD7, PICTURE), unsigned(0x73C5, PICTURE), unsigned(0x83, 1), unsigned(0x9C, 0),
        element(0x86, _CODECS[codec]), *more, picture,
    )  # fmt: skip


def block(track: int, relative_ms: int, data: bytes, *, key: bool) -> bytes:
    """A SimpleBlock; `relative_ms` to its cluster, -32768 to 32767."""
    return element(SIMPLE_BLOCK, pack(">BhB", 0x80 | track, relative_ms, KEY if key else 0), data)


def cluster(time_ms: int, blocks: Iterable[bytes]) -> bytes:
    return element(CLUSTER, unsigned(TIMESTAMP, time_ms), *blocks)


def cues(points: Iterable[tuple[int, int, int]]) -> bytes:
    """Where playing may begin: (ms, track, position of the cluster in the segment). Positions in 8 bytes each, so
    that the size of the index does not depend on them."""
    entries = (
        element(
            0xBB,
            unsigned(0xB3, time),
            element(0xB7, unsigned(0xF7, track), element(0xF1, pack(">Q", position))),
        )
        for time, track, position in points
    )
    return element(CUES, *entries)

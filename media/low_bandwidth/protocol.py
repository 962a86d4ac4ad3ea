"""What `serve` and the low-bandwidth process tell one another: the recorder link's frames and a few of their own. Pure.

A stream is one source (a microphone, a camera, a screen) of one connection. Times are CLOCK_MONOTONIC seconds, which
both processes read alike.
"""

from dataclasses import dataclass
from struct import Struct, error

from media import link_protocol
from media.link_protocol import HEAD, BrokenFrame, CloseStream, KeyFrameWanted, StreamPacket

WISH, STILL_WANTED, STILL, ALIVE = 32, 33, 34, 35
_WISH = Struct(">I?I")
_STILL_WANTED = Struct(">III")
_STILL = Struct(">IId")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of a stream, in whole: a moving (or audible) copy at `bps` or, without `copy`, stills only."""

    stream: int
    copy: bool
    bps: int


@dataclass(frozen=True, slots=True)
class StillWanted:
    """The newest picture as a JPEG of at most `size` bytes. `token` comes back with it."""

    stream: int
    token: int
    size: int


@dataclass(frozen=True, slots=True)
class Still:
    """`taken_at`: when the picture's last packet arrived."""

    stream: int
    token: int
    taken_at: float
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class Alive:
    """From the child, about once a second: it neither hangs nor lags hopelessly."""


Frame = Wish | StillWanted | Still | Alive | StreamPacket | CloseStream | KeyFrameWanted


def encode(frame: Frame) -> bytes:
    match frame:
        case Wish(stream, copy, bps):
            return _framed(WISH, _WISH.pack(stream, copy, bps))
        case StillWanted(stream, token, size):
            return _framed(STILL_WANTED, _STILL_WANTED.pack(stream, token, size))
        case Still(stream, token, taken_at, jpeg):
            return _framed(STILL, _STILL.pack(stream, token, taken_at) + jpeg)
        case Alive():
            return _framed(ALIVE, b"")
        case _:
            return link_protocol.encode(frame)


def _framed(kind: int, body: bytes) -> bytes:
    return HEAD.pack(len(body), kind) + body


def decode(kind: int, body: bytes) -> Frame:
    """Raises BrokenFrame."""
    try:
        if kind == WISH:
            return Wish(*_WISH.unpack(body))
        if kind == STILL_WANTED:
            return StillWanted(*_STILL_WANTED.unpack(body))
        if kind == STILL:
            stream, token, taken_at = _STILL.unpack_from(body)
            return Still(stream, token, taken_at, body[_STILL.size :])
    except error as broken:
        raise BrokenFrame from broken
    if kind == ALIVE:
        return Alive()
    frame = link_protocol.decode(kind, body)
    if not isinstance(frame, StreamPacket | CloseStream | KeyFrameWanted):
        raise BrokenFrame
    return frame

"""Frames between `serve` and `record` on their unix socket: 4 bytes length, 1 byte type, fixed fields,
payload. Pure.

Every `OPEN` tells the whole present wish for a stream, so a recorder that was restarted needs no history.
"""

from dataclasses import dataclass
from struct import Struct, error
from uuid import UUID

MAX_FRAME = 64 * 1024
HEAD = Struct(">IB")
_OPEN = Struct(">I16s16s??d")
_PACKET = Struct(">IBB?HId")
_REPORT = Struct(">IBBQId")
_CLOSE = Struct(">Id")
_KEY_FRAME = Struct(">I")

OPEN, PACKET, REPORT, CLOSE, KEY_FRAME = 1, 2, 3, 4, 16
KINDS = ("audio", "video")


class BrokenFrame(ValueError):
    """The other side does not speak this protocol."""


@dataclass(frozen=True, slots=True)
class OpenStream:
    """Participant's stream begins or its wishes change. `at`: seconds since the visit's media epoch, as
    everywhere."""

    stream: int
    visit_id: UUID
    participant_id: UUID
    record: bool
    transcribe: bool
    at: float


@dataclass(frozen=True, slots=True)
class StreamPacket:
    """One RTP packet. `source` counts the participant's connections: numbers begin anew with each."""

    stream: int
    kind: str
    source: int
    marker: bool
    sequence: int
    timestamp: int
    at: float
    payload: bytes


@dataclass(frozen=True, slots=True)
class StreamReport:
    """The publisher's RTCP sender report: its wall clock (NTP 32.32) at an RTP timestamp."""

    stream: int
    kind: str
    source: int
    ntp: int
    timestamp: int
    at: float


@dataclass(frozen=True, slots=True)
class CloseStream:
    stream: int
    at: float


@dataclass(frozen=True, slots=True)
class KeyFrameWanted:
    """From the recorder: ask this publisher for a key frame."""

    stream: int


Frame = OpenStream | StreamPacket | StreamReport | CloseStream | KeyFrameWanted


def encode(frame: Frame) -> bytes:
    """One frame with its head."""
    kind, body = _body(frame)
    return HEAD.pack(len(body), kind) + body


def _body(frame: Frame) -> tuple[int, bytes]:
    match frame:
        case StreamPacket(stream, kind, source, marker, sequence, timestamp, at, payload):
            fields = _PACKET.pack(stream, KINDS.index(kind), source & 0xFF, marker, sequence, timestamp, at)
            return PACKET, fields + payload
        case StreamReport(stream, kind, source, ntp, timestamp, at):
            return REPORT, _REPORT.pack(stream, KINDS.index(kind), source & 0xFF, ntp, timestamp, at)
        case OpenStream(stream, visit, participant, record, transcribe, at):
            return OPEN, _OPEN.pack(stream, visit.bytes, participant.bytes, record, transcribe, at)
        case CloseStream(stream, at):
            return CLOSE, _CLOSE.pack(stream, at)
        case KeyFrameWanted(stream):
            return KEY_FRAME, _KEY_FRAME.pack(stream)


def decode(kind: int, body: bytes) -> Frame:
    """Raises BrokenFrame."""
    try:
        return _decode(kind, body)
    except (error, IndexError) as broken:
        raise BrokenFrame from broken


def _decode(kind: int, body: bytes) -> Frame:
    if kind == PACKET:
        stream, media, source, marker, sequence, timestamp, at = _PACKET.unpack_from(body)
        return StreamPacket(
            stream, KINDS[media], source, marker, sequence, timestamp, at, body[_PACKET.size :]
        )
    if kind == REPORT:
        stream, media, source, ntp, timestamp, at = _REPORT.unpack(body)
        return StreamReport(stream, KINDS[media], source, ntp, timestamp, at)
    if kind == OPEN:
        stream, visit, participant, record, transcribe, at = _OPEN.unpack(body)
        return OpenStream(stream, UUID(bytes=visit), UUID(bytes=participant), record, transcribe, at)
    if kind == CLOSE:
        return CloseStream(*_CLOSE.unpack(body))
    if kind == KEY_FRAME:
        return KeyFrameWanted(*_KEY_FRAME.unpack(body))
    raise BrokenFrame

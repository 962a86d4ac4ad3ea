"""Frames between `serve` and `record` on their unix socket: 4 bytes length, 1 byte type, fixed fields,
payload. Pure.

Every `OPEN` tells the whole present wish for a stream, so a recorder that was restarted needs no history.
"""

from dataclasses import dataclass
from struct import Struct, error
from uuid import UUID

from media.model import KIND_OF, SOURCES, Codec, Kind, Source
from media.rtp import Packet

MAX_FRAME = 64 * 1024
HEAD = Struct(">IB")
_OPEN = Struct(">I16s16s??d")
_PACKET = Struct(">IBBB?HId")
_PACKET_WITH_HEAD = Struct(">IBIBBB?HId")
_REPORT = Struct(">IBBQId")
_CLOSE = Struct(">Id")
_KEY_FRAME = Struct(">I")

OPEN, PACKET, REPORT, CLOSE, KEY_FRAME = 1, 2, 3, 4, 16
CODECS: tuple[Codec, ...] = ("opus", "vp8", "h264")


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
    """One RTP packet. `connection` counts the participant's connections: numbers begin anew with each."""

    stream: int
    source: Source
    codec: Codec
    connection: int
    marker: bool
    sequence: int
    timestamp: int
    at: float
    payload: bytes

    @property
    def kind(self) -> Kind:
        return KIND_OF[self.source]


@dataclass(frozen=True, slots=True)
class StreamReport:
    """The publisher's RTCP sender report: its wall clock (NTP 32.32) at an RTP timestamp."""

    stream: int
    source: Source
    connection: int
    ntp: int
    timestamp: int
    at: float

    @property
    def kind(self) -> Kind:
        return KIND_OF[self.source]


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
        case StreamPacket(stream, source, codec, connection, marker, sequence, timestamp, at, payload):
            of = (SOURCES.index(source), CODECS.index(codec), connection & 0xFF)
            return PACKET, _PACKET.pack(stream, *of, marker, sequence, timestamp, at) + payload
        case StreamReport(stream, source, connection, ntp, timestamp, at):
            of_report = (SOURCES.index(source), connection & 0xFF)
            return REPORT, _REPORT.pack(stream, *of_report, ntp, timestamp, at)
        case OpenStream(stream, visit, participant, record, transcribe, at):
            return OPEN, _OPEN.pack(stream, visit.bytes, participant.bytes, record, transcribe, at)
        case CloseStream(stream, at):
            return CLOSE, _CLOSE.pack(stream, at)
        case KeyFrameWanted(stream):
            return KEY_FRAME, _KEY_FRAME.pack(stream)


def encode_packet(stream: int, source: int, codec: int, connection: int, packet: Packet, at: float) -> bytes:
    """As `encode` of a StreamPacket (places in SOURCES and CODECS), without making one: this runs for every
    packet."""
    payload = packet.payload
    return (
        _PACKET_WITH_HEAD.pack(
            _PACKET.size + len(payload),
            PACKET,
            stream,
            source,
            codec,
            connection,
            bool(packet.marker),
            packet.sequence_number,
            packet.timestamp,
            at,
        )
        + payload
    )


def decode(kind: int, body: bytes) -> Frame:
    """Raises BrokenFrame."""
    try:
        return _decode(kind, body)
    except (error, IndexError) as broken:
        raise BrokenFrame from broken


def _decode(kind: int, body: bytes) -> Frame:
    if kind == PACKET:
        stream, source, codec, connection, marker, sequence, timestamp, at = _PACKET.unpack_from(body)
        of, payload = (SOURCES[source], CODECS[codec], connection), body[_PACKET.size :]
        return StreamPacket(stream, *of, marker, sequence, timestamp, at, payload)
    if kind == REPORT:
        stream, source, *numbers = _REPORT.unpack(body)
        return StreamReport(stream, SOURCES[source], *numbers)
    if kind == OPEN:
        stream, visit, participant, record, transcribe, at = _OPEN.unpack(body)
        return OpenStream(stream, UUID(bytes=visit), UUID(bytes=participant), record, transcribe, at)
    if kind == CLOSE:
        return CloseStream(*_CLOSE.unpack(body))
    if kind == KEY_FRAME:
        return KeyFrameWanted(*_KEY_FRAME.unpack(body))
    raise BrokenFrame

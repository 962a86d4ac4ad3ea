"""Whole VP8 frames from ordered packets; the length of Opus packets. Pure."""

from dataclasses import dataclass

from media.recording.reorder import Ordered
from media.vp8 import key_frame_size, parse_descriptor

MAX_FRAME_BYTES = 4 * 1024 * 1024

_SILK = (0.01, 0.02, 0.04, 0.06)
_CELT = (0.0025, 0.005, 0.01, 0.02)


def opus_seconds(payload: bytes) -> float:
    """Length of an Opus packet from its table-of-contents byte (RFC 6716 section 3.1). 0 when it is none."""
    if not payload:
        return 0.0
    mode, form = payload[0] >> 3, payload[0] & 0x03
    if mode < 12:
        one = _SILK[mode & 3]
    elif mode < 16:
        one = _SILK[mode & 1]
    else:
        one = _CELT[mode & 3]
    counted = payload[1] & 0x3F if len(payload) > 1 else 0  # only code 3 packets tell their number of frames
    return min(one * (1, 2, 2, counted)[form], 0.12)


@dataclass(frozen=True, slots=True)
class VideoFrame:
    """One encoded frame. `size` (width, height) on key frames."""

    data: bytes
    source: int
    timestamp: int
    at: float
    size: tuple[int, int] | None


class FrameAssembler:
    """Joins packets to frames. After a loss everything up to the next key frame is dropped: the decoder
    would only show the damage. `wants_key_frame` says so to whoever can ask for one."""

    def __init__(self) -> None:
        self.wants_key_frame = True
        self._parts: list[bytes] = []
        self._timestamp: int | None = None
        self._source: int | None = None
        self._bytes = 0

    def add(self, item: Ordered) -> VideoFrame | None:
        packet = item.packet
        if item.gap or packet.source != self._source:
            self._lose(packet.source)
        descriptor = parse_descriptor(packet.payload)
        if descriptor is None:
            self._lose(packet.source)
            return None
        if packet.timestamp != self._timestamp:
            if self._parts:  # the former frame's end is missing
                self._lose(packet.source)
            if not descriptor.starts_frame:
                self._lose(packet.source)
                return None
            self._timestamp = packet.timestamp
        return self._join(item, packet.payload[descriptor.length :])

    def _join(self, item: Ordered, data: bytes) -> VideoFrame | None:
        packet = item.packet
        self._parts.append(data)
        self._bytes += len(data)
        if self._bytes > MAX_FRAME_BYTES:
            self._lose(packet.source)
            return None
        if not packet.marker:
            return None
        frame = b"".join(self._parts)
        self._parts, self._bytes, self._timestamp = [], 0, None
        size = key_frame_size(frame)
        if self.wants_key_frame and size is None:
            return None
        self.wants_key_frame = False
        return VideoFrame(frame, packet.source, packet.timestamp, packet.at, size)

    def _lose(self, source: int) -> None:
        self._parts, self._bytes, self._timestamp = [], 0, None
        self._source = source
        self.wants_key_frame = True

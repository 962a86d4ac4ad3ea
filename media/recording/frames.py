"""Whole VP8 and H.264 frames from ordered packets; the length of Opus packets. Pure."""

from dataclasses import dataclass

from media.model import Codec
from media.recording import h264
from media.recording.reorder import Ordered
from media.vp8 import key_frame_size, parse_descriptor

MAX_FRAME_BYTES = 4 * 1024 * 1024
MOST_PIXELS = 4096 * 2304  # whoever decodes the recording later has to hold them

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
    """One encoded frame. `size` (width, height) on key frames, and with it `private`, the avcC of H.264.
    `after_loss`: something between the frame before and this one never came."""

    data: bytes
    codec: Codec
    connection: int
    timestamp: int
    at: float
    size: tuple[int, int] | None
    private: bytes = b""
    after_loss: bool = False


class FrameAssembler:
    """Joins packets to frames. After a loss everything up to the next key frame is dropped: the decoder
    would only show the damage. `wants_key_frame` says so to whoever can ask for one."""

    def __init__(self) -> None:
        self.wants_key_frame = True
        self._parts: list[bytes] = []
        self._timestamp: int | None = None
        self._stream: tuple[int, Codec] | None = None
        self._bytes = 0
        self._lost = False
        self._sets = h264.ParameterSets()

    def add(self, item: Ordered) -> VideoFrame | None:
        packet = item.packet
        stream = (packet.connection, packet.codec)
        if item.gap or stream != self._stream:
            self._lose(lost=item.gap or self._stream is not None)
            self._stream = stream
        begins, part = _part(packet.codec, packet.payload)
        if part is None:
            self._lose()
            return None
        if packet.timestamp != self._timestamp:
            if self._parts:  # the former frame's end is missing
                self._lose()
            if not begins:
                self._lose()
                return None
            self._timestamp = packet.timestamp
        return self._join(item, part)

    def _join(self, item: Ordered, data: bytes) -> VideoFrame | None:
        packet = item.packet
        self._parts.append(data)
        self._bytes += len(data)
        if self._bytes > MAX_FRAME_BYTES:
            self._lose()
            return None
        if not packet.marker:
            return None
        joined = b"".join(self._parts)
        self._parts, self._bytes, self._timestamp = [], 0, None
        frame, size, private = _whole(packet.codec, joined, self._sets)
        if size is not None and size[0] * size[1] > MOST_PIXELS:
            self._lose()
            return None
        if self.wants_key_frame and size is None:
            return None
        lost, self._lost, self.wants_key_frame = self._lost, False, False
        of = (packet.codec, packet.connection, packet.timestamp, packet.at)
        return VideoFrame(frame, *of, size, private, lost)

    def _lose(self, *, lost: bool = True) -> None:
        self._parts, self._bytes, self._timestamp = [], 0, None
        self._lost = self._lost or lost
        self.wants_key_frame = True


def _part(codec: Codec, payload: bytes) -> tuple[bool, bytes | None]:
    """(whether a frame may begin here, the frame's bytes in this payload or None when it is not of the codec)"""
    if codec == "h264":
        part = h264.depacketized(payload)
        return part is not None and h264.begins_frame(payload), part
    descriptor = parse_descriptor(payload)
    return (False, None) if descriptor is None else (descriptor.starts_frame, payload[descriptor.length :])


def _whole(
    codec: Codec, joined: bytes, sets: h264.ParameterSets
) -> tuple[bytes, tuple[int, int] | None, bytes]:
    return sets.frame(joined) if codec == "h264" else (joined, key_frame_size(joined), b"")

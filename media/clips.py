"""Reading recordings: a moment as a small seekable WebM. Blocking; run in a thread.

Packets are copied, nothing is decoded. A segment cut by kill -9 is read up to its last whole cluster.
"""

import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import av
from av.container import InputContainer

from media.errors import ClipOutsideRecording, RecordingNotFound
from media.indexed import IndexedRecording
from media.ports import SeekableBytes

SEEK_BEFORE_S = 1.0  # sound of the key frame's time may lie a little before it in the file
BLOCK = 256 * 1024  # bytes of one read: FFmpeg's 32 KiB would open a sealed chunk eight times as often


@dataclass(frozen=True, slots=True)
class Clip:
    """`data`: a WebM file. `start`: seconds into the segment of its first frame (a key frame at or before
    what was asked for); `length`: seconds."""

    data: bytes
    start: float
    length: float


@dataclass(frozen=True, slots=True)
class _Copied:
    stream: int
    time: float
    key: bool
    data: bytes


class ReaderFile(io.RawIOBase):
    """A SeekableBytes as the file object PyAV reads."""

    def __init__(self, source: SeekableBytes) -> None:
        self._source = source
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._source.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, n: int = -1) -> bytes:
        left = max(0, self._source.size - self._at)
        data = self._source.read(self._at, left if n < 0 else min(n, left))
        self._at += len(data)
        return data


def clip(source: SeekableBytes, from_s: float, to_s: float) -> Clip:
    """The moment from..to (seconds into the segment). Raises ClipOutsideRecording, RecordingNotFound.

    FFmpeg finds the moment by the cues, so that only the packets of the clip pass through
    Python. Where it does not arrive at or before `from_s`, all packets up to the moment are read.
    """
    with opened(source) as container:
        kept = _moment(container, from_s, to_s) if _sought(container, from_s) else []
        if any(packet.time <= from_s and _restarts(container, packet) for packet in kept):
            return _clip(container, kept, from_s)
    with opened(source) as container:
        return _clip(container, _moment(container, from_s, to_s), from_s)


def _sought(container: InputContainer, from_s: float) -> bool:
    """Go to a key frame shortly before; False when FFmpeg cannot, the container is spoiled then."""
    stream = next(iter(container.streams.video or container.streams.audio), None)
    if stream is None or stream.time_base is None:
        return False
    try:
        container.seek(int(max(0.0, from_s - SEEK_BEFORE_S) / stream.time_base), stream=stream)
    except av.FFmpegError:
        return False
    return True


def _moment(container: InputContainer, from_s: float, to_s: float) -> list[_Copied]:
    """The packets of the clip among those from here on, from the last key frame at or before `from_s`."""
    kept: list[_Copied] = []
    for packet in _packets(container):
        if packet.time > to_s and kept:
            break
        if packet.time <= from_s and _restarts(container, packet):
            kept = [old for old in kept if old.time >= packet.time]
        kept.append(packet)
    return kept


def _clip(container: InputContainer, kept: list[_Copied], from_s: float) -> Clip:
    if not kept or kept[-1].time < from_s - 1.0:
        raise ClipOutsideRecording
    start = min(packet.time for packet in kept)
    data = _written(container, kept, start)
    return Clip(data, start, max(packet.time for packet in kept) - start)


def length(source: SeekableBytes) -> float:
    """Seconds of a segment that can be read; 0 when nothing can."""
    try:
        with opened(source) as container:
            return max((packet.time for packet in _packets(container)), default=0.0)
    except RecordingNotFound:
        return 0.0


def opened(source: SeekableBytes) -> InputContainer:
    """The container behind a stored recording. Raises RecordingNotFound."""
    try:
        return av.open(ReaderFile(_indexed(source)), "r", format="matroska", buffer_size=BLOCK)
    except (av.FFmpegError, OSError, ValueError) as error:
        raise RecordingNotFound from error


def _indexed(source: SeekableBytes) -> SeekableBytes:
    """With cues where our recorder wrote it; FFmpeg reads what another muxer wrote without."""
    with suppress(RecordingNotFound):
        return source if isinstance(source, IndexedRecording) else IndexedRecording(source)
    return source


def _packets(container: InputContainer) -> Iterator[_Copied]:
    try:
        for packet in container.demux():
            if packet.pts is not None and packet.size:
                seconds = float(packet.pts * packet.time_base)
                yield _Copied(packet.stream.index, seconds, packet.is_keyframe, bytes(packet))
    except av.FFmpegError:
        return  # the tail of a file cut in the middle of a cluster


def _restarts(container: InputContainer, packet: _Copied) -> bool:
    """True when a decoder can begin here: at a key frame, or anywhere when there is only sound."""
    video = container.streams.video
    return packet.key and (not video or packet.stream == video[0].index)


def _written(container: InputContainer, packets: Any, start: float) -> bytes:
    out = io.BytesIO()
    target = av.open(out, "w", format="matroska" if _is_h264(container) else "webm")
    streams = {stream.index: target.add_stream_from_template(stream) for stream in container.streams}
    for copied in packets:
        packet = av.Packet(copied.data)
        stream = streams[copied.stream]
        packet.stream = stream
        packet.time_base = container.streams[copied.stream].time_base
        packet.pts = packet.dts = round((copied.time - start) / packet.time_base)
        packet.is_keyframe = copied.key
        target.mux(packet)
    target.close()
    return out.getvalue()


def _is_h264(container: InputContainer) -> bool:
    return any(stream.codec_context.name == "h264" for stream in container.streams.video)

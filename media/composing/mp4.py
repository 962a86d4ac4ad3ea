"""Writing an MP4 that begins to play at once, onto storage that only grows.

FFmpeg's muxer goes back to write the length of the media, and puts the index (`moov`) last. So it writes to a scratch
object, what it goes back for is remembered, and the finished file is that again with the index in front.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Protocol

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from media.composing.canvas import HEIGHT, WIDTH
from media.composing.mixing import RATE
from media.ports import Samples, SeekableBytes

FRAME_SAMPLES = 1024  # of one AAC frame
BLOCK = 256 * 1024
MOST_CHANGED = 64 * 1024
LARGEST_INDEX = 128 * 1024 * 1024
_CONTAINERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl"})


class Growing(Protocol):
    """Takes bytes at its end."""

    def write(self, data: bytes) -> None: ...


class ScratchFile:
    """What the muxer writes to: bytes go on to `target`, changes of what has gone are kept in `changes`."""

    def __init__(self, target: Growing) -> None:
        self._target = target
        self._at = self._size = 0
        self.changes: dict[int, bytes] = {}

    def write(self, data: bytes) -> int:
        within = min(len(data), self._size - self._at)
        if within > 0:
            self.changes[self._at] = bytes(data[:within])
            if sum(map(len, self.changes.values())) > MOST_CHANGED:
                raise ValueError("the muxer goes back too far")
        if len(data) > within:
            self._target.write(bytes(data[max(within, 0) :]))
        self._at += len(data)
        self._size = max(self._size, self._at)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def tell(self) -> int:
        return self._at


class Mp4Encoder:
    """H.264 and AAC. Give it frames and sound by turns; `finish` ends the file."""

    def __init__(self, scratch: ScratchFile, fps: int) -> None:
        self._file: Any = av.open(scratch, "w", format="mp4")
        video: Any = self._file.add_stream("libx264", rate=fps)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        video.options = {"preset": "veryfast", "crf": "24", "profile": "main", "threads": "1"}
        video.codec_context.gop_size = 2 * fps
        self._tick = video.codec_context.time_base = Fraction(1, fps)
        audio: Any = self._file.add_stream("aac", rate=RATE)
        audio.layout, audio.bit_rate = "mono", 96_000
        self._video, self._audio = video, audio
        self._pictures = self._samples = 0

    def picture(self, frame: VideoFrame) -> None:
        frame.pts, frame.time_base = self._pictures, self._tick
        self._pictures += 1
        self._file.mux(self._video.encode(frame))

    def sound(self, samples: Samples) -> None:
        """Any number of whole AAC frames."""
        for begin in range(0, len(samples), FRAME_SAMPLES):
            part = np.ascontiguousarray(samples[np.newaxis, begin : begin + FRAME_SAMPLES])
            frame = AudioFrame.from_ndarray(part, format="fltp", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = RATE, self._samples, Fraction(1, RATE)
            self._samples += part.shape[1]
            self._file.mux(self._audio.encode(frame))

    def finish(self) -> None:
        for stream in (self._video, self._audio):
            self._file.mux(stream.encode(None))
        self._file.close()


def index_first(scratch: SeekableBytes, changes: dict[int, bytes]) -> Iterator[bytes]:
    """The finished file: its kind, its index, its media. ValueError when this is not what the muxer writes."""
    boxes = list(_boxes(lambda at, n: _read(scratch, changes, at, n), scratch.size))
    index = next((box for box in boxes if box[0] == b"moov"), None)
    kind = boxes[0]
    if index is None or kind[0] != b"ftyp" or index[2] - index[1] > LARGEST_INDEX:
        raise ValueError("no index")
    yield _read(scratch, changes, kind[1], kind[2] - kind[1])
    moov = bytearray(_read(scratch, changes, index[1], index[2] - index[1]))
    _shift(moov, 0, len(moov), len(moov))
    yield bytes(moov)
    for at in range(kind[2], index[1], BLOCK):
        yield _read(scratch, changes, at, min(BLOCK, index[1] - at))


def _read(source: SeekableBytes, changes: dict[int, bytes], at: int, n: int) -> bytes:
    data = bytearray(source.read(at, n))
    for begin, changed in changes.items():
        first, last = max(begin, at), min(begin + len(changed), at + len(data))
        if first < last:
            data[first - at : last - at] = changed[first - begin : last - begin]
    return bytes(data)


def _boxes(read: Any, end: int, at: int = 0) -> Iterator[tuple[bytes, int, int]]:
    """(type, begin, end) of boxes that follow one another (ISO/IEC 14496-12 section 4.2)."""
    while at + 8 <= end:
        head = read(at, 16)
        size = int.from_bytes(head[:4], "big")
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        if size < 8 or at + size > end:
            raise ValueError("a box without an end")
        yield bytes(head[4:8]), at, at + size
        at += size


def _shift(moov: bytearray, begin: int, end: int, by: int) -> None:
    """Move every chunk offset in the index (stco, co64)."""
    for kind, at, until in _boxes(lambda at, n: moov[at : at + n], end, begin):
        if kind in _CONTAINERS:
            _shift(moov, at + 8, until, by)
        elif kind in (b"stco", b"co64"):
            width = 4 if kind == b"stco" else 8
            count = int.from_bytes(moov[at + 12 : at + 16], "big")
            offsets = np.frombuffer(moov, f">u{width}", count, at + 16).astype(np.uint64) + np.uint64(by)
            if width == 4 and count and int(offsets.max()) >= 1 << 32:
                raise ValueError("the file is too large for its index")
            moov[at + 16 : at + 16 + count * width] = offsets.astype(f">u{width}").tobytes()

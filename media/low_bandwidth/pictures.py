"""One camera made small: decoded, scaled, encoded as VP8 in real time, and as a JPEG on request. Child process only.

Late work is dropped, never queued: a picture that would come late is decoded (the next ones rest on it) but not
encoded, and when even decoding lags everything up to the next key frame goes.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction

import av
from aiortc.codecs.h264 import h264_depayload
from av.video.frame import PictureType, VideoFrame

from media.link_protocol import StreamPacket
from media.recording.reorder import Ordered, ReorderBuffer
from media.sequence import Unwrapped
from media.vp8 import key_frame_size, parse_descriptor

WIDEST, HIGHEST = 320, 240
MOST_PIXELS = (
    1920 * 1200
)  # of what is decoded; a picture of 16,383 x 16,383 is refused before memory is taken
MAX_FRAME_BYTES = 2 * 1024 * 1024
REORDER_S = 0.12
LATE_S, TOO_LATE_S = 0.25, 1.0
STALE_S = 10.0  # a picture older than this is not shown as a still
PAYLOAD_BYTES = 1_100
CLOCK = Fraction(1, 90_000)
REBUILD_SHARE = 0.2  # the encoder is built anew (a key frame) when the wanted rate differs by more
JPEG_SIZES, JPEG_QUALITIES = (320, 240, 160), (6, 10, 16, 24, 31)


class PictureAssembler:
    """Packets to frames, VP8 or H.264 (RFC 7741, RFC 6184). After a loss: nothing before the next key frame."""

    def __init__(self) -> None:
        self.wants_key_frame = True
        self._parts: list[bytes] = []
        self._timestamp: int | None = None

    def add(self, item: Ordered) -> bytes | None:
        """The frame this packet completes."""
        packet = item.packet
        if item.gap or (self._parts and packet.timestamp != self._timestamp):
            self.lose()
        try:
            begins, data = _depayload(packet)
        except (ValueError, IndexError):
            self.lose()
            return None
        if not self._parts and not begins:
            self.lose()
            return None
        self._timestamp = packet.timestamp
        self._parts.append(data)
        if sum(map(len, self._parts)) > MAX_FRAME_BYTES:
            self.lose()
        return self._whole(packet) if packet.marker and self._parts else None

    def _whole(self, packet: StreamPacket) -> bytes | None:
        frame, self._parts = b"".join(self._parts), []
        if self.wants_key_frame and not is_key_frame(packet.codec, frame):
            return None
        self.wants_key_frame = False
        return frame

    def lose(self) -> None:
        self._parts, self._timestamp = [], None
        self.wants_key_frame = True


def _depayload(packet: StreamPacket) -> tuple[bool, bytes]:
    """(whether a frame may begin here, the codec's bytes). Raises ValueError, IndexError."""
    if packet.codec == "h264":
        data = h264_depayload(packet.payload)
        return data[:4] == b"\0\0\0\1", data
    descriptor = parse_descriptor(packet.payload)
    if descriptor is None:
        raise ValueError
    return descriptor.starts_frame, packet.payload[descriptor.length :]


def is_key_frame(codec: str, frame: bytes) -> bool:
    """VP8: the frame tag says so. H.264: it brings its parameter sets or is an IDR picture (Annex B)."""
    if codec == "vp8":
        size = key_frame_size(frame)
        return size is not None and size[0] * size[1] <= MOST_PIXELS
    return len(frame) > 4 and frame[4] & 0x1F in (5, 7)


class SmallPictures:
    """`send(marker, timestamp, payload)` takes the copy's packets; `ask` asks the publisher for a key frame."""

    def __init__(self, send: Callable[[bool, int, bytes], None], ask: Callable[[], None], now: float) -> None:
        self._send = send
        self._ask = ask
        self._reorder = ReorderBuffer(REORDER_S)
        self._assembler = PictureAssembler()
        self._decoder: av.VideoCodecContext | None = None
        self._codec = ""
        self._encoder: av.VideoCodecContext | None = None
        self._bps = 0
        self._copy = False
        self._force_key = True
        self._unwrap = Unwrapped(32)
        self._encoded_at: int | None = None
        # Ahead of every id given before: a child that was started again must not repeat those of its predecessor.
        self._picture_id = int(now * 20) & 0x7FFF
        self._asked = -1e9
        self._newest: tuple[float, VideoFrame] | None = None

    def wish(self, copy: bool, bps: int) -> None:
        if copy and not self._copy:
            self._force_key = True
        if self._encoder is not None and abs(bps - self._bps) > REBUILD_SHARE * self._bps:
            self._encoder = None
        self._copy, self._bps = copy, bps if self._encoder is None else self._bps

    def force_key_frame(self) -> None:
        self._force_key = True

    def take(self, packet: StreamPacket, now: float) -> None:
        for item in self._reorder.push(packet):
            frame = self._assembler.add(item)
            if now - item.packet.at > TOO_LATE_S:
                self._assembler.lose()
            elif frame is not None:
                self._picture(item.packet, frame, now)
        if self._assembler.wants_key_frame and now - self._asked > 1.0:
            self._asked = now
            self._ask()

    def _picture(self, packet: StreamPacket, data: bytes, now: float) -> None:
        if packet.codec != self._codec or self._decoder is None:
            self._codec, self._decoder = packet.codec, _decoder(packet.codec)
        try:
            pictures = self._decoder.decode(av.Packet(data))
        except av.FFmpegError:
            self._decoder = None
            self._assembler.lose()
            return
        for picture in pictures:
            self._newest = (packet.at, picture)
            timestamp = self._unwrap(packet.timestamp)
            if self._copy and now - packet.at <= LATE_S and self._due(timestamp):
                self._encode(picture, timestamp)

    def _due(self, timestamp: int) -> bool:
        """Whether the frame rate has room for this one: 8 to 15 a second, as the bits allow."""
        rate = min(15, max(8, self._bps // 10_000))
        last = self._encoded_at
        return last is None or timestamp < last or timestamp - last >= 0.9 * 90_000 / rate

    def _encode(self, picture: VideoFrame, timestamp: int) -> None:
        width, height = fitting(picture.width, picture.height, WIDEST)
        encoder = self._encoder
        if (
            encoder is None
            or (encoder.width, encoder.height) != (width, height)
            or self._went_back(timestamp)
        ):
            encoder = self._encoder = _encoder(width, height, self._bps)
        small = picture.reformat(width, height, "yuv420p")
        small.pts, small.time_base = timestamp, CLOCK
        small.pict_type = PictureType.I if self._force_key else PictureType.NONE
        self._encoded_at, self._force_key = timestamp, False
        for coded in encoder.encode(small):
            self._packetize(bytes(coded), timestamp)

    def _went_back(self, timestamp: int) -> bool:
        return self._encoded_at is not None and timestamp <= self._encoded_at

    def _packetize(self, frame: bytes, timestamp: int) -> None:
        """RFC 7741 section 4.2 with a picture id of 15 bits, which seats renumber."""
        self._picture_id = (self._picture_id + 1) & 0x7FFF
        tail = (0x8000 | self._picture_id).to_bytes(2, "big")
        for at in range(0, len(frame), PAYLOAD_BYTES):
            first = b"\x90\x80" if at == 0 else b"\x80\x80"
            part = frame[at : at + PAYLOAD_BYTES]
            self._send(at + PAYLOAD_BYTES >= len(frame), timestamp & 0xFFFFFFFF, first + tail + part)

    def still(self, size: int, now: float) -> tuple[float, bytes] | None:
        """(arrival, JPEG of at most `size` bytes) of the newest picture; None when there is none that fits or is
        fresh."""
        if self._newest is None or now - self._newest[0] > STALE_S:
            return None
        at, picture = self._newest
        for jpeg in _jpegs(picture):
            if len(jpeg) <= size:
                return at, jpeg
        return None


def fitting(width: int, height: int, widest: int) -> tuple[int, int]:
    """The size that fits `widest` by three quarters of it, not larger than the original, in even numbers."""
    scale = min(1.0, widest / width, widest * HIGHEST / WIDEST / height)
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def _decoder(codec: str) -> av.VideoCodecContext:
    decoder = av.CodecContext.create(codec, "r")
    assert isinstance(decoder, av.VideoCodecContext)
    decoder.thread_count = 1
    decoder.options = {"max_pixels": str(MOST_PIXELS)}
    return decoder


def _encoder(width: int, height: int, bps: int) -> av.VideoCodecContext:
    """libvpx in real time: constant rate with a buffer of half a second, no look-ahead, key frames on request only."""
    encoder = av.CodecContext.create("libvpx", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate, encoder.bit_rate = CLOCK, Fraction(12), bps
    encoder.thread_count = 1
    encoder.options = {
        "deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "error-resilient": "1",
        "minrate": str(bps), "maxrate": str(bps), "bufsize": str(bps // 2), "undershoot-pct": "95",
        "g": "3000", "qmin": "6", "qmax": "58", "static-thresh": "100", "drop-threshold": "30",
    }  # fmt: skip
    return encoder


def _jpegs(picture: VideoFrame) -> Iterator[bytes]:
    """Ever smaller ones."""
    for widest in JPEG_SIZES:
        width, height = fitting(picture.width, picture.height, widest)
        small = picture.reformat(width, height, "yuvj420p")
        small.pict_type = PictureType.NONE
        for quality in JPEG_QUALITIES:
            encoder = av.CodecContext.create("mjpeg", "w")
            assert isinstance(encoder, av.VideoCodecContext)
            encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuvj420p"
            encoder.time_base = Fraction(1, 25)
            encoder.qmin = encoder.qmax = quality
            yield b"".join(bytes(part) for part in [*encoder.encode(small), *encoder.encode(None)])

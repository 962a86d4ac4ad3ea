"""Encoded sound and pictures into WebM, as a stream: short clusters, no seeking back, readable up to any
cut."""

from fractions import Fraction
from typing import Any

import av

_MS = Fraction(1, 1000)
# A cluster leaves the muxer when it is 0.4 s long; a stream that stands still holds the other back 0.4 s at
# most.
_OPTIONS = {"cluster_time_limit": "400", "max_interleave_delta": "400000", "flush_packets": "1", "live": "1"}


class _Buffer:
    """What the muxer wrote and nobody fetched yet. Cannot fail, so that storage errors stay out of FFmpeg."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> int:
        self.data += data
        return len(data)


class WebmStream:
    """One WebM file in the making: an Opus track and, with `size`, a VP8 track. Times in seconds from its
    start."""

    def __init__(self, size: tuple[int, int] | None) -> None:
        self._buffer = _Buffer()
        self._container = av.open(self._buffer, "w", format="webm", options=_OPTIONS, buffer_size=4096)
        # An encoder is opened for its header alone (OpusHead): players refuse an Opus track without one.
        audio = self._container.add_stream("libopus", rate=48_000)
        audio.layout = "stereo"
        self._audio: Any = audio
        self._video: Any = None
        if size is not None:
            self._video = self._container.add_mux_stream("vp8", rate=30, width=size[0], height=size[1])
            self._video.time_base = _MS
        self._last = {"audio": -1, "video": -1}

    @property
    def has_video(self) -> bool:
        return self._video is not None

    def add_audio(self, seconds: float, payload: bytes) -> None:
        self._mux("audio", self._audio, seconds, payload, key=True)

    def add_video(self, seconds: float, frame: bytes, *, key: bool) -> None:
        self._mux("video", self._video, seconds, frame, key=key)

    def _mux(self, kind: str, stream: Any, seconds: float, data: bytes, *, key: bool) -> None:
        time = max(round(seconds * 1000), self._last[kind] + 1, 0)
        self._last[kind] = time
        packet = av.Packet(data)
        packet.stream = stream
        packet.time_base = _MS
        packet.pts = packet.dts = time
        packet.is_keyframe = key
        self._container.mux(packet)

    def take(self) -> bytes:
        """Bytes ready to be stored."""
        data = bytes(self._buffer.data)
        self._buffer.data.clear()
        return data

    def finish(self) -> bytes:
        """End the file; its last bytes."""
        self._container.close()
        return self.take()

"""Encoded sound and pictures into WebM (Matroska for H.264), as a stream of short clusters, readable up to any cut."""

from media.matroska import PICTURE, SOUND, block, cluster, head
from media.model import Codec

CLUSTER_MS = 1000  # `flush` ends one sooner: about twice a second while recording
CLUSTER_BYTES = 512 * 1024
REACH_MS = 30_000  # a block's time is told in 16 bits from its cluster's


class WebmStream:
    """One file in the making. `size` None: sound alone. Times in seconds from its start."""

    def __init__(
        self, size: tuple[int, int] | None, codec: Codec = "vp8", private: bytes = b"", *, sound: bool = True
    ) -> None:
        self.has_video = size is not None
        self._ready = bytearray(head(codec if size else None, size or (0, 0), private, sound=sound))
        self._blocks: list[bytes] = []
        self._bytes = 0
        self._base = 0
        self._last = {SOUND: -1, PICTURE: -1}

    def add_audio(self, seconds: float, payload: bytes) -> None:
        self._add(SOUND, seconds, payload, key=True)

    def add_video(self, seconds: float, frame: bytes, *, key: bool) -> None:
        self._add(PICTURE, seconds, frame, key=key)

    def _add(self, track: int, seconds: float, data: bytes, *, key: bool) -> None:
        time = max(round(seconds * 1000), self._last[track] + 1, 0)
        self._last[track] = time
        begins = track == PICTURE and key
        full = self._bytes >= CLUSTER_BYTES or not 0 <= time - self._base < CLUSTER_MS
        if self._blocks and (begins or (full and time >= self._base) or abs(time - self._base) > REACH_MS):
            self.flush()
        if not self._blocks:
            self._base = time
        self._blocks.append(block(track, time - self._base, data, key=key))
        self._bytes += len(data)

    def flush(self) -> None:
        """End the cluster: everything added so far is in what `take` gives."""
        if self._blocks:
            self._ready += cluster(self._base, self._blocks)
            self._blocks, self._bytes = [], 0

    def take(self) -> bytes:
        """Bytes ready to be stored."""
        data = bytes(self._ready)
        self._ready.clear()
        return data

    def finish(self) -> bytes:
        """End the file; its last bytes."""
        self.flush()
        return self.take()

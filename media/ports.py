"""What the media plane asks of others. The app gives these."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from core.http import Principal
from media.model import ConnectionState, SegmentKind

Samples = NDArray[np.float32]  # mono, 16 000 per second, -1 to 1

EpochOf = Callable[[UUID], Awaitable[datetime]]
"""The zero of a visit's media times (aware, UTC); called once when a room opens."""

OnConnectionState = Callable[[UUID, UUID, ConnectionState], None]
"""(visit, participant, state); called on the loop, must not block."""


OnRemoval = Callable[[UUID, UUID, str], None]
"""(visit, participant, reason code): the room itself ended the connection for what it sent; on the loop, as above."""


class SegmentWriter(Protocol):
    """Where one recording segment's bytes go (encrypted chunks). Bytes are appended in order."""

    def write(self, data: bytes) -> None: ...

    def flush(self) -> None:
        """What was written so far must survive kill -9. Called about once a second."""

    def gap(self, start: float, end: float, kind: str) -> None:
        """`kind`: "sound" or "picture" was lost on the way here from `start` to `end` (seconds since the visit's media
        epoch); in order, and told before the `extend` or `close` that reaches beyond it."""

    async def extend(self, end: float) -> None:
        """The segment is known to reach `end` (seconds since the visit's media epoch) by now. About once a
        second."""

    async def close(self, end: float, cleanly: bool, more: bool) -> None:
        """No more bytes. `end`: seconds since the epoch; `cleanly` False when something failed. `more`: the
        same recording goes on in a segment that is open already (the camera came on); False when recording was
        stopped, the participant left or fell silent, or the writer failed."""


class RecordingSink(Protocol):
    """What becomes of recorded media and heard sound, in the `record` process."""

    async def open_segment(
        self, visit_id: UUID, participant_id: UUID, start: float, kind: SegmentKind
    ) -> SegmentWriter: ...

    async def on_audio(
        self, visit_id: UUID, participant_id: UUID, at_seconds: float, samples: Samples
    ) -> None:
        """Sound in order. `at_seconds` of the first sample since the epoch. Calls follow one another without
        a hole (gaps are filled with zeros) unless `at_seconds` jumps, which only gaps of over two minutes
        do."""

    async def on_audio_end(self, visit_id: UUID, participant_id: UUID) -> None:
        """Transcription was switched off or the participant left; nothing more until on_audio begins anew."""


class SeekableBytes(Protocol):
    """A stored recording, readable anywhere (core.crypto.ChunkReader)."""

    @property
    def size(self) -> int: ...

    def read(self, offset: int, n: int) -> bytes: ...


@dataclass(frozen=True, slots=True)
class StoredRecording:
    """One segment for reading. `start` in seconds since the visit's media epoch."""

    start: float
    content: SeekableBytes


class RecordingSource(Protocol):
    """Authorised access to segments: checks the reader's right and leaves the audit row."""

    async def open(self, reader: Principal, segment_id: UUID) -> StoredRecording:
        """In a transaction of its own, over before any media is read.

        Raises RecordingNotFound, or the access errors of the clinical store.
        """

    async def composition(self, reader: Principal, visit_id: UUID) -> SeekableBytes:
        """The finished video file of a whole visit. Raises RecordingNotFound, or the errors of the clinical store."""

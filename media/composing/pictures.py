"""The pictures of recorded pieces on the visit's time line, decoded one at a time. Blocking."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import av
from av.video.frame import VideoFrame

from media.clips import opened
from media.errors import RecordingNotFound
from media.model import SegmentKind
from media.ports import SeekableBytes


@dataclass(frozen=True, slots=True)
class Piece:
    """One segment. `person` counts from 0; seconds since the visit's media epoch."""

    person: int
    kind: SegmentKind
    start: float
    end: float
    source: SeekableBytes


STALE_S = 3.0


class PieceTrack:
    """The picture of several pieces that follow one another: one person's camera, or the screen. A camera that shows
    nothing new for `STALE_S` and long after is off; a screen may stand still."""

    def __init__(self, pieces: Sequence[Piece], *, stands_still: bool = False) -> None:
        self._stands_still = stands_still
        self._waiting = sorted(pieces, key=lambda piece: piece.start)
        self._piece: Piece | None = None
        self._frames: Iterator[VideoFrame] = iter(())
        self._next: VideoFrame | None = None
        self._shown: VideoFrame | None = None

    def at(self, seconds: float) -> VideoFrame | None:
        """What was to be seen then; None where nothing was recorded. Times must not go back."""
        while self._waiting and self._waiting[0].start <= seconds:
            self._begin(self._waiting.pop(0))
        if self._piece is None:
            return None
        if seconds >= self._piece.end and self._next is None:
            self.close()
            return None
        inside = seconds - self._piece.start
        while self._next is not None and (self._next.time or 0.0) <= inside:
            self._shown, self._next = self._next, next(self._frames, None)
        return None if self._is_off(inside) else self._shown

    def _is_off(self, inside: float) -> bool:
        if self._stands_still or self._shown is None:
            return False
        return inside - (self._shown.time or 0.0) > STALE_S

    def close(self) -> None:
        self._piece = self._next = self._shown = None
        self._frames = iter(())

    def _begin(self, piece: Piece) -> None:
        self._piece, self._frames = piece, _decoded(piece.source)
        self._shown, self._next = None, next(self._frames, None)


def _decoded(source: SeekableBytes) -> Iterator[VideoFrame]:
    try:
        with opened(source) as container:
            if container.streams.video:
                for packet in container.demux(container.streams.video[0]):
                    yield from _frames_of(packet)
    except (av.FFmpegError, RecordingNotFound):
        return  # the tail of a file cut in the middle of a cluster, or nothing at all


def _frames_of(packet: "av.Packet[av.VideoStream]") -> list[VideoFrame]:
    try:
        return packet.decode()
    except av.FFmpegError:
        return []  # a damaged frame: the last one stays

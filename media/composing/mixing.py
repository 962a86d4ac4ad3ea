"""All voices on one time line, mono at 48 kHz. Blocking."""

from collections.abc import Iterator, Sequence

import numpy as np

from media.composing.pictures import Piece
from media.errors import RecordingNotFound
from media.ports import Samples, SeekableBytes
from media.sound import Heard, hear

RATE = 48_000


class _Voice:
    """The sound of one piece, told as it is asked for."""

    def __init__(self, piece: Piece, begin: float) -> None:
        self.start = piece.start - begin
        self._sound = _heard(piece.source)
        self._rest: tuple[int, Samples] | None = None
        self.over = False

    def add(self, block: Samples, begins: int) -> None:
        """Add to `block`, whose first sample is number `begins`."""
        ends = begins + len(block)
        while (part := self._rest or self._following()) is not None:
            at, samples = part
            self._rest = None
            if at >= ends:
                self._rest = part
                return
            skipped = max(0, begins - at)
            length = max(0, min(len(samples), ends - at) - skipped)
            if length:
                block[at + skipped - begins :][:length] += samples[skipped : skipped + length]
            if at + len(samples) > ends:
                self._rest = (ends, samples[ends - at :])
                return
        self.over = True

    def _following(self) -> tuple[int, Samples] | None:
        found = next(self._sound, None)
        return None if found is None else (round((self.start + found[0]) * RATE), found[1])


class Mixer:
    """`begin`: seconds since the visit's media epoch of the first sample."""

    def __init__(self, pieces: Sequence[Piece], begin: float) -> None:
        self._begin = begin
        self._waiting = sorted((p for p in pieces if p.kind == "camera"), key=lambda piece: piece.start)
        self._voices: list[_Voice] = []
        self._at = 0

    def take(self, samples: int) -> Samples:
        """The next samples of everybody together, limited to -1 to 1."""
        block = np.zeros(samples, np.float32)
        until = self._begin + (self._at + samples) / RATE
        while self._waiting and self._waiting[0].start < until:
            self._voices.append(_Voice(self._waiting.pop(0), self._begin))
        for voice in self._voices:
            voice.add(block, self._at)
        self._voices = [voice for voice in self._voices if not voice.over]
        self._at += samples
        return np.clip(block, -1.0, 1.0)


def _heard(source: SeekableBytes) -> Iterator[Heard]:
    try:
        yield from hear(source, RATE)
    except RecordingNotFound:
        return

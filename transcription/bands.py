"""Sound as energies in bands, on one grid of time: what two tracks can be compared by."""

import numpy as np
from numpy.typing import NDArray

from transcription.model import SAMPLE_RATE

HOP = 256
"""Samples from one frame to the next: half a window of the detector."""

FRAMES_A_SECOND = SAMPLE_RATE / HOP
BANDS = 20

Energies = NDArray[np.float32]
"""Shape ``(frames, 20)``, dB of full scale."""

_FRAME = 2 * HOP
_KEPT = 2048  # frames: 32 s, the longest utterance and what came up to 1.6 s before it
_LOWEST, _HIGHEST = 180.0, 6800.0  # Hz: what a small loudspeaker gives and a call carries
_NOTHING_DB = -100.0
_LEAST_NOISE_DB = (
    -80.0
)  # a band's; what is below nobody hears, and a call without a sound sends exactly nothing
_NOISE_EVERY = 32  # frames between two looks at the noise

_EDGES = np.round(np.geomspace(_LOWEST, _HIGHEST, BANDS + 1) * _FRAME / SAMPLE_RATE).astype(np.int64)
_WINDOW = np.hanning(_FRAME).astype(np.float32)
_SCALE = 2.0 / float(np.sum(_WINDOW**2) * _FRAME)


def band_energies(frames: NDArray[np.float32]) -> Energies:
    """Of ``(n, 512)`` frames, ``(n, 20)``."""
    power = np.abs(np.fft.rfft(frames * _WINDOW, axis=1)) ** 2 * _SCALE
    sums = np.add.reduceat(power, _EDGES, axis=1)[:, :BANDS]
    return np.asarray(10 * np.log10(sums + 1e-10), dtype=np.float32)


class EnergyTrack:
    """The last half minute of one track. Frame ``n`` begins at ``n * 16`` milliseconds."""

    def __init__(self) -> None:
        self._ring: Energies = np.full((_KEPT, BANDS), _NOTHING_DB, dtype=np.float32)
        self._next = -1  # number of the first frame that is not known yet
        self._half = np.zeros(HOP, dtype=np.float32)  # the last one's second half begins the next
        self._expected = -1.0
        self._noise = np.full(BANDS, _LEAST_NOISE_DB, dtype=np.float32)
        self._noise_at = -1

    @property
    def end(self) -> float:
        """Up to which second the track is known."""
        return self._next / FRAMES_A_SECOND

    def add(self, at: float, windows: NDArray[np.float32]) -> None:
        """``(n, 512)`` contiguous windows from ``at`` seconds on; what was not given in between is silence."""
        if abs(at - self._expected) > HOP / SAMPLE_RATE / 2:
            self._half = np.zeros(HOP, dtype=np.float32)
        sound = np.concatenate([self._half, windows.reshape(-1)])
        frames = np.lib.stride_tricks.sliding_window_view(sound, _FRAME)[::HOP]
        self._put(round(at * FRAMES_A_SECOND) - 1, band_energies(frames))
        self._half = sound[-HOP:].copy()
        self._expected = at + windows.size / SAMPLE_RATE

    def between(self, begin: int, end: int) -> Energies:
        """Frames ``begin`` to ``end``; what is not known, or no more, is nothing."""
        numbers = np.arange(begin, end)
        known = (numbers < self._next) & (numbers >= max(0, self._next - _KEPT))
        return np.where(known[:, None], self._ring[numbers % _KEPT], np.float32(_NOTHING_DB))

    def noise(self) -> NDArray[np.float32]:
        """What each band has nearly always: its lowest fifth of the time that is known."""
        if self._noise_at < 0 or self._next - self._noise_at >= _NOISE_EVERY:
            known = self.between(self._next - _KEPT, self._next)
            heard = known[known[:, 0] > _NOTHING_DB]
            if len(heard):
                lowest = np.percentile(heard, 20, axis=0).astype(np.float32)
                self._noise = np.maximum(lowest, np.float32(_LEAST_NOISE_DB))
            self._noise_at = self._next
        return self._noise

    def _put(self, first: int, energies: Energies) -> None:
        if self._next < 0:
            self._next = max(0, first)
        missing = min(first - self._next, _KEPT)
        if missing > 0:
            self._ring[np.arange(first - missing, first) % _KEPT] = _NOTHING_DB
        numbers = np.arange(first, first + len(energies))
        late = numbers >= max(0, first + len(energies) - _KEPT)
        self._ring[numbers[late] % _KEPT] = energies[late]
        self._next = max(self._next, first + len(energies))

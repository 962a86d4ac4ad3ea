"""Whisper's log-Mel picture of sound with numpy alone; equal to ``whisper.audio.log_mel_spectrogram``.

Frames of silence beyond the sound are filled in, not computed: most of a window is that.
"""

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from transcription.model import Samples

HOP = 160
"""Samples between two frames: 10 ms."""

_WIDTH = 400
_FLOOR = 1e-10
_RANGE = 8.0

Mel = NDArray[np.float32]
"""``(bands, frames)``."""


def log_mel(samples: Samples, bands: int, frames: int) -> Mel:
    """The picture of ``frames`` frames that begin with ``samples`` and end in silence.

    Args:
        samples: mono float32 at 16 kHz; what is beyond ``frames`` frames is left out.
        bands: Mel bands, 80 or 128.
        frames: hundred a second.
    """
    window = np.zeros(frames * HOP, dtype=np.float32)
    heard = samples[: len(window)]
    window[: len(heard)] = heard
    padded = np.pad(window, _WIDTH // 2, mode="reflect")
    reaches_the_end = len(heard) > len(window) - _WIDTH  # there the reflection is of sound
    count = frames if reaches_the_end else -(-(len(heard) + _WIDTH // 2) // HOP)
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WIDTH)[: count * HOP : HOP]
    spectrum = np.fft.rfft(windows * _hann(), axis=1)
    power = spectrum.real**2 + spectrum.imag**2  # abs() would take a root first
    found = np.log10(np.maximum(_filters(bands) @ power.T, _FLOOR))
    out = np.full((bands, frames), np.log10(_FLOOR), dtype=np.float32)
    out[:, :count] = found
    np.maximum(out, out.max() - _RANGE, out=out)
    return (out + 4.0) / 4.0


@lru_cache(maxsize=1)
def _hann() -> NDArray[np.float32]:
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_WIDTH) / _WIDTH)).astype(np.float32)


@lru_cache(maxsize=2)
def _filters(bands: int) -> NDArray[np.float32]:
    """Slaney's filters as whisper ships them: ``(bands, 201)``."""
    package = find_spec("whisper")  # only found, never imported: that would load torch
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("whisper")
    path = Path(package.submodule_search_locations[0]) / "assets" / "mel_filters.npz"
    with np.load(path, allow_pickle=False) as found:
        return np.asarray(found[f"mel_{bands}"], dtype=np.float32)

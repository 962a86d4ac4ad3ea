"""Samples as they rest in the store: 16 bit little-endian PCM, 16 kHz mono."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FULL_SCALE = 32_767.0


def pcm16(samples: NDArray[np.float32]) -> bytes:
    """float32 in [-1, 1], shape (n,) → 2n bytes; louder than full scale is clipped."""
    return bytes((np.clip(samples, -1.0, 1.0) * FULL_SCALE).astype("<i2").tobytes())


def float32(audio: bytes) -> NDArray[np.float32]:
    """2n bytes → float32 in [-1, 1], shape (n,)."""
    return np.frombuffer(audio, "<i2").astype(np.float32) / np.float32(FULL_SCALE)

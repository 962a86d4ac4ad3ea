"""What a recording holds, decoded for real."""

from __future__ import annotations

from io import BytesIO

import av
import numpy as np
from numpy.typing import NDArray

RATE = 48_000


def decoded(content: bytes) -> tuple[NDArray[np.float32], int]:
    """The sound, mono at 48 kHz, and the number of pictures that decode."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    with av.open(BytesIO(content), "r") as container:
        frames = [out for f in container.decode(container.streams.audio[0]) for out in resampler.resample(f)]
    with av.open(BytesIO(content), "r") as container:
        pictures = len(list(container.decode(container.streams.video[0])))
    return np.concatenate([frame.to_ndarray()[0] for frame in frames]), pictures

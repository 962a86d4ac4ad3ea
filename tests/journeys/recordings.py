"""What a recording holds, decoded for real."""

from __future__ import annotations

from io import BytesIO

import av

OPUS_RATE = 48_000


def decoded(content: bytes) -> tuple[float, int]:
    """Seconds of sound and number of pictures that decode."""
    with av.open(BytesIO(content), "r") as container:
        samples = sum(frame.samples for frame in container.decode(container.streams.audio[0]))
    with av.open(BytesIO(content), "r") as container:
        pictures = len(list(container.decode(container.streams.video[0])))
    return samples / OPUS_RATE, pictures

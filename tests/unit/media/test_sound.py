"""The sound of a recorded segment keeps its true times: gaps stay gaps, and a torn file is heard to its tear."""

import io
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest

from media.errors import RecordingNotFound
from media.sound import RATE, hear

OPUS_RATE = 48_000
FRAME = 960
TONE = 440.0


class Stored:
    """A recording in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def size(self) -> int:
        return len(self._data)

    def read(self, offset: int, n: int) -> bytes:
        return self._data[offset : offset + n]


def tone(*stretches: tuple[float, float]) -> bytes:
    """WebM with Opus: a tone in each (start, end), in seconds, and no packets between."""
    target = io.BytesIO()
    with av.open(target, "w", format="webm") as container:
        stream = container.add_stream("libopus", rate=OPUS_RATE, layout="mono")
        for start, end in stretches:
            for at in range(int(start * OPUS_RATE), int(end * OPUS_RATE), FRAME):
                phase = 2 * np.pi * TONE * (np.arange(FRAME) + at) / OPUS_RATE
                frame = av.AudioFrame.from_ndarray(
                    (0.3 * np.sin(phase)).astype(np.float32)[np.newaxis], format="flt", layout="mono"
                )
                frame.sample_rate, frame.pts, frame.time_base = OPUS_RATE, at, Fraction(1, OPUS_RATE)
                container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return target.getvalue()


def test_unbroken_sound_has_its_whole_length_and_no_jump() -> None:
    heard = list(hear(Stored(tone((0.0, 3.0)))))
    total = sum(len(samples) for _, samples in heard) / RATE
    assert total == pytest.approx(3.0, abs=0.05)
    for (at, samples), (following, _) in pairwise(heard):
        assert following == pytest.approx(at + len(samples) / RATE, abs=1e-6)


def test_where_packets_were_lost_the_time_jumps() -> None:
    heard = list(hear(Stored(tone((0.0, 1.0), (4.0, 5.0)))))
    begins = [at for at, _ in heard]
    assert any(later - earlier > 2.5 for earlier, later in pairwise(begins))
    assert begins[-1] == pytest.approx(5.0, abs=0.1)


def test_a_torn_file_is_heard_to_its_tear() -> None:
    whole = tone((0.0, 4.0))
    heard = list(hear(Stored(whole[: len(whole) * 3 // 4])))
    assert 1.0 < sum(len(samples) for _, samples in heard) / RATE < 4.0


def test_what_is_no_recording_is_refused() -> None:
    with pytest.raises(RecordingNotFound):
        list(hear(Stored(b"%PDF-1.7 not a recording")))
